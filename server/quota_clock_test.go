package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/testenv"
)

// withClock starts a server on a Redis whose clock the test moves, with an
// administrator and alice, who is logged in.
func withClock(t *testing.T, args ...string) (env *testenv.Env, judge *judge, alice, prof *client) {
	t.Helper()
	env = testenv.Real(t)
	env.Redis().OwnClock(t)
	server := start(t, env, append(args, "--admin-login", "prof", "--admin-password", password)...)
	judge = newJudge(t, env)
	register(t, server.Addr, "alice")
	return env, judge, login(t, server.Addr, "alice"), login(t, server.Addr, "prof")
}

// useUp makes the ten calls of a window.
func useUp(c *client) {
	c.t.Helper()
	for range 10 {
		c.Must("VENTE livre 1 Réseaux")
	}
}

// refusedWithin wants a QUOTA whose wait is one to most seconds, and gives it.
func refusedWithin(c *client, most int64) time.Duration {
	c.t.Helper()
	r := c.Do("VENTE livre 1 Réseaux")
	wait := r.Fields.Int("apres")
	if r.Word != "QUOTA" || wait < 1 || wait > most {
		c.t.Fatalf("want a QUOTA of at most %d s: %s", most, r.Line)
	}
	shown := c.Must("QUOTA").Rows[1].Fields
	if back := shown.Int("retour"); shown.Int("utilise") != 10 || back < 1 || back > most {
		c.t.Errorf("QUOTA shows %v", shown)
	}
	return time.Duration(wait) * time.Second
}

// TestClockSetBackKeepsNobodyOutLonger: calls made while Redis's clock was fast
// count as of now, and an administrator can empty the windows.
func TestClockSetBackKeepsNobodyOutLonger(t *testing.T) {
	t.Parallel()
	for name, fast := range map[string]time.Duration{"a quarter of an hour": 15 * time.Minute, "seconds": 5 * time.Second} {
		t.Run("by "+name, func(t *testing.T) {
			t.Parallel()
			env, judge, alice, prof := withClock(t)
			env.Redis().MoveClock(t, fast)
			useUp(alice)
			env.Redis().MoveClock(t, 0)
			refusedWithin(alice, 600)
			if ttl := judge.db0.TTL(t.Context(), "etu:{alice}:services").Val(); ttl <= 0 || ttl > 600*time.Second+fast {
				t.Errorf("the window lives %v", ttl)
			}
			env.Redis().FlushAll(t) // the ledger says the same
			refusedWithin(alice, 600)

			prof.Must("RAZ alice")
			if n := judge.Cards("alice", "services"); n != 0 {
				t.Errorf("ZCARD %d after RAZ", n)
			}
			for _, row := range alice.Must("QUOTA").Rows {
				if row.Fields.Int("utilise") != 0 {
					t.Errorf("after RAZ: %v", row.Fields)
				}
			}
			alice.Must("VENTE livre 1 Réseaux")
			env.Redis().FlushAll(t)
			if row := alice.Must("QUOTA").Rows[1].Fields; row.Int("utilise") != 1 {
				t.Errorf("after RAZ and FLUSHALL: %v", row)
			}
		})
	}
}

// TestWaitHoldsAfterTheClockWasSetBack: after the seconds that the refusal says,
// the next call passes, and not an eleventh.
func TestWaitHoldsAfterTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	const window = 3 * time.Second
	for _, forgets := range []bool{false, true} {
		t.Run(fmt.Sprintf("Redis forgets=%v", forgets), func(t *testing.T) {
			t.Parallel()
			env, _, alice, _ := withClock(t, "--quota-window", window.String())
			env.Redis().MoveClock(t, time.Hour)
			useUp(alice)
			env.Redis().MoveClock(t, 0)
			if forgets {
				env.Redis().FlushAll(t)
			}
			wait := refusedWithin(alice, int64(window.Seconds()))
			waitUntil(time.Now().Add(wait))
			useUp(alice)
			refusedWithin(alice, int64(window.Seconds()))
		})
	}
}

