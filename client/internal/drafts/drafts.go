// Package drafts keeps what users have not finished: the article that they were
// about to sell, and the calls whose answer they do not know. There is a file for
// each server and account; it is read once the account has logged in.
package drafts

import (
	"encoding/json"
	"os"
	"slices"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/statefile"
)

// Draft is what one user has not finished. Its zero value is nothing.
type Draft struct {
	Sale      Sale       `json:",omitzero"`
	Purchases []Purchase `json:",omitempty"`
}

// Sale is the selling form as it stands, and the call that was made of it.
type Sale struct {
	Category, Title, Price, Text string
	Ref                          string   // of the call without an answer, "" for none
	Sent                         api.Sale // what that call asked for
}

// Purchase is a call without an answer.
type Purchase struct {
	Article api.Article
	Ref     string
}

// Same says that both are the same text and the same calls.
func (d Draft) Same(o Draft) bool { return d.Sale == o.Sale && d.SameCalls(o) }

// SameCalls says that both wait for the same answers.
func (d Draft) SameCalls(o Draft) bool {
	return d.Sale.Ref == o.Sale.Ref && slices.Equal(d.Purchases, o.Purchases)
}

// refLife is for how long a call may be made again: the server knows its ref for 24
// hours (PROTOCOL.md §7.2), and would take an older one for a new call.
const refLife = 23 * time.Hour

// Store is kept in a folder of Dir; its zero value keeps nothing. Where one account
// is used twice at once, the last change stays.
type Store struct{ Dir string }

// Load gives what an account left. What cannot be read is as good as none.
func (s Store) Load(server, login string) (d Draft) {
	path := s.path(server, login)
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &d) != nil {
		return Draft{}
	}
	if info, err := os.Stat(path); err != nil || time.Since(info.ModTime()) > refLife {
		d.Sale.Ref, d.Sale.Sent, d.Purchases = "", api.Sale{}, nil
	}
	return d
}

// Save keeps what an account has not finished; a finished one leaves no file.
func (s Store) Save(server, login string, d Draft) error {
	path := s.path(server, login)
	if d.Same(Draft{}) {
		return statefile.Remove(path)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return statefile.Write(path, text)
}

func (s Store) path(server, login string) string {
	return statefile.Path(s.Dir, "drafts", server, statefile.Name(login)+".json")
}
