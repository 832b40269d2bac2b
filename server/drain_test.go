package main

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
	"etuservices/server/internal/wait"
)

// drained says PING until the server lets the connection go, and wants to have
// been told: ! ARRET once, ARRET at the end.
func (c *client) drained() error {
	told := func() (n int) {
		for _, e := range c.Events {
			if e.Word == "ARRET" {
				n++
			}
		}
		return n
	}
	for range 10_000 {
		r, err := c.Try("PING")
		switch {
		case err != nil:
			return fmt.Errorf("cut without a word: %w", err)
		case r.Word == "ARRET" && told() == 1:
			if _, err := c.TryRead(); err == nil {
				return errors.New("open after ARRET")
			}
			return nil
		case r.Word != "PONG":
			return fmt.Errorf("%s, told %d times", r.Line, told())
		}
		_ = wait.For(c.t.Context(), 5*time.Millisecond)
	}
	return errors.New("never let go")
}

// TestDrain: SIGTERM tells everybody, serves those who are in until it is
// their turn, lets a running call end, takes nobody new, ignores a second
// SIGTERM, and ends with code 0.
func TestDrain(t *testing.T) {
	t.Parallel()
	const spread = 2 * time.Second
	env := testenv.Real(t)
	start(t, env, "--instance", "autre") // where clients can go
	server, judge := start(t, env, append(adminArgs, "--drain-time", spread.String())...), newJudge(t, env)
	register(t, server.Addr, "alice", "bob")
	idle, busy := login(t, server.Addr, "alice"), login(t, server.Addr, "bob")
	follower := login(t, server.Addr, "prof")
	follower.Must("SUIVRE periode=1")
	conns := []*client{idle, follower, dial(t, server.Addr)} // and an anonymous one
	for range 20 {
		conns = append(conns, dial(t, server.Addr))
	}
	silent := dial(t, server.Addr) // says nothing at all, and still hears it

	tx, err := judge.sql.BeginTx(t.Context(), nil) // keeps bob's call running
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`UPDATE utilisateurs SET nb_ventes = nb_ventes WHERE login = 'bob'`); err != nil {
		t.Fatal(err)
	}
	busy.Send("VENTE livre 1 ref=k Réseaux\r\n")

	began := time.Now()
	server.signal(syscall.SIGTERM)
	testenv.Eventually(t, 5*time.Second, func() error { // no one new
		nc, err := net.Dial("tcp", server.Addr)
		if err == nil {
			_ = nc.Close()
			return errors.New("it still accepts")
		}
		return nil
	})
	server.signal(syscall.SIGTERM)
	var all sync.WaitGroup
	for i, c := range conns {
		all.Go(func() {
			if err := c.drained(); err != nil {
				t.Errorf("connection %d: %v", i, err)
			}
		})
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if r, err := busy.TryRead(); err != nil || !r.OK() {
		t.Errorf("a running call: %s, %v", r.Line, err)
	}
	if r, err := silent.TryRead(); err != nil || r.Word != "ARRET" || len(silent.Events) != 1 {
		t.Errorf("who says nothing: %s, %v, %v", r.Line, silent.Events, err)
	}
	all.Wait()
	if err := server.wait(); err != nil {
		t.Errorf("ended with %v\n%s", err, server.logs)
	}
	if took := time.Since(began); took > spread+5*time.Second {
		t.Errorf("out after %v", took)
	}
	if n := judge.Count(`SELECT COUNT(*) FROM appels WHERE ref = 'k'`); n != 1 {
		t.Errorf("%d calls in the ledger", n)
	}
}

// TestDrainOfNobody: with the defaults, at once when nobody is connected.
func TestDrainOfNobody(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--drain-time", "20s")
	c := dial(t, server.Addr)
	c.leave()
	began := time.Now()
	server.Stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("out after %v", took)
	}
}

// TestDrainOfTheOnlyServer: there is nobody else to go to, so that everybody is
// let go at once, and a start can follow.
func TestDrainOfTheOnlyServer(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		killed := start(t, env, "--instance", "mort")
		killed.Kill() // one that died is nobody
		server := start(t, env, "--instance", "seul", "--drain-time", "60s")
		if env.Kind == testenv.KindReal {
			cache := env.Redis().Client(t, 0)
			testenv.WaitFor(t, 10*time.Second, "the dead one is forgotten", func() bool {
				alive := fmt.Sprint(time.Now().Add(-3500 * time.Millisecond).UnixMilli())
				return cache.ZCount(t.Context(), "etu:{presence}:serveurs", alive, "+inf").Val() == 1
			})
		}
		var idle []*client
		for range 4 {
			idle = append(idle, dial(t, server.Addr))
		}
		began := time.Now()
		server.signal(syscall.SIGTERM)
		for _, c := range idle {
			if r, err := c.TryRead(); err != nil || r.Word != "ARRET" || len(c.Events) != 1 {
				t.Errorf("%s, %v, %v", r.Line, c.Events, err)
			}
		}
		if err := server.wait(); err != nil {
			t.Errorf("ended with %v\n%s", err, server.logs)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("out after %v", took)
		}
	})
}

// TestDrainOfAllServers: those that stop together wait for nobody.
func TestDrainOfAllServers(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	servers := []*process{
		start(t, env, "--instance", "un", "--drain-time", "60s"),
		start(t, env, "--instance", "deux", "--drain-time", "60s"),
		start(t, env, "--instance", "trois", "--drain-time", "60s"),
	}
	_ = wait.For(t.Context(), 2*time.Second) // each knows of the others
	for _, p := range servers {
		for range 4 {
			dial(t, p.Addr)
		}
	}
	began := time.Now()
	for _, p := range servers {
		p.signal(syscall.SIGTERM)
	}
	for _, p := range servers {
		if err := p.wait(); err != nil {
			t.Errorf("ended with %v\n%s", err, p.logs)
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("out after %v", took)
	}
}

// TestDrainOfTheDeaf: who neither reads nor leaves is cut in the end, and
// the code is still 0.
func TestDrainOfTheDeaf(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--drain-time", "1s", "--stop-time", "1s", "--flood-rate", "0")
	deaf := dial(t, server.Addr)
	_ = deaf.nc.SetWriteDeadline(time.Now().Add(2 * time.Second)) // until every buffer is full
	for {
		if _, err := deaf.nc.Write([]byte(strings.Repeat("AIDE\r\n", 100))); err != nil {
			break
		}
	}
	began := time.Now()
	server.Stop()
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("out after %v", took)
	}
}
