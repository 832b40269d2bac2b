package admin

import (
	"fmt"
	"testing"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

func refusal(second int, login string) api.Activity {
	return api.Activity{
		At: noon.Add(time.Duration(second) * time.Second), Type: "REFUS", Login: login,
		Fields: protocol.Fields{{Key: "code", Value: "QUOTA"}, {Key: "verbe", Value: "ACHAT"}},
	}
}

// The same thing is one row, however often and whoever else does something
// meanwhile; after a quiet minute it is a new one.
func TestFeedFolds(t *testing.T) {
	f := newFeed(&page.Env{})
	for i := range 195 {
		f.happened(refusal(i/10, "david"))
		f.happened(refusal(i/10, fmt.Sprint("other", i%3)))
	}
	f.happened(refusal(90, "david"))
	f.arrived()
	var got []string
	for _, n := range f.shown {
		got = append(got, fmt.Sprint(n.Login, " ", n.times))
	}
	if want := "[david 1 other2 65 david 195 other1 65 other0 65]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

// The cursor stays on its row while others come; at the top it shows what is new.
func TestFeedKeepsItsPlace(t *testing.T) {
	f := newFeed(&page.Env{})
	f.table.Height = 5
	come := func(from, to int) {
		for i := from; i < to; i++ {
			f.happened(refusal(i, fmt.Sprint("l", i)))
		}
		f.arrived()
	}
	come(0, 20)
	come(20, 30)
	if n, _ := f.current(); n.Login != "l29" {
		t.Errorf("at the top stands %s", n.Login)
	}
	f.table.Cur = 7
	was, _ := f.current()
	come(30, 70)
	if n, _ := f.current(); n.id != was.id {
		t.Errorf("the cursor went from %s to %s", was.Login, n.Login)
	}
	come(70, 2*maxFeed)
	if len(f.rows) != maxFeed {
		t.Errorf("%d rows kept", len(f.rows))
	}
}
