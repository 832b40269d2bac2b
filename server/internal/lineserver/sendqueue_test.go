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
	b := sendQueue{max: 3}
	state := func(name string) func(int) string {
		return func(lost int) string { return fmt.Sprintf("%s perdus=%d", name, lost) }
	}
	for i := range 5 {
		b.pushFeed("f\r\n", 1, 0, nil)
		b.push(fmt.Sprint("e", i), nil)
	}
	b.pushFeed("", 0, 4, nil) // lost on their way here
	b.pushFeed("", 0, 0, state("old"))
	b.pushFeed("", 0, 0, state("new"))
	gives(t, &b, "f|f|f|new perdus=6|e0|e1|e2|")
	b.pushFeed("large\r\n", 10, 0, nil) // alone, it is taken
	b.pushFeed("f\r\n", 1, 0, state("next"))
	gives(t, &b, "large|next perdus=1|")
	b.pushFeed("f\r\n", 1, 7, state("gone"))
	b.dropFeed()
	b.push("last but one", nil)
	b.pushFinal("last")
	b.push("too late", nil)
	b.pushFinal("again")
	gives(t, &b, "last but one|last|")
	if !b.ended() {
		t.Error("not ended")
	}
	b.pushFeed("", 0, 0, state("s"))
	gives(t, &b, "s perdus=0|")
}

// gives empties a box; | stands for the end of a line.
func gives(t *testing.T, b *sendQueue, want string) {
	t.Helper()
	var out protocol.Writer
	b.drainTo(&out, nil)
	if got := strings.ReplaceAll(string(out.Bytes()), "\r\n", "|"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Once it has its room, following costs a connection no memory at all.
func TestNewsAllocateNothing(t *testing.T) {
	b := sendQueue{max: 10}
	var out protocol.Writer
	state := func(int) string { return "! STATS" }
	if n := testing.AllocsPerRun(100, func() {
		b.pushFeed("! VENTE\r\n", 1, 0, state)
		b.drainTo(&out, nil)
		out.Reset()
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
