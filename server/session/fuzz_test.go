package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/accounts"
	"etuservices/server/testenv"
)

// cutReader gives a stream in pieces whose sizes the fuzzer chooses, with a
// read that times out after each: a person types, a network cuts.
type cutReader struct {
	rest  []byte
	cuts  []byte
	turn  int
	timed bool
}

var errTimeout = errors.New("nothing to read for now")

func (r *cutReader) Read(p []byte) (int, error) {
	if r.timed = !r.timed; !r.timed {
		return 0, errTimeout
	}
	n := len(p)
	if len(r.cuts) > 0 {
		n = min(n, 1+int(r.cuts[r.turn%len(r.cuts)]))
		r.turn++
	}
	n = copy(p[:n], r.rest)
	r.rest = r.rest[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// fuzzHouse is one house for all inputs: opening stores costs more than what
// the fuzzer does with them.
type fuzzHouse struct {
	*house
	tokens map[state]string
}

// enter gives a connection in a state. A token costs no login; where the
// fuzzer killed it, a new user comes.
func (h *fuzzHouse) enter(t testing.TB, s state) *talk {
	c := h.connect(t)
	if s == anonymous || h.tokens[s] != "" && c.Do("REPRENDRE "+h.tokens[s]).OK() {
		c.s.failures = 0
		return c
	}
	role := accounts.Student
	if s == administrator {
		role = accounts.Admin
	}
	c = h.loginAs(t, h.newcomer(t, role))
	h.tokens[s] = c.s.user.Token
	return c
}

// FuzzSession (T22) feeds a whole session, in each state, with bytes cut anywhere:
// never a panic, a hang, a reply too many or too few, one that belongs to
// another request, or a control character on its way out. (Give go test
// -fuzzminimizetime=20x: what runs in the background makes coverage differ from
// run to run, and minimizing for its default minute finds nothing.)
func FuzzSession(f *testing.F) {
	for i, seed := range []string{
		"PING\r\nAIDE\nQUI\n\n \nQUITTER\nPING\n",
		"UP:alice:motdepasse\nSEND:1\nNB\nEND\n",
		"INSCRIPTION bob bob@univ.fr B M motdepasse\nAUTH bob motdepasse\nMOTDEPASSE motdepasse nouveaumot\nDECONNEXION\n",
		"VENTE livre 4.50 ref=a description=\"b c\" E=mc2\nACHAT 1 ref=a\nARTICLES q=é n=100 tri=-prix\nMESVENTES n=1\nMESACHATS\nRETRAIT 1\n",
		"STATS\nQUOTA\nSTATS TOP\nARTICLES apres=1-1 tri=prix\nREPRENDRE \"\"\n",
		"\xff\xfb\x01PING\xff\xf4\r\x00\nVENTE livre 1 \x1b[2J\xe2\x80\xa8\n\xef\xbb\xbf\xc3\x28\n",
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n",
		strings.Repeat("A", 3000), "PING\n" + strings.Repeat("\xff\xfa", 1100) + "\nPING\n",
	} {
		for s := range states {
			f.Add([]byte(seed), []byte{byte(i), byte(i * 31)}, byte(s))
		}
	}
	h := &fuzzHouse{newHouse(f, testenv.Embedded(f), 1_000_000), map[state]string{}}
	f.Fuzz(func(t *testing.T, stream, cuts []byte, in byte) {
		h.logs.Reset()
		c := h.enter(t, states[int(in)%len(states)])
		if err := h.feed(c, stream, cuts); err != nil {
			t.Error(err)
		}
		if h.logs.Contains("incident=") {
			t.Errorf("incident:\n%s", h.logs)
		}
	})
}

// feed gives a session all lines of a stream.
func (h *fuzzHouse) feed(c *talk, stream, cuts []byte) error {
	reader := protocol.NewReader(&cutReader{rest: stream, cuts: cuts})
	for !c.Closed {
		line, err := reader.ReadLine()
		switch {
		case errors.Is(err, errTimeout):
			continue
		case errors.Is(err, io.EOF), errors.Is(err, protocol.ErrTooLong):
			return nil
		case err != nil:
			return err
		}
		line = bytes.Clone(line)
		verb, _, known := protocol.Cut(line)
		if known && verb == nil {
			if c.s.Line(context.Background(), line, &c.out) || c.out.Len() > 0 {
				return fmt.Errorf("an empty line got %q", c.out.Bytes())
			}
			continue
		}
		loggedIn := c.s.user != nil
		a, err := c.try(string(line))
		if err == nil {
			err = belongs(a, verb, loggedIn, c.Closed)
		}
		if err != nil {
			return fmt.Errorf("%q: %s: %w", line, a.Line, err)
		}
	}
	return nil
}

// words are those of a success that are not the verb's name.
var words = map[string]string{"PING": "PONG", "AUTH": "PASSOK"}

var errAnother = errors.New("not a reply to this request")

// belongs says whether a reply can be one to this verb in this state.
func belongs(a answer, verb *protocol.Verb, loggedIn, closed bool) error {
	if verb == nil {
		if a.Code() != protocol.NO {
			return errAnother
		}
		return nil
	}
	word := verb.Name
	if w, ok := words[word]; ok {
		word = w
	}
	_, known := a.Code().Info()
	switch {
	case a.OK() && a.Word != word, !a.OK() && !known,
		!loggedIn && (a.Code() == protocol.AUTH) != (verb.Access >= protocol.LoggedIn),
		loggedIn && (a.Code() == protocol.DEJA) != (verb.Access == protocol.Anonymous),
		a.Code() == protocol.NO, len(a.Rows) > 0 && !a.OK(),
		a.Code().Closes() && !closed, closed && !a.Code().Closes() && a.Code() != protocol.SYNTAXE && a.Word != "QUITTER":
		return errAnother
	}
	return nil
}
