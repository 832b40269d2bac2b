package api

import (
	"context"
	"sync"
	"testing"

	"etuservices/client/internal/link/linktest"
)

const passok = "+OK PASSOK login=alice role=etudiant utilise=3 max=10 reste=7 retour=0 visites=2 jeton=j1"

// store is a TokenStore in memory.
type store struct {
	mu     sync.Mutex
	tokens map[string]string
	last   string
}

func keep(login, token string) *store {
	return &store{tokens: map[string]string{login: token}, last: login}
}

func (s *store) Load(_, login string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if login == "" {
		login = s.last
	}
	t := s.tokens[login]
	return t, t != ""
}

func (s *store) Save(_, login, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[login], s.last = token, login
	return nil
}

func (s *store) Delete(_, login string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, login)
	return nil
}

// open gives a client whose connections are played by scripts, to be used in
// a synctest bubble.
func open(t *testing.T, kept TokenStore, scripts ...linktest.Script) *Client {
	t.Helper()
	c := New(Options{Addr: "essai:1", Tokens: kept, Dial: linktest.Pipe(t, scripts...)})
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
