package protocol_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/protocol/transcript"
)

// special are the codes that a client alone cannot provoke, or only by waiting:
// the specification describes them and shows a line of each.
var special = []protocol.Code{
	protocol.PLEIN, protocol.DELAI, protocol.INACTIF,
	protocol.DEBIT, protocol.INDISPONIBLE, protocol.ARRET, protocol.INTERNE,
}

func scripts(t *testing.T) []transcript.Script {
	all, err := transcript.Blocks([]byte(spec))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSpecShowsVerbsAndCodes(t *testing.T) {
	verbs, codes := map[*protocol.Verb]bool{}, map[protocol.Code]bool{}
	for _, s := range scripts(t) {
		for _, step := range s.Steps {
			if step.Kind == transcript.Send {
				v, _, _ := protocol.SplitVerb([]byte(step.Text))
				if v != nil && strings.HasPrefix(s.Name+" ", heading(v)+" ") {
					verbs[v] = true
				}
			}
			if m, err := protocol.ParseMessage(step.Text); step.Kind == transcript.Expect && err == nil {
				codes[m.Code()] = true
			}
		}
	}
	for _, v := range protocol.Verbs {
		if !verbs[v] {
			t.Errorf("%s: no dialogue under its heading uses it", v.Name)
		}
	}
	for _, c := range protocol.Codes {
		example := strings.Contains(spec, "\nS: -ERR "+string(c.Code)+" ")
		if slices.Contains(special, c.Code) {
			if codes[c.Code] || !example {
				t.Errorf("%s: wants an example outside of the dialogues", c.Code)
			}
		} else if !codes[c.Code] {
			t.Errorf("%s: no dialogue shows it", c.Code)
		}
	}
}

// The dialogues keep the rules that need no server: one reply for each request,
// NO and SYNTAXE where the parser says so and nowhere else, an end after what
// closes. Whether the server says the rest, its own tests replay.
func TestSpecDialoguesKeepTheRules(t *testing.T) {
	for _, s := range scripts(t) {
		t.Run(s.Name, func(t *testing.T) {
			conns := map[string]*dialogue{}
			for _, a := range s.Accounts {
				conns[a] = &dialogue{greeted: true}
			}
			for _, step := range s.Steps {
				d := conns[step.Conn]
				if d == nil {
					d = &dialogue{}
					conns[step.Conn] = d
				}
				if err := d.step(step); err != nil {
					t.Errorf("line %d: %v: %s", step.Line, err, step.Text)
				}
			}
			for name, d := range conns {
				if len(d.waiting) > 0 && !d.closing {
					t.Errorf("%s: no reply to %q", name, d.waiting)
				}
				if d.closing && !d.closed {
					t.Errorf("%s: the end is not shown", name)
				}
			}
		})
	}
}

// dialogue is a connection as its lines tell.
type dialogue struct {
	greeted, closing, closed bool
	waiting                  []string // requests without a reply yet
	faults                   int      // NO and SYNTAXE in a row
}

func (d *dialogue) step(s transcript.Step) error {
	switch s.Kind {
	case transcript.Pause:
		return nil
	case transcript.Closed:
		if d.closed = true; !d.closing {
			return errors.New("nothing said that it closes")
		}
		return nil
	case transcript.Send:
		if !d.greeted {
			return errors.New("sent before the greeting")
		}
		if v, _, ok := protocol.SplitVerb([]byte(s.Text)); v != nil || !ok {
			d.waiting = append(d.waiting, s.Text)
		}
		return nil
	case transcript.Expect:
	}
	m, err := protocol.ParseMessage(strings.TrimSuffix(s.Text, " …"))
	switch {
	case err != nil:
		return err
	case d.closing:
		return errors.New("a line after the end")
	case !d.greeted:
		if d.greeted = true; m.Word != "ETUSERVICES" {
			return errors.New("no greeting")
		}
		return nil
	case !m.Ends():
		d.closing = m.Word == "EXPULSE"
		return nil
	case len(d.waiting) == 0:
		return errors.New("a reply without a request")
	}
	request := d.waiting[0]
	d.waiting = d.waiting[1:]
	return d.reply(request, m)
}

func (d *dialogue) reply(request string, m protocol.Message) error {
	_, form := parsed(request)
	code, state := m.Code(), m.Code() == protocol.AUTH || m.Code() == protocol.DEJA
	long := len(request)+1 > protocol.MaxLine
	if code == protocol.NO || code == protocol.SYNTAXE {
		d.faults++
	} else {
		d.faults = 0
	}
	d.closing = code.Closes() || m.Word == "QUITTER" || d.faults == protocol.MaxInRowFaults
	switch {
	case long != (code == protocol.LIGNE):
		return fmt.Errorf("%d bytes and %s", len(request)+1, m.Word)
	case long:
		return nil
	case (form == "NO") != (code == protocol.NO):
		return fmt.Errorf("%q is %s", request, form)
	case form == "SYNTAXE" && code != protocol.SYNTAXE && !state:
		return fmt.Errorf("%q is not well formed", request)
	}
	if code == protocol.SYNTAXE {
		if v, _, _ := protocol.SplitVerb([]byte(request)); m.Fields.Get("usage") != v.Usage {
			return fmt.Errorf("the usage of %q is %q", request, v.Usage)
		}
	}
	return nil
}