// TestRazOfAFastClockDoesNotOpenTheQuota: it was done at an instant that is in the
// future now.
func TestRazOfAFastClockDoesNotOpenTheQuota(t *testing.T) {
	t.Parallel()
	env, judge, alice, prof := withClock(t)
	env.Redis().MoveClock(t, 15*time.Minute)
	useUp(alice)
	prof.Must("RAZ alice")
	env.Redis().MoveClock(t, 0)
	useUp(alice)
	refusedWithin(alice, 600)
	env.Redis().FlushAll(t)
	refusedWithin(alice, 600)
	if n := judge.Used("appels", "alice"); n != 20 {
		t.Errorf("%d calls in the ledger", n)
	}
}

// TestLastLoginsFollowAClockThatWasSetBack: a login that a fast clock put into the
// future does not stand first for ever.
func TestLastLoginsFollowAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	env, judge, alice, _ := withClock(t)
	env.Redis().MoveClock(t, 15*time.Minute)
	alice.Must("DECONNEXION")
	alice.Must("AUTH alice %s", password)
	judge.SameBoards(alice)
	testenv.Eventually(t, 10*time.Second, func() error { // a turn that ends in the future
		if judge.db0.Exists(t.Context(), "etu:tableaux:tour").Val() == 0 {
			return errors.New("nobody checks the boards")
		}
		return nil
	})
	env.Redis().MoveClock(t, 0)
	// The window is read from the ledger, and set right there.
	judge.db0.Del(t.Context(), "etu:{alice}:connexions", "etu:{alice}:connexions:connu")
	alice.Must("QUOTA")
	testenv.Eventually(t, 10*time.Second, func() error {
		first := alice.Must("STATS DERNIERS").Rows[0].Fields.Get("instant")
		at, err := time.Parse(time.RFC3339, first)
		if err == nil && time.Until(at) > 10*time.Second {
			err = fmt.Errorf("the last login is %s", first)
		}
		return err
	})
	judge.SameBoards(alice)
}

// TestClockSetBackProlongsNothing: what lives for some seconds on Redis's clock does so
// when that is set back too: a refusal of more guesses, and the name of a server that
// was killed.
func TestClockSetBackProlongsNothing(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	env.Redis().OwnClock(t)
	args := []string{nobodyExempt, "--failures-minute", "4", "--instance", "un"}
	server, judge := start(t, env, args...), newJudge(t, env)
	env.Redis().MoveClock(t, 15*time.Minute)
	const here = "127.0.0.2"
	wantGuess(t, here, server.Addr, "alice", "mauvais-mot", 4, "ECHEC")
	testenv.Eventually(t, 10*time.Second, func() error {
		last := judge.db0.ZRangeWithScores(t.Context(), "etu:{presence}:serveurs", 0, -1).Val()
		if len(last) != 1 || int64(last[0].Score) < time.Now().Add(time.Minute).UnixMilli() {
			return fmt.Errorf("heartbeats %v", last)
		}
		return nil
	})
	server.Kill()
	env.Redis().MoveClock(t, 0)
	server = start(t, env, args...)
	r := wantGuess(t, here, server.Addr, "alice", "mauvais-mot", 1, "DEBIT")
	if wait := r.Fields.Int("apres"); wait < 1 || wait > 60 {
		t.Errorf("after the clock was set back: %s", r.Line)
	}
}

// TestSlowRedisClock: this machine's clock says that the window ended long ago.
func TestSlowRedisClock(t *testing.T) {
	t.Parallel()
	for _, moved := range []time.Duration{-time.Hour, time.Hour} {
		t.Run("by "+moved.String(), func(t *testing.T) {
			t.Parallel()
			env, judge, alice, _ := withClock(t)
			env.Redis().MoveClock(t, moved)
			useUp(alice)
			for range 2 {
				env.Redis().FlushAll(t)
				refusedWithin(alice, 600)
				if n := judge.Cards("alice", "services"); n != 10 {
					t.Errorf("ZCARD %d", n)
				}
			}
		})
	}
}

