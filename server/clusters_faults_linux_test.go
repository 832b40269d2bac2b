//go:build cluster

package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/history"
	"etuservices/server/internal/testenv"
)

const (
	clusterCrowd = 100
	// clusterCalm is of calls after each fault: longer than a window, so that refusals
	// which the fault left behind would show.
	clusterCalm = 20 * time.Second
	// clusterFrozen is longer than it takes to replace a node.
	clusterFrozen = 20 * time.Second
	// backWithin is the longest that anybody may be without an answer.
	backWithin = 15 * time.Second
	// backAfterPromotion is how soon all goes well once a replica has taken over.
	backAfterPromotion = 2 * time.Second
)

// siteFault is one thing that goes wrong in a site.
type siteFault struct {
	name string
	// do gives when a replica had taken over, 0 where none has to, and the repair.
	do func(a *arena, s *site) (promoted time.Duration, repair func())
	// forgets: Redis loses what it knew.
	forgets bool
}

var siteFaults = []siteFault{
	{"Redis: a master is killed", func(a *arena, s *site) (time.Duration, func()) {
		n, replica := s.someMaster(a)
		n.Kill(a.t)
		promoted := s.promoted(a, replica)
		a.pause(clusterFrozen / 4)
		return promoted, func() { n.Start(a.t); s.redis.WaitWhole(a.t) }
	}, true},
	{"Redis: a master is frozen", func(a *arena, s *site) (time.Duration, func()) {
		n, replica := s.someMaster(a)
		n.Pause(a.t)
		promoted := s.promoted(a, replica)
		a.pause(clusterFrozen / 2)
		return promoted, func() { n.Resume(a.t); s.redis.WaitWhole(a.t) }
	}, true},
	{"Redis: a node is emptied", func(a *arena, s *site) (time.Duration, func()) {
		n, _ := s.someMaster(a)
		n.Client(a.t).FlushAll(a.t.Context())
		return 0, func() {}
	}, true},
	{"Redis: slots move", func(a *arena, s *site) (time.Duration, func()) {
		from, _ := s.someMaster(a)
		to := from
		for to == from {
			to, _ = s.someMaster(a)
		}
		tool(a.t, "", "redis-cli", "--cluster", "reshard", from.Addr(), "--cluster-from", from.ID(), "--cluster-to", to.ID(), "--cluster-slots", "1500", "--cluster-yes")
		return 0, func() {}
	}, false},
	{"Galera: the writer is killed", func(a *arena, s *site) (time.Duration, func()) {
		n := s.galera.Nodes[0]
		n.Kill(a.t)
		a.pause(clusterFrozen)
		return 0, func() { n.Restart(a.t) }
	}, false},
	{"Galera: the writer is cut off", func(a *arena, s *site) (time.Duration, func()) {
		n := s.galera.Nodes[0]
		n.Isolate(a.t, true)
		a.pause(clusterFrozen)
		return 0, func() { n.Isolate(a.t, false); n.WaitReady(a.t) }
	}, false},
	{"Galera: the writer is frozen", func(a *arena, s *site) (time.Duration, func()) {
		n := s.galera.Nodes[0]
		n.Pause(a.t)
		a.pause(clusterFrozen)
		return 0, func() { n.Resume(a.t); n.WaitReady(a.t) }
	}, false},
	{"a server is killed", func(a *arena, _ *site) (time.Duration, func()) {
		i := a.rng.IntN(chaosServers)
		a.server(i).Kill()
		return 0, func() { a.startServer(i) }
	}, false},
	{"the servers are replaced, one after the other", func(a *arena, s *site) (time.Duration, func()) {
		for i := range chaosServers {
			a.server(i).signal(syscall.SIGTERM)
			_ = a.server(i).wait()
			a.startServer(i)
			s.sends(a.t, instance(i))
		}
		return 0, func() {}
	}, false},
}

// someMaster is the one that has the windows of some user, and its replica.
func (s *site) someMaster(a *arena) (master, replica *testenv.RedisNode) {
	master = s.redis.Master(fmt.Sprintf("etu:{u%d}:services", a.rng.IntN(a.users)))
	return master, s.redis.ReplicaOf(a.t, master)
}

