package main

import (
	"fmt"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// TestFailoverThatLosesAWindow: a replica that takes over has only the first calls of a
// full window. Nobody gets an eleventh, and QUOTA shows the ledger's figure within 10 s.
func TestFailoverThatLosesAWindow(t *testing.T) {
	t.Parallel()
	const first, quota, deadAfter = 4, 10, 2 * time.Second
	env := testenv.Real(t)
	cluster := testenv.StartRedisCluster(t, "--cluster-node-timeout", fmt.Sprint(deadAfter.Milliseconds()), "--cluster-require-full-coverage", "no")
	env.RedisURL = cluster.URL()
	server := start(t, env)
	register(t, server.Addr, "alice")
	alice := login(t, server.Addr, "alice")
	master := cluster.Master("etu:{alice}:services")
	replica := cluster.ReplicaOf(t, master)
	sell := func(n int) {
		for range n {
			alice.Must("VENTE livre 1 titre")
		}
	}
	sell(first)
	testenv.WaitFor(t, 5*time.Second, "the replica has the first calls", func() bool {
		c := replica.Client(t).Conn()
		defer func() { _ = c.Close() }()
		return c.ReadOnly(t.Context()).Err() == nil && c.ZCard(t.Context(), "etu:{alice}:services").Val() == first
	})
	replica.Pause(t)
	sell(quota - first)
	master.Kill(t)
	replica.Resume(t)
	testenv.WaitFor(t, 10*deadAfter, "a replica takes over", func() bool {
		r := alice.Do("VENTE livre 1 titre")
		if r.OK() {
			t.Fatalf("an eleventh: %s", r.Line)
		}
		return r.Code() == protocol.QUOTA
	})
	if now := cluster.Master("etu:{alice}:services"); now != replica {
		t.Errorf("the window is on %v", now)
	}
	newJudge(t, env).SameQuota(alice, "alice")
}
