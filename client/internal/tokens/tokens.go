// Package tokens keeps sessions from one run to the next: a file for each server and login,
// readable by its owner only. It never sees a password.
package tokens

import (
	"errors"
	"os"
	"strings"

	"etuservices/client/internal/statefile"
)

const (
	// suffix of a token's file; lastFile holds the login used last.
	suffix   = ".jeton"
	lastFile = "dernier"
	// maxFile bounds what is read, in bytes: a token or a login and a line end.
	maxFile = 1024
)

// Store is kept in a folder of Dir; its zero value keeps nothing. Several runs of
// the program may use it at once: each file is replaced in one step.
type Store struct{ Dir string }

// Load gives the token kept for a login; "" is the last login used.
func (s Store) Load(server, login string) (token string, ok bool) {
	if login == "" {
		if login, ok = s.read(server, lastFile); !ok {
			return "", false
		}
	}
	return s.read(server, statefile.Name(login)+suffix)
}

// Save keeps a token and makes its login the last one used.
func (s Store) Save(server, login, token string) error {
	if err := statefile.Write(s.path(server, statefile.Name(login)+suffix), []byte(token+"\n")); err != nil {
		return err
	}
	return statefile.Write(s.path(server, lastFile), []byte(login+"\n"))
}

// Delete forgets the token of a login ("" is the last one used), if there is one.
func (s Store) Delete(server, login string) error {
	last, _ := s.read(server, lastFile)
	if login == "" {
		login = last
	}
	err := statefile.Remove(s.path(server, statefile.Name(login)+suffix))
	if login == last {
		err = errors.Join(err, statefile.Remove(s.path(server, lastFile)))
	}
	return err
}

// Forget forgets every login of a server.
func (s Store) Forget(server string) error { return os.RemoveAll(s.path(server, "")) }

func (s Store) path(server, file string) string {
	return statefile.Path(s.Dir, "sessions", server, file)
}

func (s Store) read(server, file string) (string, bool) {
	b, err := os.ReadFile(s.path(server, file))
	if err != nil || len(b) > maxFile {
		return "", false // as good as none: the user is asked for the password
	}
	v := strings.TrimSpace(string(b))
	return v, v != ""
}
