package session_test

import (
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/testenv"
)

// example is a well-formed line of a verb, made of the samples of its parameters.
func example(v *protocol.Verb) string {
	line := v.Name
	for _, p := range v.Params {
		if line += " "; p.Kind == protocol.Key {
			line += p.Name + "="
		}
		line += sample(v, p)
	}
	return line
}

type state string

const (
	anonymous     state = "anonymous"
	student       state = "student"
	administrator state = "admin"
)

var states = []state{anonymous, student, administrator}

// in gives a connection in a state, of a new user.
func (h *testServer) in(t testing.TB, s state) *talk {
	t.Helper()
	switch s {
	case student:
		return h.login(t)
	case administrator:
		return h.loginAs(t, h.newcomer(t, accounts.Admin))
	default:
		return h.connect(t)
	}
}

// barrier is the code that the state alone earns a verb, "" for none.
func barrier(access protocol.Access, s state) protocol.Code {
	switch {
	case access == protocol.Anonymous && s != anonymous:
		return protocol.DEJA
	case access >= protocol.LoggedIn && s == anonymous:
		return protocol.AUTH
	case access == protocol.Admin && s == student:
		return protocol.INTERDIT
	}
	return ""
}

// TestEveryVerbInEveryState is generated from the table of verbs:
// who may not is refused and who may is not, before the form is looked at.
func TestEveryVerbInEveryState(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	for _, v := range protocol.Verbs {
		_, args, _ := strings.Cut(example(v), " ")
		for _, s := range states {
			t.Run(v.Name+"/"+string(s), func(t *testing.T) {
				want := barrier(v.Access, s)
				for _, name := range append([]string{v.Name, strings.ToLower(v.Name)}, v.Aliases...) {
					a := h.in(t, s).Do(strings.TrimSpace(name + " " + args))
					if want != "" && a.Code() != want || want == "" && stopped(a) {
						t.Errorf("%s: %s, want %q", name, a.Line, want)
					}
				}
				malformed := h.in(t, s).Do(v.Name + " \xff")
				if want == "" {
					want = protocol.SYNTAXE
				}
				if malformed.Code() != want {
					t.Errorf("malformed: %s, want %s", malformed.Line, want)
				}
			})
		}
	}
}

// stopped says that the reply is one of those given before the work begins.
func stopped(a answer) bool {
	switch a.Code() {
	case protocol.NO, protocol.DEJA, protocol.AUTH, protocol.SYNTAXE, protocol.INVALIDE, protocol.INTERNE:
		return true
	}
	return false
}

// TestUnknownVerbIsAnswered, whatever it looks like.
func TestUnknownVerbIsAnswered(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	for _, s := range states {
		c := h.in(t, s)
		for _, line := range []string{
			"FOO", "foo bar", "PINGS", "PIN", "VENTES livre", "\xff", "\x00", "AUTH:alice:mot", "PING:", "SENDID:1",
			"ARTICLE:1", strings.Repeat("A", 2000), "=", ":", `"PING"`, "É",
		} {
			c.Refused(line, protocol.NO)
			c.Must("PING")
		}
	}
}

func TestEmptyLineIsNoRequest(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	for _, s := range states {
		c := h.in(t, s)
		for _, line := range []string{"", " ", "\t \t"} {
			if c.s.Line(t.Context(), []byte(line), &c.out) || c.out.Len() != 0 {
				t.Errorf("%q got %q", line, c.out.Bytes())
			}
		}
	}
}
