package store

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-sql-driver/mysql"
)

// conduct is what a store does each time that it is asked: it answers, fails, or
// hangs. It goes on as it does last.
type conduct []func(context.Context) error

func well(context.Context) error { return nil }
func down(context.Context) error { return ErrUnavailable }
func hung(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func (c conduct) next() func(context.Context) error {
	n := 0
	return func(ctx context.Context) error {
		do := c[min(n, len(c)-1)]
		n++
		return do(ctx)
	}
}

// watched begins the watch of a store.
func watched(t *testing.T, need Dependency, does conduct, writes conduct) *Health {
	t.Helper()
	h := &Health{}
	ask, write := does.next(), writes.next()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.watch(ctx, slog.New(slog.DiscardHandler), probe{need, ProblemSQL, "essai", ask, write})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return h
}

// TestHealth has the exact instants at which a store is known to be away,
// and to be back: one lost answer is no outage, the next one is, and the first
// answer ends it. A store that hangs is found out as surely as one that refuses.
func TestHealth(t *testing.T) {
	const never = time.Duration(-1)
	for _, c := range []struct {
		name       string
		does       conduct
		away, back time.Duration // from the start
	}{
		{"well", conduct{well}, never, never},
		{"one lost answer, again and again", conduct{down, well, down, well, hung, well}, never, never},
		{"down", conduct{well, down}, 3 * askEvery, never},
		{"down and back", conduct{down, down, down, well}, 2 * askEvery, 4 * askEvery},
		// Each question takes its whole patience; the tick that came meanwhile
		// makes the next one at once.
		{"hung", conduct{hung}, askEvery + 2*askTime, never},
		{"hung and back", conduct{hung, hung, hung, down, well}, askEvery + 2*askTime, 2*askEvery + 3*askTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, h := time.Now(), watched(t, NeedSQL, c.does, conduct{well})
				is := func(away bool, when string) {
					t.Helper()
					synctest.Wait()
					if got := h.Missing(NeedSQL); got != away {
						t.Errorf("%s, after %v: away is %v", when, time.Since(begin), got)
					}
					if problems := h.Problems(); (len(problems) == 1) != away {
						t.Errorf("%s, after %v: %v", when, time.Since(begin), problems)
					}
					if h.Missing(NeedRedis) {
						t.Errorf("%s: the other one is away", when)
					}
				}
				at := func(d time.Duration) { time.Sleep(time.Until(begin.Add(d))) }
				if c.away == never {
					for range 40 {
						at(time.Since(begin) + askEvery/2)
						is(false, "never")
					}
					return
				}
				at(c.away - time.Nanosecond)
				is(false, "before it is known")
				at(c.away)
				is(true, "known")
				if c.back == never {
					at(c.away + time.Minute)
					is(true, "a minute later")
					return
				}
				at(c.back - time.Nanosecond)
				is(true, "before it is back")
				at(c.back)
				is(false, "back")
			})
		})
	}
}