// TestRefusalChangesNoWindow: neither entries nor lives; and a window lives as
// long as its newest entry counts.
func TestRefusalChangesNoWindow(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	c := login(t, servers[0].Addr, "alice")
	for range 9 {
		login(t, servers[1].Addr, "alice")
	}
	useUp(c)
	ctx := context.Background()
	look := func() string {
		all := ""
		for _, kind := range []string{"connexions", "services"} {
			key := "etu:{alice}:" + kind
			entries := judge.db0.ZRangeWithScores(ctx, key, 0, -1).Val()
			ends := judge.db0.PExpireTime(ctx, key).Val()
			all += fmt.Sprintln(key, entries, ends, judge.db0.PExpireTime(ctx, key+":connu").Val())
			if len(entries) != 10 {
				t.Fatalf("%s: %v", key, entries)
			}
			if want := time.Duration(entries[9].Score)*time.Millisecond + 10*time.Minute; ends != want {
				t.Errorf("%s ends at %v, want %v", key, ends, want)
			}
		}
		return all
	}
	refuse := func() {
		for i := range 6 {
			if r := c.Do("VENTE livre 1 Réseaux"); r.Word != "QUOTA" {
				t.Errorf("11th call: %s", r.Line)
			}
			if r := dial(t, servers[i%2].Addr).Do("AUTH alice %s", password); r.Word != "QUOTA" {
				t.Errorf("11th login: %s", r.Line)
			}
			c.Must("QUOTA")
		}
	}
	before := look()
	refuse()
	if after := look(); after != before {
		t.Errorf("refusals changed\n%sto\n%s", before, after)
	}
	// Redis lost a window and not that it knows it: the ledger refuses.
	for _, kind := range []string{"connexions", "services"} {
		judge.db0.Del(ctx, "etu:{alice}:"+kind)
	}
	refuse()
	look()
}

// TestUnknownCommitCountsUntilTheLedgerSettlesIt: also while MySQL is away; and a
// COMMIT that MySQL does only when it wakes up is not taken for one that never came.
func TestUnknownCommitCountsUntilTheLedgerSettlesIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose int32
		done int
	}{"done": {loseAnswer, 1}, "done late": {freezeServer, 1}, "never came": {loseCommit, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := testenv.RealOwn(t)
			judge := newJudge(t, env)
			cut := &cutter{freeze: func() { env.MariaDB().Pause(t) }}
			ln := listenUnix(t)
			cut.serve(ln, env.MariaDB().Addr())
			cfg, err := mysql.ParseDSN(env.MySQLDSN)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Addr = ln.Addr().String()
			env.MySQLDSN = cfg.FormatDSN()
			server := start(t, env)
			register(t, server.Addr, "alice")
			alice := login(t, server.Addr, "alice")
			alice.Must("VENTE livre 1 Avant")

			back := sync.OnceFunc(func() { env.MariaDB().Resume(t) })
			t.Cleanup(back) // what cleans up would wait for it
			cut.armed.Store(c.lose)
			if r := alice.Do("VENTE livre 1 Réseaux"); r.Word != "INDISPONIBLE" {
				t.Fatalf("%s: %s", name, r.Line)
			}
			env.MariaDB().Pause(t)
			used := func() (n int64) {
				testenv.Eventually(t, 5*time.Second, func() error { // a busy machine may time out
					r := alice.Do("QUOTA")
					if !r.OK() {
						return fmt.Errorf("%s", r.Line)
					}
					n = r.Rows[1].Fields.Int("utilise")
					return nil
				})
				return n
			}
			for range 5 { // longer than it waits before it asks the ledger first
				if n := used(); n != 2 {
					t.Fatalf("utilise=%d while the commit is unknown", n)
				}
				waitUntil(time.Now().Add(1300 * time.Millisecond))
			}
			back()
			testenv.Eventually(t, 10*time.Second, func() error {
				if n := used(); n != int64(1+c.done) {
					return fmt.Errorf("utilise=%d", n)
				}
				return nil
			})
			if n := judge.Used("appels", "alice"); n != 1+c.done {
				t.Errorf("%d calls in the ledger", n)
			}
		})
	}
}
