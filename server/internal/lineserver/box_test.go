package lineserver

import (
	"fmt"
	"strings"
	"testing"

	"etuservices/protocol"
)

// A full box drops the feed and says so with the next state; events for the
// person have a room of their own, and the newest state takes the older's place.
func TestBox(t *testing.T) {
	b := box{max: 3}
	state := func(name string) func(int) string {
		return func(lost int) string { return fmt.Sprintf("%s perdus=%d", name, lost) }
	}
	for i := range 5 {
		b.putNews("f\r\n", 1, 0, nil)
		b.put(fmt.Sprint("e", i), nil)
	}
	b.putNews("", 0, 4, nil) // lost on their way here
	b.putNews("", 0, 0, state("old"))
	b.putNews("", 0, 0, state("new"))
	gives(t, &b, "f|f|f|new perdus=6|e0|e1|e2|")
	b.putNews("large\r\n", 10, 0, nil) // alone, it is taken
	b.putNews("f\r\n", 1, 0, state("next"))
	gives(t, &b, "large|next perdus=1|")
	b.putNews("f\r\n", 1, 7, state("gone"))
	b.dropFeed()
	b.put("last but one", nil)
	b.putEnd("last")
	b.put("too late", nil)
	b.putEnd("again")
	gives(t, &b, "last but one|last|")
	if !b.ended() {
		t.Error("not ended")
	}
	b.putNews("", 0, 0, state("s"))
	gives(t, &b, "s perdus=0|")
}

// gives empties a box; | stands for the end of a line.
func gives(t *testing.T, b *box, want string) {
	t.Helper()
	var out protocol.Out
	b.take(&out, nil)
	if got := strings.ReplaceAll(string(out.Bytes()), "\r\n", "|"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Once it has its room, following costs a connection no memory at all.
func TestNewsAllocateNothing(t *testing.T) {
	b := box{max: 10}
	var out protocol.Out
	state := func(int) string { return "! STATS" }
	if n := testing.AllocsPerRun(100, func() {
		b.putNews("! VENTE\r\n", 1, 0, state)
		b.take(&out, nil)
		out.Reset()
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
