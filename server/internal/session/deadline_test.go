package session_test

import (
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// TestLoginTimeIsAbsolute: no verb puts the end of the time to log in off, but
// INSCRIPTION and DECONNEXION, done, start it again.
func TestLoginTimeIsAbsolute(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	c := h.connect(t)
	until := func(want protocol.Code) time.Time {
		t.Helper()
		at, code := c.s.Deadline()
		if code != want {
			t.Errorf("%s, want %s", code, want)
		}
		return at
	}
	restarts := func(line string) {
		t.Helper()
		before := time.Now()
		c.Must(line)
		if at := until(protocol.DELAI); at.Before(before.Add(h.Sessions.Limits.LoginTime)) || at.After(time.Now().Add(h.Sessions.Limits.LoginTime)) {
			t.Errorf("%q: until %v", line, at)
		}
	}
	first := until(protocol.DELAI)
	for _, line := range []string{
		"PING", "AIDE", "FOO", "AUTH", "QUI", "AUTH a b", "INSCRIPTION alice x P N motdepasse", "INSCRIPTION alice", "DECONNEXION", "",
	} {
		c.s.Line(t.Context(), []byte(line), &c.out)
		if at := until(protocol.DELAI); !at.Equal(first) {
			t.Errorf("%q moved the end by %v", line, at.Sub(first))
		}
	}
	c.out.Reset()
	restarts("INSCRIPTION alice alice@univ.fr Alice Martin motdepasse")
	token := c.Must("AUTH alice motdepasse").Fields.Get("jeton")
	until(protocol.INACTIF)
	other := h.connect(t)
	other.Must("REPRENDRE " + token)
	restarts("DECONNEXION")
	// The other connection learns at its next request that its token is dead.
	c = other
	c.Refused("QUI", protocol.AUTH)
	if at := until(protocol.DELAI); time.Until(at) > h.Sessions.Limits.LoginTime || time.Until(at) < h.Sessions.Limits.LoginTime-time.Minute {
		t.Errorf("until %v", at)
	}
}

// TestIdleTimeMovesWithRequests, refused ones too, and with nothing else.
func TestIdleTimeMovesWithRequests(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	c := h.login(t)
	last, code := c.s.Deadline()
	for _, line := range []string{"PING", "FOO", "VENTE", "AUTH", "ARTICLE 99"} {
		before := time.Now()
		c.Do(line)
		at, _ := c.s.Deadline()
		if code != protocol.INACTIF || at.Before(before.Add(h.Sessions.Limits.Idle)) || !at.After(last) {
			t.Errorf("%q: until %v (%s)", line, at, code)
		}
		last = at
	}
	c.s.Line(t.Context(), nil, &c.out)
	c.Send("! VENDU id=1", nil)
	if at, _ := c.s.Deadline(); !at.Equal(last) {
		t.Errorf("an empty line or an event moved it by %v", at.Sub(last))
	}
}
