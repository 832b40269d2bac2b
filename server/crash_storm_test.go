package main

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/protocol"

	"etuservices/server/internal/testenv"
)

// TestKilledInAStorm: the server is killed in the middle of a storm of
// VENTE ref=…. After the restart every acknowledged sale exists once, sending
// every ref again creates nothing new, and everything is as the ledger says.
func TestKilledInAStorm(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		stormAndStop(t, env, (*process).Kill)
	})
}

// TestStoppedInAStorm: the same with SIGTERM, and exit code 0.
func TestStoppedInAStorm(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		stormAndStop(t, env, (*process).Stop)
	})
}

// seller is a user of the storm and what he knows of his sales.
type seller struct {
	name, token string
	acked       map[string]string // ref -> id
	sent        []string          // refs, acknowledged or not
}

func stormAndStop(t *testing.T, env *testenv.Env, stop func(*process)) {
	t.Helper()
	const sellers, enough = 8, 60
	quota := []string{"--quota-max", "1000"} // the storm must not end by itself
	server := start(t, env, quota...)
	list := make([]*seller, sellers)
	conns := make([]*client, sellers)
	for i := range list {
		list[i] = &seller{name: fmt.Sprintf("v%d", i), acked: map[string]string{}}
		register(t, server.Addr, list[i].name)
		conns[i], list[i].token = loginToken(t, server.Addr, list[i].name)
	}
	var acks atomic.Int64
	var midway sync.WaitGroup
	midway.Add(1)
	stopped := make(chan struct{})
	go func() {
		midway.Wait()
		stop(server)
		close(stopped)
	}()
	var once sync.Once
	storm(sellers, func(i int) {
		for n := 0; ; n++ {
			ref := "r" + strconv.Itoa(n)
			list[i].sent = append(list[i].sent, ref)
			r, err := conns[i].Try("VENTE livre 4.50 ref=%s Livre %s", ref, ref)
			if err != nil || r.Code() == protocol.ARRET {
				return
			}
			if r.Word == "INDISPONIBLE" { // a slow disk; the ref tells later
				t.Logf("%s", server.logs)
				continue
			}
			if !r.OK() {
				t.Errorf("sale: %s", r.Line)
				return
			}
			list[i].acked[ref] = r.Fields.Get("id")
			if acks.Add(1) == enough {
				once.Do(midway.Done)
			}
		}
	})
	<-stopped
	again := start(t, env, quota...)
	judge := newJudge(t, env)
	refs := 0
	for _, s := range list {
		refs += len(s.sent)
		resend(t, again, judge, s)
	}
	for _, table := range []string{"articles", "appels", "refs"} {
		if n := judge.Count(`SELECT COUNT(*) FROM ` + table); n != refs {
			t.Errorf("%d rows in %s for %d refs", n, table, refs)
		}
	}
}

// resend sends every ref of a seller again, twice, on his old token.
func resend(t *testing.T, server *process, judge *judge, s *seller) {
	t.Helper()
	c := dial(t, server.Addr)
	c.Must("REPRENDRE %s", s.token)
	judge.settled(c, s.name) // slots of calls that died with the server
	judge.SameBoards(c)
	for ref, id := range s.acked {
		if n := judge.Count(`SELECT COUNT(*) FROM articles WHERE id = ? AND titre = ?`, id, "Livre "+ref); n != 1 {
			t.Errorf("%s %s: acknowledged as %s, %d rows", s.name, ref, id, n)
		}
	}
	for _, ref := range s.sent {
		began := time.Now()
		first := c.Must("VENTE livre 4.50 ref=%s Livre %s", ref, ref)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s %s: answered after %v", s.name, ref, took)
		}
		id, known := s.acked[ref]
		if known && (first.Fields.Get("id") != id || first.Fields.Get("rejoue") != "1") {
			t.Errorf("%s %s: acknowledged as %s, now %s", s.name, ref, id, first.Line)
		}
		second := c.Must("VENTE livre 4.50 ref=%s Livre %s", ref, ref)
		if second.Fields.Get("id") != first.Fields.Get("id") || second.Fields.Get("rejoue") != "1" {
			t.Errorf("%s %s: %s, then %s", s.name, ref, first.Line, second.Line)
		}
	}
	judge.SameQuota(c, s.name)
	judge.SameBoards(c)
}
