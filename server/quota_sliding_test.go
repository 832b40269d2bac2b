package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// waitUntil returns at a moment; a window's edge has no event to poll for.
func waitUntil(at time.Time) { <-time.After(time.Until(at)) }

// TestEleventhPassesAfterRetour: after so many seconds as the refusal says the
// next one passes (PROTOCOL.md §5), and the ledger never has an 11th.
func TestEleventhPassesAfterRetour(t *testing.T) {
	t.Parallel()
	const window = 2 * time.Second
	_, servers, judge := pair(t, "--quota-window", window.String())
	register(t, servers[0].Addr, "alice")
	first, token := loginToken(t, servers[0].Addr, "alice")
	second := resume(t, token, 1, servers[1].Addr)[0]
	for _, c := range []*client{first, second} { // in one write, for the window is short
		c.Send(strings.Repeat("VENTE livre 1 Réseaux\n", 5))
	}
	for range 5 {
		first.Read()
		second.Read()
	}
	refused := second.Do("VENTE livre 1 Réseaux")
	said := time.Now()
	if refused.Word != "QUOTA" {
		t.Fatalf("11th: %s", refused.Line)
	}
	shown := first.Must("QUOTA").Rows[1].Fields
	shownAt := time.Now()
	if got := shown.Int("retour"); got < 1 || got > 2 || shown.Int("reste") != 0 {
		t.Errorf("QUOTA row: %v", shown)
	}
	waitUntil(shownAt.Add(time.Duration(shown.Int("retour")) * time.Second))
	first.Must("VENTE livre 1 Réseaux")
	waitUntil(said.Add(time.Duration(refused.Fields.Int("apres")) * time.Second))
	second.Must("VENTE livre 1 Réseaux")
	if n := mostInWindow(judge.Stamps("appels", "alice"), window); n > 10 {
		t.Errorf("%d calls in one window", n)
	}
}

// TestSlidingEdge asks without pause across the edge: the 11th passes when the
// first leaves the window, to the millisecond and a round trip, not before.
func TestSlidingEdge(t *testing.T) {
	t.Parallel()
	const window = time.Second
	_, servers, judge := pair(t, "--quota-window", window.String())
	register(t, servers[0].Addr, "alice")
	c := login(t, servers[0].Addr, "alice")
	for range 10 {
		c.Must("VENTE livre 1 Réseaux")
	}
	free := time.UnixMilli(judge.Stamps("appels", "alice")[0]).Add(window)
	var asked time.Time
	for done := false; !done; {
		asked = time.Now()
		r := c.Do("ACHAT 999999")
		if done = r.Word == "ABSENT"; !done && asked.After(free.Add(time.Millisecond)) {
			t.Fatalf("refused %v after the edge: %s", asked.Sub(free), r.Line)
		}
	}
	stamps := judge.Stamps("appels", "alice")
	if len(stamps) != 11 || stamps[10]-stamps[0] < window.Milliseconds() {
		t.Errorf("the 11th came %d ms after the first", stamps[len(stamps)-1]-stamps[0])
	}
}

// asked is one call of a hammer, by the clock that Redis shares with us.
type asked struct {
	from, to int64 // ms
	refused  bool
}

// TestHammeredWindow: 64 goroutines over two processes at a window of 0.5 s. No
// window of the ledger has more than 10, and no call was refused at a moment
// when fewer than 10 were taken.
func TestHammeredWindow(t *testing.T) {
	t.Parallel()
	const window, lasts, perUser = 500 * time.Millisecond, 3 * time.Second, 16
	_, servers, judge := pair(t, "--quota-window", window.String())
	names := []string{"u0", "u1", "u2", "u3"}
	register(t, servers[0].Addr, names...)
	conns := make([]*client, 0, len(names)*perUser)
	for _, name := range names {
		_, token := loginToken(t, servers[0].Addr, name)
		conns = append(conns, resume(t, token, perUser, servers[0].Addr, servers[1].Addr)...)
	}
	var mu sync.Mutex
	calls := map[string][]asked{}
	end := time.Now().Add(lasts)
	storm(len(conns), func(k int) {
		var mine []asked
		for time.Now().Before(end) {
			a := asked{from: time.Now().UnixMilli()}
			r, err := conns[k].Try("ACHAT 999999")
			a.to, a.refused = time.Now().UnixMilli(), r.Word == "QUOTA"
			if err != nil || r.Word != "ABSENT" && !a.refused {
				t.Errorf("call: %v %s", err, r.Line)
				return
			}
			mine = append(mine, a)
		}
		mu.Lock()
		defer mu.Unlock()
		calls[names[k/perUser]] = append(calls[names[k/perUser]], mine...)
	})
	for _, name := range names {
		stamps := judge.Stamps("appels", name)
		if n := mostInWindow(stamps, window); n > 10 {
			t.Errorf("%s: %d calls in one window", name, n)
		}
		if len(stamps) <= 10 { // however slow the machine
			t.Errorf("%s: %d calls passed in %v", name, len(stamps), lasts)
		}
		if wrong := wrongRefusals(calls[name], stamps, window); len(wrong) > 0 {
			t.Errorf("%s: %d of %d refused with room left, first %+v", name, len(wrong), len(calls[name]), wrong[0])
		}
	}
}

// wrongRefusals gives the refused calls during which the ledger never had 10 in
// the window that ended there. Stamps are cut to the millisecond.
func wrongRefusals(calls []asked, stamps []int64, window time.Duration) (wrong []asked) {
	w := window.Milliseconds()
	used := func(at int64) int {
		from, _ := slices.BinarySearch(stamps, at-w+1)
		to, _ := slices.BinarySearch(stamps, at+1)
		return to - from
	}
	for _, c := range calls {
		if !c.refused {
			continue
		}
		full := false
		for at := c.from - 1; at <= c.to+1 && !full; at++ {
			full = used(at) >= 10
		}
		if !full {
			wrong = append(wrong, c)
		}
	}
	return wrong
}

// TestWrongRefusalsAreSeen holds the judge itself to account.
func TestWrongRefusalsAreSeen(t *testing.T) {
	stamps := make([]int64, 0, 10)
	for i := range int64(10) {
		stamps = append(stamps, 1000+i)
	}
	calls := []asked{{from: 1100, to: 1101, refused: true}, {from: 1520, to: 1521, refused: true}, {from: 900, to: 901, refused: true}}
	if got := fmt.Sprint(wrongRefusals(calls, stamps, 500*time.Millisecond)); got != fmt.Sprint(calls[1:]) {
		t.Errorf("found %s", got)
	}
}
