package main

import (
	"bytes"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// emptyLoser stands between a server and Redis: while it is on, it breaks each
// connection on which a script with one key, a window of alice, is sent.
type emptyLoser struct {
	on   atomic.Bool
	lost atomic.Int64
}

func (l *emptyLoser) serve(ln net.Listener, to string) {
	testenv.Proxy(ln, "unix", to, func(client, server net.Conn) {
		go testenv.Pass(client, server, func([]byte) bool { return true })
		go testenv.Pass(server, client, func(b []byte) bool {
			for _, kind := range []string{"connexions", "services"} {
				key := "etu:{alice}:" + kind
				if l.on.Load() && bytes.Contains(b, fmt.Appendf(nil, "$1\r\n1\r\n$%d\r\n%s\r\n", len(key), key)) {
					l.lost.Add(1)
					return false
				}
			}
			return true
		})
	})
}

// TestResetThatRedisMissed: a RAZ that SQL has and that never reached Redis holds
// within 10 s, for logins and for calls, and known refs are still replayed.
func TestResetThatRedisMissed(t *testing.T) {
	t.Parallel()
	env, lose := testenv.Real(t), &emptyLoser{}
	judge := newJudge(t, env)
	ln := listenTCP(t)
	lose.serve(ln, env.Redis().Addr())
	env.RedisURL = "redis://" + ln.Addr().String()
	server := start(t, env, adminArgs...)
	register(t, server.Addr, "alice")
	prof, alice, other := login(t, server.Addr, "prof"), login(t, server.Addr, "alice"), dial(t, server.Addr)
	for range 9 {
		other.Must("AUTH alice %s", password)
		other.Must("DECONNEXION")
	}
	for i := range 10 {
		alice.Must("VENTE livre 1 ref=r%d Réseaux", i)
	}
	other.Refused("QUOTA", "AUTH alice %s", password)
	alice.Refused("QUOTA", "VENTE livre 1 Réseaux")

	lose.on.Store(true)
	prof.Must("RAZ alice")
	lose.on.Store(false)
	if lose.lost.Load() == 0 || judge.Cards("alice", "connexions") != 10 || judge.Cards("alice", "services") != 10 {
		t.Fatal("Redis was told of the RAZ: nothing was tried")
	}
	testenv.Eventually(t, 10*time.Second, func() error {
		for _, row := range alice.Must("QUOTA").Rows {
			if row.Fields.Int("utilise") != 0 {
				return fmt.Errorf("after RAZ: %v", row.Fields)
			}
		}
		return nil
	})
	other.Must("AUTH alice %s", password)
	if r := alice.Must("VENTE livre 1 ref=r3 Réseaux"); r.Fields.Get("rejoue") != "1" {
		t.Errorf("a known ref: %s", r.Line)
	}
	alice.Must("VENTE livre 1 Réseaux")
	for i, row := range alice.Must("QUOTA").Rows {
		if n := judge.Cards("alice", row.Fields.Get("quota")); n != 1 || row.Fields.Int("utilise") != 1 {
			t.Errorf("window %d: ZCARD %d, %v", i, n, row.Fields)
		}
	}
}
