package tcp

import (
	"fmt"
	"testing"
)

// A full box drops the feed and says so with the next state; events for the
// person have a room of their own, and the newest state takes the older's place.
func TestBox(t *testing.T) {
	b := box{max: 3}
	state := func(name string) func(int) string {
		return func(lost int) string { return fmt.Sprintf("%s perdus=%d", name, lost) }
	}
	for i := range 5 {
		b.putFeed("f\r\n", 1, 0)
		b.put(fmt.Sprint("e", i), nil)
	}
	b.putFeed("", 0, 4) // lost on their way here
	b.putState(state("old"))
	b.putState(state("new"))
	feed, got, events := b.take()
	if len(feed) != 3 || got != "new perdus=6" || len(events) != 3 || events[2].line != "e2" {
		t.Errorf("%q %q %v", feed, got, events)
	}
	b.putFeed("large", 10, 0) // alone, it is taken
	b.putFeed("f", 1, 0)
	b.putState(state("next"))
	if feed, got, events = b.take(); len(feed) != 1 || got != "next perdus=1" || len(events) != 0 {
		t.Errorf("%q %q %v", feed, got, events)
	}
	b.putFeed("f", 1, 7)
	b.putState(state("gone"))
	b.dropFeed()
	b.put("last but one", nil)
	b.putEnd("last")
	b.put("too late", nil)
	b.putEnd("again")
	if feed, got, events = b.take(); len(feed) != 0 || got != "" || len(events) != 2 || events[1].line != "last" || !b.ended() {
		t.Errorf("%q %q %v", feed, got, events)
	}
	b.putState(state("s"))
	if _, got, _ = b.take(); got != "s perdus=0" {
		t.Error(got)
	}
}