// A store that answers and does not write is no reason to refuse what only
// reads; it is known within 5 s, with its reason, and so is its mending.
func TestHealthOfWrites(t *testing.T) {
	t.Parallel()
	readOnly := func(context.Context) error { return &mysql.MySQLError{Number: myReadOnlyOption, Message: "read-only"} }
	lost := func(context.Context) error { return &mysql.MySQLError{Number: myDeadlock} }
	cut := func(context.Context) error { return mysql.ErrInvalidConn }
	for _, c := range []struct {
		name          string
		asks, writes  conduct
		reason        string // "" : never a problem
		known, mended time.Duration
		missing       bool
	}{
		{"well", conduct{well}, conduct{well}, "", 0, 0, false},
		{"lost a deadlock", conduct{well}, conduct{lost}, "", 0, 0, false},
		{"read-only from the start", conduct{well}, conduct{readOnly}, "lecture seule", askEvery, 0, false},
		{"read-only and back", conduct{well}, conduct{well, readOnly, readOnly, well}, "lecture seule", askEvery + writeEvery, 2*askEvery + askEvery + writeEvery, false},
		{"hangs at COMMIT", conduct{well}, conduct{well, hung}, "pas de réponse à temps", askEvery + writeEvery + askTime, 0, false},
		{"cut in the middle, then away", conduct{well, well, well, well, well, down}, conduct{well, cut}, "ne répond pas", writeEvery + 2*askEvery, 0, true},
		{"cut once", conduct{well}, conduct{well, cut, well}, "", 0, 0, false},
		{"says no to everything", conduct{readOnly}, conduct{well}, "lecture seule", askEvery, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin, h := time.Now(), watched(t, NeedSQL, c.asks, c.writes)
				at := func(d time.Duration) string {
					time.Sleep(time.Until(begin.Add(d)))
					synctest.Wait()
					if problems := h.Problems(); len(problems) > 0 {
						return problems[0].Reason
					}
					return ""
				}
				if c.reason == "" {
					for i := range 40 {
						if got := at(time.Duration(i) * askEvery); got != "" {
							t.Fatal(got)
						}
					}
					return
				}
				if got := at(c.known - time.Nanosecond); got != "" {
					t.Errorf("too early: %s", got)
				}
				if got := at(c.known); !strings.Contains(got, c.reason) || c.known > 5*time.Second {
					t.Errorf("after %v: %q", c.known, got)
				}
				if h.Missing(NeedSQL) != c.missing || !h.Failing(NeedSQL) || h.Failing(NeedRedis) {
					t.Errorf("missing %v, failing %v", h.Missing(NeedSQL), h.Failing(NeedSQL))
				}
				if c.mended == 0 {
					if got := at(time.Minute); !strings.Contains(got, c.reason) {
						t.Errorf("a minute later: %q", got)
					}
					return
				}
				if got := at(c.mended); got != "" || c.mended-c.known > 5*time.Second {
					t.Errorf("mended: %q", got)
				}
			})
		})
	}
}

// What an outage refuses is one line of the log every 30 s, with how much of each
// verb, for as long as it lasts.
func TestRefusedCommandsAreCountedInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h Health
		var out lockedBuffer
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			h.sayRefused(ctx, slog.New(slog.NewTextHandler(&out, nil)))
		}()
		defer func() { cancel(); <-done }()
		lines := func(after time.Duration) []string {
			time.Sleep(after)
			synctest.Wait()
			return strings.Split(strings.TrimSpace(out.take()), "\n")
		}
		h.Set(ProblemRedis, "ne répond pas")
		for range 3 {
			h.Count("VENTE", ErrUnavailable)
		}
		h.Count("AUTH", context.Canceled)
		if said := lines(30*time.Second - 1); said[0] != "" {
			t.Errorf("too early: %q", said)
		}
		said := lines(1)
		for _, word := range []string{"par_verbe.VENTE=3", "par_verbe.AUTH=1", "panne_depuis=30s", "derniere_cause="} {
			if len(said) != 1 || !strings.Contains(said[0], word) {
				t.Errorf("no %q: %q", word, said)
			}
		}
		if said := lines(30 * time.Second); len(said) != 1 || !strings.Contains(said[0], "panne_depuis=1m0s") || strings.Contains(said[0], "VENTE") {
			t.Errorf("nothing more was refused: %q", said)
		}
		h.Clear(ProblemRedis)
		if said := lines(time.Minute); said[0] != "" {
			t.Errorf("after its end: %q", said)
		}
	})
}

func TestProblemsHaveNames(t *testing.T) {
	t.Parallel()
	var h Health
	if !h.Set("regle", "max 10 ici, 20 là") || h.Set("regle", "max 10 ici, 20 là") || !h.Set("regle", "autre") {
		t.Error("what is news and what is not")
	}
	h.Set("installation", "deux")
	if got := h.Problems(); len(got) != 2 || got[0].Name != "installation" || got[1].Reason != "autre" {
		t.Error(got)
	}
	if !h.Clear("regle") || h.Clear("regle") || len(h.Problems()) != 1 {
		t.Error(h.Problems())
	}
	if h.Failing(NeedSQL | NeedRedis) {
		t.Error("no store is failing")
	}
}

// lockedBuffer is written by what is under test and read by the test.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// take gives what was written since the last time.
func (b *lockedBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.text.Reset()
	return b.text.String()
}

// Failing tells whether a store does not answer, or does not write.
func (h *Health) Failing(need Dependency) bool {
	return slices.ContainsFunc(h.Problems(), func(p Problem) bool {
		return need&NeedSQL != 0 && p.Name == ProblemSQL || need&NeedRedis != 0 && p.Name == ProblemRedis
	})
}
