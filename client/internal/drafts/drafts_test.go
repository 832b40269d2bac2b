package drafts

import (
	"os"
	"testing"
	"time"

	"etuservices/client/internal/api"
)

// TestDrafts are those of one account at one server; a call that the server no
// longer knows is forgotten, the text is not.
func TestDrafts(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	sale := api.Sale{Category: "cd", Title: "Zaz", Cents: 250}
	d := Draft{
		Sale:      Sale{Category: "cd", Title: "Zaz", Price: "2,50", Ref: "r1", Sent: sale},
		Purchases: []Purchase{{Article: api.Article{ID: "7", Title: "Dixit"}, Ref: "r2"}},
	}
	if err := s.Save("h:1", "alice", d); err != nil {
		t.Fatal(err)
	}
	if got := s.Load("h:1", "alice"); !got.Same(d) {
		t.Errorf("%+v, want %+v", got, d)
	}
	for _, other := range [][2]string{{"h:1", "bob"}, {"h:2", "alice"}, {"h:1", "../h_1/alice"}, {"h:1", ""}} {
		if got := s.Load(other[0], other[1]); !got.Same(Draft{}) {
			t.Errorf("%q sees %+v", other, got)
		}
	}
	old := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(s.path("h:1", "alice"), old, old); err != nil {
		t.Fatal(err)
	}
	if got := s.Load("h:1", "alice"); got.Sale.Ref != "" || got.Purchases != nil || got.Sale.Title != "Zaz" {
		t.Errorf("after a day: %+v", got)
	}
	if err := s.Save("h:1", "alice", Draft{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.path("h:1", "alice")); !os.IsNotExist(err) {
		t.Errorf("a file of nothing: %v", err)
	}
	if err := os.WriteFile(s.path("h:1", "alice"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := s.Load("h:1", "alice"); !got.Same(Draft{}) {
		t.Errorf("out of a broken file: %+v", got)
	}
}
