package ledger

import (
	"context"
	"errors"
	"testing"
	"time"

	"etuservices/server/internal/store"
)

// TestScriptsKeepMilliseconds: stamps and scores are whole milliseconds on Redis
// and on miniredis alike; Lua's own printing would cut them to 100 µs of a
// second count, or write 1.7e+12.
func TestScriptsKeepMilliseconds(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		for i := range 12 {
			before := time.Now().Truncate(time.Millisecond)
			slot, full := take(t, l, alice)
			if i >= 10 {
				if full == nil || full.Used != 10 {
					t.Fatalf("call %d: %+v", i, full)
				}
				first := firstStamp(t, l, alice)
				if got, want := slot.Stamp.Add(full.Next), first.Add(time.Minute); !got.Equal(want) {
					t.Errorf("free at %v, want %v", got, want)
				}
				continue
			}
			if slot.Stamp.Before(before) || slot.Stamp.After(time.Now()) {
				t.Errorf("stamp %v, taken after %v", slot.Stamp, before)
			}
			score, err := l.stores.Redis.DB0.ZScore(t.Context(), windowKey(alice, Logins), slot.ID).Result()
			if err != nil || int64(score) != slot.Stamp.UnixMilli() {
				t.Errorf("score %f, stamp %d, %v", score, slot.Stamp.UnixMilli(), err)
			}
		}
	})
}

func firstStamp(t *testing.T, l *Limiter, user User) time.Time {
	t.Helper()
	list, err := l.stores.Redis.DB0.ZRangeWithScores(t.Context(), windowKey(user, Logins), 0, 0).Result()
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return time.UnixMilli(int64(list[0].Score))
}

// TestEveryKeyHasALife: a window, its mark and a call's mark end by themselves.
func TestEveryKeyHasALife(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		note(t, l, past(alice, time.Second))
		if _, err := l.Reserve(t.Context(), alice, Calls, "k1"); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Usage(t.Context(), alice); err != nil { // fills connexions
			t.Fatal(err)
		}
		keys, err := l.stores.Redis.DB0.Keys(t.Context(), "etu:{alice}:*").Result()
		if err != nil || len(keys) != 5 {
			t.Fatalf("%q, %v", keys, err)
		}
		for _, key := range keys {
			if ttl := l.stores.Redis.DB0.TTL(t.Context(), key).Val(); ttl <= 0 || ttl > 61*time.Second {
				t.Errorf("%s lives %v", key, ttl)
			}
		}
	})
}

// TestUnknownWindowIsFilled: absent in Redis is unknown, not empty.
func TestUnknownWindowIsFilled(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		note(t, l, past(alice, 61*time.Second)) // too old to count
		for i := range 9 {
			note(t, l, past(alice, time.Duration(50-i)*time.Second))
		}
		if states, err := l.Usage(t.Context(), alice); err != nil || states[0].Used != 9 {
			t.Fatalf("%+v, %v", states[0], err)
		}
		if n := cards(t, l, alice); n != 9 {
			t.Errorf("ZCARD %d", n)
		}
		l.stores.Redis.DB0.FlushAll(t.Context())
		if _, full := take(t, l, alice); full != nil {
			t.Fatalf("10th: %v", full)
		}
		if _, full := take(t, l, alice); full == nil {
			t.Fatal("an 11th")
		}
	})
}

// TestLedgerHasTheLastWord: Redis forgot and was not asked to fill (its mark is
// back, its slots are not): SQL refuses, and tells Redis.
func TestLedgerHasTheLastWord(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		oldest := past(alice, 50*time.Second)
		note(t, l, oldest)
		for i := range 9 {
			note(t, l, past(alice, time.Duration(i)*time.Second))
		}
		l.stores.Redis.DB0.Set(t.Context(), knownKey(alice, Logins), 1, time.Minute)
		slot, full := take(t, l, alice)
		if full != nil {
			t.Fatalf("Redis knows of nothing: %v", full)
		}
		_, full = confirm(t, l, slot)
		if full == nil || full.Used != 10 {
			t.Fatalf("an 11th: %+v", full)
		}
		if at := slot.Stamp.Add(full.Next); !at.Equal(oldest.Stamp.Add(time.Minute)) {
			t.Errorf("free at %v", at)
		}
		l.Release(t.Context(), slot)
		l.Restore(t.Context(), slot)
		if n := cards(t, l, alice); n != 10 {
			t.Errorf("ZCARD %d", n)
		}
	})
}

// TestConfirmTakesLateSlots: slots are not written down in the order of their
// stamps; the state is still one window's.
func TestConfirmTakesLateSlots(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		for i := range 9 { // ages 59.5 s and less
			note(t, l, past(alice, 59500*time.Millisecond-time.Duration(i)*time.Millisecond))
		}
		late := past(alice, 0)
		for i := range 3 { // stamped later, when those above had left
			slot := late
			slot.ID, slot.Stamp = newID(), late.Stamp.Add(time.Second+time.Duration(i)*time.Millisecond)
			note(t, l, slot)
		}
		state, full := confirm(t, l, late)
		if full != nil {
			t.Fatalf("refused: %v", full)
		}
		if state.Used != 4 || state.Left() != 6 || state.Next != 0 {
			t.Errorf("%+v", state)
		}
	})
}