// promoted waits until a replica has taken over, and gives when it had.
func (s *site) promoted(a *arena, replica *testenv.RedisNode) time.Duration {
	a.t.Helper()
	c := replica.Client(a.t)
	testenv.WaitFor(a.t, startTime, "a replica takes over", func() bool {
		return strings.Contains(c.Info(a.t.Context(), "replication").Val(), "role:master")
	})
	return a.rec.Now()
}

// TestClusterFaults: a crowd calls through the balancer while one thing after the other
// goes wrong, ETU_CLUSTER_ROUNDS times (3). What TestChaos judges is judged, and that
// calls go well again in time, none takes long, and nobody is refused for what was not
// done. ETU_CLUSTER_FAULTS picks some by name.
func TestClusterFaults(t *testing.T) {
	rounds, err := strconv.Atoi(os.Getenv("ETU_CLUSTER_ROUNDS"))
	if err != nil {
		rounds = 3
	}
	s := openSite(t)
	a := prepareArena(t, time.Hour, clusterCrowd, s.env)
	a.front, a.own = s.front, s.own
	a.args = append(a.args, "--drain-time", "2s")
	crowd := a.open(time.Hour)
	playing := a.play(crowd)
	a.pause(clusterCalm / 4)
	for range rounds {
		for _, f := range siteFaults {
			if strings.Contains(f.name, os.Getenv("ETU_CLUSTER_FAULTS")) {
				a.suffer(f, s)
			}
		}
	}
	last := a.rec.Now()
	a.heal()
	a.pause(chaosCalm)
	playing()
	a.judgeCalls(crowd, last)
	a.judgeRefusals()
	a.noIncident()
}

// suffer does a fault, repairs it and judges what clients saw.
func (a *arena) suffer(f siteFault, s *site) {
	began, whole := a.rec.Now(), func(time.Duration) {}
	if f.forgets || a.rec.StaleNow() {
		whole = a.rec.Stale()
	}
	promoted, repair := f.do(a, s)
	repair()
	repaired := a.rec.Now()
	whole(chaosForgets)
	a.pause(clusterCalm)
	seen := a.seen(began, cmp.Or(promoted, began), repaired)
	a.t.Logf("%v %s, repaired after %v: %s", began.Round(time.Millisecond), f.name, (repaired - began).Round(time.Millisecond), seen)
	if promoted != 0 {
		a.t.Logf("  a replica took over after %v", (promoted - began).Round(time.Millisecond))
		if seen.out > backAfterPromotion {
			a.t.Errorf("%s: calls failed for more than %v after a replica had taken over", f.name, backAfterPromotion)
		}
	}
	if seen.silent > backWithin {
		a.t.Errorf("%s: somebody had no answer for more than %v", f.name, backWithin)
	}
	if seen.longest.End-seen.longest.Start > answerWithin {
		a.t.Errorf("%s: a call took longer than %v: %s", f.name, answerWithin, seen.longest)
	}
}

// effects are what clients saw of a fault.
type effects struct {
	calls, refused, cut int
	users               map[string]bool
	// silent is the longest that a user had no answer; out and outAgain are from when
	// a replica had taken over (or the fault began), and from the repair, to when the
	// last call began that failed.
	silent, out, outAgain time.Duration
	longest               *history.Call
}

func (e effects) String() string {
	return fmt.Sprintf("%d calls, %d INDISPONIBLE or ARRET and %d cut for %d users, nobody longer than %v; failing for %v, and for %v after the repair; the longest call took %v",
		e.calls, e.refused, e.cut, len(e.users), e.silent.Round(time.Millisecond), e.out.Round(time.Millisecond), e.outAgain.Round(time.Millisecond),
		(e.longest.End - e.longest.Start).Round(time.Millisecond))
}

