package api

import (
	"context"
	"testing"

	"etuservices/client/internal/link/linktest"
	"etuservices/client/internal/tokens"
)

const passok = "+OK PASSOK login=alice role=etudiant utilise=3 max=10 reste=7 retour=0 visites=2 jeton=j1"

// address is that of the scripted server.
const address = "essai:1"

// none keeps no session.
var none tokens.Store

// keep is a store that has the token of a login.
func keep(t *testing.T, login, token string) tokens.Store {
	t.Helper()
	s := tokens.Store{Dir: t.TempDir()}
	if err := s.Save(address, login, token); err != nil {
		t.Fatal(err)
	}
	return s
}

// open gives a client whose connections are played by scripts, to be used in
// a synctest bubble.
func open(t *testing.T, kept tokens.Store, scripts ...linktest.Script) *Client {
	t.Helper()
	c := New(Options{Addr: address, Tokens: kept, Dial: linktest.Pipe(t, scripts...)})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// steps plays requests and their replies ("request" to lines), in order, and
// then waits until the client hangs up.
func steps(pairs ...[]string) linktest.Script {
	return func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		for _, p := range pairs {
			if !c.Expect(p[0], p[1:]...) {
				return
			}
		}
		c.Hold()
	}
}

// cut is steps that hangs up after the last reply.
func cut(pairs ...[]string) linktest.Script {
	return func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		for _, p := range pairs {
			c.Expect(p[0], p[1:]...)
		}
	}
}

func step(request string, reply ...string) []string { return append([]string{request}, reply...) }

func login(t *testing.T, c *Client) {
	t.Helper()
	if _, err := c.Login(context.Background(), "alice", "motdepasse"); err != nil {
		t.Fatal(err)
	}
}
