package main

import (
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// TestOrphanSlotVanishes: a server dies between Redis's slot and the commit.
// The slot stays taken, its ref is free at once for a client that waits his
// turn, and after its 10 s the slot is free as well (PROTOCOL.md §3).
func TestOrphanSlotVanishes(t *testing.T) {
	t.Parallel()
	env := testenv.RealOwn(t)
	server, judge := start(t, env), newJudge(t, env)
	register(t, server.Addr, "alice")
	c, token := loginToken(t, server.Addr, "alice")
	taken := killAtWork(t, server, judge, c)

	again := start(t, env)
	c = resume(t, token, 1, again.Addr)[0]
	began := time.Now()
	if r := c.Must("VENTE livre 4.50 ref=k Réseaux"); r.Fields.Get("rejoue") != "" {
		t.Errorf("the dead call was committed: %s", r.Line)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the dead twin kept its ref for %v", took)
	}
	for range 8 {
		c.Must("VENTE cd 1 Autre")
	}
	// Nine and an orphan: full until it is 10 s old, and not much longer.
	const settled = 10 * time.Second
	for {
		asked := time.Now()
		r := c.Do("VENTE cd 1 La dixième")
		if r.OK() {
			break
		}
		if late := asked.Sub(taken.Add(settled)); r.Word != "QUOTA" || late > time.Second {
			t.Fatalf("%v after the orphan's 10 s: %s", late, r.Line)
		}
		waitUntil(asked.Add(50 * time.Millisecond))
	}
	if r := c.Do("VENTE cd 1 La onzième"); r.Word != "QUOTA" {
		t.Errorf("11th: %s", r.Line)
	}
	if n := judge.Used("appels", "alice"); n != 10 {
		t.Errorf("%d calls in the ledger", n)
	}
	judge.SameQuota(c, "alice")
	if n := judge.Cards("alice", "services"); n != 10 {
		t.Errorf("ZCARD %d", n)
	}
}

// killAtWork kills a server while a call holds its slot and waits for the
// user's row, which another transaction has locked. It gives the moment at
// which the slot was taken, or a little later.
func killAtWork(t *testing.T, server *process, judge *judge, c *client) time.Time {
	t.Helper()
	lock, err := judge.sql.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback() }()
	if _, err := lock.Exec(`UPDATE utilisateurs SET nom = nom`); err != nil {
		t.Fatal(err)
	}
	c.Send("VENTE livre 4.50 ref=k Réseaux\n")
	testenv.Eventually(t, 2*time.Second, func() error {
		if judge.Cards("alice", "services") != 1 {
			return errNotYet
		}
		return nil
	})
	taken := time.Now()
	server.Kill()
	return taken
}
