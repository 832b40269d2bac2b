package accounts

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

const life = 30 * time.Minute

// age puts a session's last use into the past, in both stores and here, as if
// its connection had been silent ever since.
func age(t *testing.T, a *Accounts, s *Session, by time.Duration) {
	t.Helper()
	use := time.Now().Add(-by)
	s.lastUse.Store(use.UnixMilli())
	s.covered.Store(use.Add(a.writeAhead()).UnixMilli())
	if _, err := a.Stores.SQL.Write.Exec(t.Context(), `UPDATE jetons SET dernier_usage = ? WHERE empreinte = ?`,
		store.At(use.Add(a.writeAhead())), s.hash); err != nil {
		t.Fatal(err)
	}
	ends := use.Add(life).UnixMilli()
	if err := a.Stores.Redis.DB0.HSet(t.Context(), tokenKey(s.hash),
		fieldEnd, ends, fieldLive+s.name, ends+a.writeAhead().Milliseconds()).Err(); err != nil {
		t.Fatal(err)
	}
}

func written(t *testing.T, a *Accounts, s *Session) time.Time {
	t.Helper()
	var at store.Instant
	if err := a.Stores.SQL.Read.QueryRow(t.Context(), `SELECT dernier_usage FROM jetons WHERE empreinte = ?`, s.hash).Scan(&at); err != nil {
		t.Fatal(err)
	}
	return at.Time
}

func redisEnd(t *testing.T, a *Accounts, s *Session) time.Time {
	t.Helper()
	fields, err := a.Stores.Redis.DB0.HGetAll(t.Context(), tokenKey(s.hash)).Result()
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(tokenEnd(fields))
}

// TestFirstUseAfterSilenceIsWrittenAtOnce: a process that is killed takes no
// use with it, also when the session had been silent for longer than the lead.
func TestFirstUseAfterSilenceIsWrittenAtOnce(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := open(t, env.Open(t), life)
		running(t, a)
		s := enter(t, a, "alice")
		age(t, a, s, 20*time.Minute)
		used := time.Now().Truncate(time.Millisecond)
		s.Use()
		testenv.Eventually(t, 5*time.Second, func() error {
			if sql, end := written(t, a, s), redisEnd(t, a, s); sql.Before(used) || end.Before(used.Add(life)) {
				return fmt.Errorf("used at %v, in SQL until %v, in Redis until %v", used, sql, end)
			}
			return nil
		})
		before := written(t, a, s)
		s.Use() // which the lead covers
		select {
		case <-a.uses:
			t.Error("a covered use is written")
		default:
		}
		if after := written(t, a, s); !after.Equal(before) {
			t.Errorf("written %v, then %v", before, after)
		}
	})
}

// TestLeavingShortensNobodysToken: of two connections that hold one token, the
// one that was silent leaves last.
func TestLeavingShortensNobodysToken(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		stores := env.Open(t)
		a, b := open(t, stores, life), open(t, stores, life)
		running(t, b)
		silent := enter(t, a, "alice")
		age(t, a, silent, 20*time.Minute)
		busy, err := b.Resume(t.Context(), silent.Token)
		if err != nil {
			t.Fatal(err)
		}
		testenv.Eventually(t, 5*time.Second, func() error {
			if redisEnd(t, a, busy).Before(time.UnixMilli(busy.lastUse.Load()).Add(life)) {
				return errors.New("not written")
			}
			return nil
		})
		live := redisEnd(t, a, busy)
		a.Leave(t.Context(), silent)
		if got := redisEnd(t, a, busy); !got.Equal(live) {
			t.Errorf("the other's lead: %v, was %v", got, live)
		}
		b.Leave(t.Context(), busy)
		want := time.UnixMilli(busy.lastUse.Load()).Add(life)
		if got := redisEnd(t, a, busy); !got.Equal(want) {
			t.Errorf("ends %v, want %v: to the millisecond from the last use", got, want)
		}
		a.Leave(t.Context(), silent) // once more, last
		if got := redisEnd(t, a, busy); !got.Equal(want) {
			t.Errorf("ends %v, want %v: a silent connection shortened it", got, want)
		}
	})
}

