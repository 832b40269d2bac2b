// Package history judges what clients of the service saw: whether all replies
// fit one order of events that respects real time (linearizability, after
// Herlihy and Wing 1990), and whether the quotas were held. It knows the wire
// and nothing of the server; only tests use it.
//
// Three checks stand side by side. References: one call a ref, whatever was
// repeated (refs.go). Articles: one order of offer, purchase, withdrawal and
// readings for each (article.go). Quotas: one order of the counted calls and
// readings of each user, and bounds on what each may have counted (quota.go).
package history

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"etuservices/protocol"
)

// Never is the end of a call that is not answered yet.
const Never = time.Duration(math.MaxInt64)

// Call is one request of a client, and what it was answered.
type Call struct {
	User string // whose account
	Line string
	// Start and End are times since the history began. End is when the reply
	// was there or the connection was found cut.
	Start, End time.Duration
	Reply      protocol.Message // its Mark is 0 where there was none
	Rows       []protocol.Message
}

// History is all that the clients of a run saw, and what was done to it.
type History struct {
	Max    int           // calls in any window
	Window time.Duration // on the clock of Redis
	Calls  []*Call
	Clock  []Jump // when the clock of Redis was moved
	Stale  []Span // when Redis may have differed from the ledger
}

// Jump is a change of the difference between Redis's clock and ours; it took
// place at some moment from From to To. Jumps stand in the order of time.
type Jump struct {
	From, To time.Duration
	Offset   time.Duration // from then on
}

// Span is a part of the history's time: one in which Redis, which lost data, may
// not be what the ledger says yet. A reading may then show less or more; that a
// call is counted in full, and an eleventh refused, holds all the same.
type Span struct{ From, To time.Duration }

func (s Span) meets(c *Call) bool { return s.From <= c.End && c.Start <= s.To }

// fields are the words of a request. Runs send no line that needs more.
func (c *Call) fields() []string { return strings.Fields(c.Line) }

// Verb is the first word.
func (c *Call) Verb() string {
	verb, _, _ := strings.Cut(c.Line, " ")
	return verb
}

// Ref is the call's reference, "" without one.
func (c *Call) Ref() string {
	for _, f := range c.fields() {
		if ref, ok := strings.CutPrefix(f, "ref="); ok {
			return ref
		}
	}
	return ""
}

// arg is the first word behind the verb.
func (c *Call) arg() string {
	if f := c.fields(); len(f) > 1 {
		return f[1]
	}
	return ""
}

// word is the code of a failure, "OK" for a success, "" where nothing came.
func (c *Call) word() string {
	switch c.Reply.Mark {
	case protocol.MarkOK:
		return "OK"
	case protocol.MarkErr:
		return c.Reply.Word
	}
	return ""
}

// unknown says that nobody was told whether the call was done.
func (c *Call) unknown() bool {
	switch c.word() {
	case "", "INDISPONIBLE", "ARRET", "INTERNE":
		return true
	}
	return false
}

// done says that the call was done and counted, now or, when it is replayed,
// before.
func (c *Call) done() bool {
	switch c.word() {
	case "OK", "VENDU", "ABSENT", "INTERDIT":
		return true
	}
	return false
}

func (c *Call) replayed() bool { return c.Reply.Fields.Get("rejoue") == "1" }

// String is the call as Parse reads it, times in milliseconds.
func (c *Call) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s-%s %s ->", c.User, millis(c.Start), millis(c.End), c.Line)
	for _, row := range c.Rows {
		fmt.Fprintf(&b, " |%s /", text(row.Fields))
	}
	switch c.Reply.Mark {
	case protocol.MarkOK:
		fmt.Fprintf(&b, " +OK %s%s", c.Reply.Word, text(c.Reply.Fields))
	case protocol.MarkErr:
		fmt.Fprintf(&b, " -ERR %s%s", c.Reply.Word, text(c.Reply.Fields))
	default:
		b.WriteString(" ?")
	}
	return b.String()
}

func millis(d time.Duration) string {
	if d == Never {
		return ""
	}
	return fmt.Sprint(d.Milliseconds())
}

func text(fields protocol.Fields) string {
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, " %s=%s", f.Key, protocol.Quote(f.Value))
	}
	return b.String()
}

// Judge gives what is wrong with a history, nothing where all is well. It stops
// at a bounded number of faults of each kind.
func (h *History) Judge() (faults []string) {
	calls, faults := h.effects()
	faults = append(faults, h.articles(calls)...)
	return append(faults, h.quotas(calls)...)
}

// maxFaults of one kind are told.
const maxFaults = 5

// Connecting is the Line of a Call that makes a connection; nothing is read back
// but the greeting, so that it has no Reply.
const Connecting = "(connexion)"

// Late gives the calls that began later than after and had no answer within the given
// time. One cut connection a user is allowed: the one that was open at after.
func (h *History) Late(after, within time.Duration) (faults []string) {
	cut := map[string]bool{}
	for _, c := range h.Calls {
		switch {
		case c.Start < after:
		case c.End == Never || c.End-c.Start > within:
			faults = append(faults, fmt.Sprintf("no answer within %v: %s", within, c))
		case c.word() == "" && c.Line != Connecting:
			if cut[c.User] {
				faults = append(faults, fmt.Sprintf("no answer: %s", c))
			}
			cut[c.User] = true
		}
	}
	return atMost(faults)
}

// Recorder writes a history while clients call. It is safe for concurrent use.
type Recorder struct {
	mu    sync.Mutex
	began time.Time
	calls []*Call
	clock []Jump
	stale []Span
}

// NewRecorder begins a history.
func NewRecorder() *Recorder { return &Recorder{began: time.Now()} }

// Now is the time in the history.
func (r *Recorder) Now() time.Duration { return time.Since(r.began) }

// Begin notes that a call is about to be sent; end it with End.
func (r *Recorder) Begin(user, line string) *Call {
	c := &Call{User: user, Line: line, End: Never}
	r.mu.Lock()
	defer r.mu.Unlock()
	c.Start = r.Now()
	r.calls = append(r.calls, c)
	return c
}

// End notes the answer, a zero Message where the connection was cut.
func (r *Recorder) End(c *Call, reply protocol.Message, rows []protocol.Message) {
	end := r.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	c.End, c.Reply, c.Rows = end, reply, rows
}

// Jump notes that Redis's clock now differs by offset from ours, since some
// moment after from.
func (r *Recorder) Jump(from, offset time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = append(r.clock, Jump{From: from, To: r.Now(), Offset: offset})
}

// Stale notes that from now on Redis may not be what the ledger says. Until the
// returned function says for how long still, that does not end.
func (r *Recorder) Stale() (until func(further time.Duration)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := len(r.stale)
	r.stale = append(r.stale, Span{r.Now(), Never})
	return func(further time.Duration) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stale[i].To = r.Now() + further
	}
}

// StaleNow says whether Redis may still not be what the ledger says.
func (r *Recorder) StaleNow() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Now()
	return slices.ContainsFunc(r.stale, func(s Span) bool { return s.To >= now })
}

// History is what was recorded so far. Calls at work are in it, unanswered.
func (r *Recorder) History(most int, window time.Duration) *History {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := &History{Max: most, Window: window, Clock: slices.Clone(r.clock), Stale: slices.Clone(r.stale)}
	for _, c := range r.calls {
		c := *c
		h.Calls = append(h.Calls, &c)
	}
	return h
}