// TestOrphansGoAndOnlyThey: what is not in the ledger goes once it is 10 s old.
func TestOrphansGoAndOnlyThey(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		for i := range 8 {
			slot := past(alice, time.Duration(20+i)*time.Second)
			note(t, l, slot)
			put(t, l, slot)
		}
		put(t, l, past(alice, settleAfter+time.Second)) // an orphan
		put(t, l, past(alice, settleAfter/2))           // perhaps at work
		l.stores.Redis.DB0.Set(t.Context(), knownKey(alice, Logins), 1, time.Minute)
		if _, full := take(t, l, alice); full != nil {
			t.Fatalf("the orphan is still there: %v", full)
		}
		if _, full := take(t, l, alice); full == nil {
			t.Error("a call at work was taken for an orphan")
		}
		if n := cards(t, l, alice); n != 10 {
			t.Errorf("ZCARD %d", n)
		}
	})
}

// TestReleaseLeavesOthersMarks: the end of one call does not let the twins of
// another go.
func TestReleaseLeavesOthersMarks(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		first, err := l.Reserve(t.Context(), alice, Calls, "k")
		if err != nil {
			t.Fatal(err)
		}
		other := Reservation{User: alice, Kind: Calls, ID: newID(), ref: "k"}
		l.Release(t.Context(), other) // whose answer was lost, and who had nothing
		if _, err := l.Reserve(t.Context(), alice, Calls, "k"); !errors.Is(err, ErrInProgress) {
			t.Errorf("the mark of the call at work is gone: %v", err)
		}
		l.Release(t.Context(), first)
		if _, err := l.Reserve(t.Context(), alice, Calls, "k"); err != nil {
			t.Fatalf("after its release: %v", err)
		}
		if n := l.stores.Redis.DB0.ZCard(t.Context(), windowKey(alice, Calls)).Val(); n != 1 {
			t.Errorf("ZCARD %d", n)
		}
	})
}

// TestRazEmptiesBothSides: what lies before an administrator's RAZ counts
// neither in SQL nor when Redis is filled again.
func TestRazEmptiesBothSides(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		for i := range 10 {
			note(t, l, past(alice, time.Duration(20+i)*time.Second))
		}
		if _, err := l.stores.SQL.Write.Exec(t.Context(), `UPDATE utilisateurs SET raz_le = ?`,
			store.At(time.Now().Add(-15*time.Second))); err != nil {
			t.Fatal(err)
		}
		slot, full := take(t, l, alice)
		if full != nil {
			t.Fatal(full)
		}
		if state, full := confirm(t, l, slot); full != nil || state.Used != 1 {
			t.Errorf("%+v, %v", state, full)
		}
	})
}

// TestResetThatRedisMissed: where only SQL knows of a RAZ, the slots before it leave
// both windows, however young they are.
func TestResetThatRedisMissed(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		for i := range 10 {
			login := past(alice, time.Duration(1+2*i)*time.Second)
			note(t, l, login)
			put(t, l, login)
			call := login
			call.Kind, call.ID = Calls, newID()
			if _, err := l.stores.SQL.Write.Exec(t.Context(), `INSERT INTO appels (utilisateur_id, service, resultat, instant, serveur, creneau)
				VALUES (?, 'vente', 'ok', ?, 'test', ?)`, alice.ID, store.At(call.Stamp), call.ID); err != nil {
				t.Fatal(err)
			}
			put(t, l, call)
		}
		for _, kind := range kinds {
			l.stores.Redis.DB0.Set(t.Context(), knownKey(alice, kind), 1, time.Minute)
		}
		if err := l.stores.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := l.Reset(ctx, tx, alice, time.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		states, err := l.Usage(t.Context(), alice)
		for _, state := range states {
			if err != nil || state.Used != 0 {
				t.Errorf("%+v, %v", state, err)
			}
		}
	})
}

// TestRuleMayBecomeStricter: a restart with a smaller maximum refuses until
// enough have left, and says when.
func TestRuleMayBecomeStricter(t *testing.T) {
	t.Parallel()
	withLimiter(t, time.Minute, func(t *testing.T, l *Limiter, alice User) {
		var slots []Reservation
		for i := range 8 {
			slots = append(slots, past(alice, time.Duration(50-i)*time.Second))
			note(t, l, slots[i])
		}
		l.rule.Max = 3
		slot, full := take(t, l, alice)
		if full == nil || full.Left() != 0 {
			t.Fatalf("passed: %+v", full)
		}
		if at, want := slot.Stamp.Add(full.Next), slots[5].Stamp.Add(time.Minute); !at.Equal(want) {
			t.Errorf("free at %v, want %v", at, want)
		}
	})
}