// TestOldRedisKillsNoToken: Redis is back on an old file, in which a token has
// ended; SQL knows of a later use. And the other way round it is dead.
func TestOldRedisKillsNoToken(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := open(t, env.Open(t), life)
		s := enter(t, a, "alice")
		past := time.Now().Add(-time.Minute).UnixMilli()
		if err := a.Stores.Redis.DB0.HSet(t.Context(), tokenKey(s.hash), fieldEnd, past, fieldLive+s.name, past).Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Resume(t.Context(), s.Token); err != nil {
			t.Errorf("Redis is behind: %v", err)
		}
		age(t, a, s, life+2*time.Second)
		a.Leave(t.Context(), s) // SQL's lead would still let it live
		if _, err := a.Resume(t.Context(), s.Token); !errors.Is(err, ErrWrong) {
			t.Errorf("2 s after its end: %v", err)
		}
		a.Stores.Redis.DB0.FlushAll(t.Context())
		if _, err := a.Resume(t.Context(), s.Token); err != nil {
			t.Errorf("Redis forgot, SQL's lead counts: %v", err)
		}
		age(t, a, s, life+a.writeAhead()+time.Second)
		a.Stores.Redis.DB0.FlushAll(t.Context())
		if _, err := a.Resume(t.Context(), s.Token); !errors.Is(err, ErrWrong) {
			t.Errorf("past its lead: %v", err)
		}
	})
}

// TestKilledTokenStaysDead: logged out on one instance, while another has a
// connection on the same token that is used and leaves.
func TestKilledTokenStaysDead(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		stores := env.Open(t)
		a, b := open(t, stores, life), open(t, stores, life)
		s := enter(t, a, "alice")
		other, err := b.Resume(t.Context(), s.Token)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Logout(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		b.write(t.Context(), []*Session{other})
		if !other.Dead() {
			t.Error("the other connection goes on")
		}
		if n := stores.Redis.DB0.Exists(t.Context(), tokenKey(s.hash)).Val(); n != 0 {
			t.Error("a use brought a dead token back")
		}
		third, err := b.Resume(t.Context(), s.Token)
		if !errors.Is(err, ErrWrong) {
			t.Errorf("resumed %v: %v", third, err)
		}
		other.dead.Store(false) // it leaves before its instance learns of it
		b.Leave(t.Context(), other)
		if n := stores.Redis.DB0.Exists(t.Context(), tokenKey(s.hash)).Val(); n != 0 {
			t.Error("leaving brought a dead token back")
		}
	})
}

// TestUseIsWrittenOnceMySQLIsBack: what a store did not take is not forgotten.
func TestUseIsWrittenOnceMySQLIsBack(t *testing.T) {
	t.Parallel()
	env := testenv.RealOwn(t)
	a := open(t, env.Open(t), time.Minute) // a lead, and a tick, of 2 s
	running(t, a)
	s := enter(t, a, "alice")
	age(t, a, s, 20*time.Second)
	env.MariaDB().Kill(t)
	used := time.Now().Truncate(time.Millisecond)
	s.Use()
	testenv.Eventually(t, 5*time.Second, func() error {
		if s.queued.Load() {
			return errors.New("not tried")
		}
		return nil
	})
	if _, err := a.Resume(t.Context(), s.Token); err != nil {
		t.Errorf("on Redis alone: %v", err)
	}
	env.MariaDB().Start(t)
	testenv.Eventually(t, 5*time.Second, func() error {
		if sql := written(t, a, s); sql.Before(used) {
			return fmt.Errorf("used at %v, in SQL until %v", used, sql)
		}
		return nil
	})
}