func (a *arena) seen(began, over, repaired time.Duration) effects {
	e := effects{users: map[string]bool{}, longest: &history.Call{}}
	answered := map[string]time.Duration{}
	calls := a.rec.History(chaosQuota, chaosWindow).Calls
	slices.SortFunc(calls, func(x, y *history.Call) int { return cmp.Compare(x.End, y.End) })
	for _, c := range calls {
		if c.End == history.Never || c.Line == history.Connecting {
			continue
		}
		if !failed(c) {
			if c.End >= began {
				e.silent = max(e.silent, c.End-answered[c.User])
			}
			answered[c.User] = c.End
		}
		if c.End < began {
			continue
		}
		e.calls++
		if c.End-c.Start > e.longest.End-e.longest.Start {
			e.longest = c
		}
		if !failed(c) {
			continue
		}
		e.users[c.User] = true
		if c.Reply.Word == "" {
			e.cut++
		} else {
			e.refused++
		}
		if c.Start < repaired {
			e.out = max(e.out, c.Start-over)
		} else {
			e.outAgain = max(e.outAgain, c.Start-repaired)
		}
	}
	return e
}

// failed says that nobody was told what became of a call, for a server or a store was
// away.
func failed(c *history.Call) bool {
	return slices.Contains([]string{"", "INDISPONIBLE", "ARRET"}, c.Reply.Word)
}

// judgeRefusals fails where a user was refused with room in the ledger's window later
// than 10 s after the last call that failed: until then a slot may be taken by one of
// which nobody knows whether it was done.
func (a *arena) judgeRefusals() {
	j, started := newJudge(a.t, a.env), time.Now().Add(-a.rec.Now())
	calls := a.rec.History(chaosQuota, chaosWindow).Calls
	slices.SortFunc(calls, func(x, y *history.Call) int { return cmp.Compare(x.End, y.End) })
	tables := map[string]string{"connexions": "connexions", "services": "appels"}
	stamps := map[string][]int64{}
	refusals, early := 0, 0
	var last time.Duration
	for _, c := range calls {
		if failed(c) {
			last = c.End
		}
		if c.Reply.Mark != protocol.MarkErr || c.Reply.Word != "QUOTA" {
			continue
		}
		table := tables[c.Reply.Fields.Get("quota")]
		refusals++
		key := table + c.User
		if _, known := stamps[key]; !known {
			stamps[key] = j.Stamps(table, c.User)
		}
		from, to := started.Add(c.Start-chaosWindow).UnixMilli()-1, started.Add(c.End).UnixMilli()+1
		used := 0
		for _, at := range stamps[key] {
			if at >= from && at <= to {
				used++
			}
		}
		if used >= chaosQuota {
			continue
		}
		early++
		if c.Start > last+chaosForgets {
			a.t.Errorf("refused with %d in the window, %v after anything failed: %s", used, c.Start-last, c)
		}
	}
	a.t.Logf("%d refusals, %d of them with room in the ledger's window", refusals, early)
}

// TestClusterNodesAtOnce: servers that start together, each on a Galera node of its own
// with no tables yet, all come up; and of two administrators who block each other, each
// on another node, one is left.
func TestClusterNodesAtOnce(t *testing.T) {
	g := testenv.StartGalera(t, "deploy/galera.cnf")
	for round := range 3 {
		var starting, servers []*process
		env := testenv.Real(t)
		for _, n := range g.Nodes {
			env.MySQLDSN = g.DSN(n.TCP(), fmt.Sprintf("etu_%d", round))
			starting = append(starting, launch(t, env, adminArgs...))
		}
		for _, p := range starting {
			servers = append(servers, p.Listens())
		}
		judge := newJudge(t, env)
		register(t, servers[0].Addr, "alice", "bob")
		judge.Exec(`UPDATE utilisateurs SET role = 'admin' WHERE login IN ('alice', 'bob')`)
		judge.Exec(`UPDATE utilisateurs SET etat = 'bloque' WHERE login = 'prof'`)
		for range 4 {
			both := []*client{login(t, servers[0].Addr, "alice"), login(t, servers[1].Addr, "bob")}
			storm(2, func(i int) { // whoever comes second is logged out, perhaps before the reply
				both[i].Send("BLOQUER " + []string{"bob", "alice"}[i] + " :essai\n")
				both[i].orClosed()
			})
			if n := judge.Count(`SELECT COUNT(*) FROM utilisateurs WHERE role = 'admin' AND etat = 'actif'`); n != 1 {
				t.Errorf("%d administrators left, want 1", n)
			}
			judge.Exec(`UPDATE utilisateurs SET etat = 'actif' WHERE login IN ('alice', 'bob')`)
		}
	}
}
