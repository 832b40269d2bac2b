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
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		for i := range 12 {
			before := time.Now().Truncate(time.Millisecond)
			slot, full := take(t, k, alice)
			if i >= 10 {
				if full == nil || full.Used != 10 {
					t.Fatalf("call %d: %+v", i, full)
				}
				first := firstStamp(t, k, alice)
				if got, want := slot.Stamp.Add(full.Next), first.Add(time.Minute); !got.Equal(want) {
					t.Errorf("free at %v, want %v", got, want)
				}
				continue
			}
			if slot.Stamp.Before(before) || slot.Stamp.After(time.Now()) {
				t.Errorf("stamp %v, taken after %v", slot.Stamp, before)
			}
			score, err := k.stores.Redis.DB0.ZScore(t.Context(), windowKey(alice, Logins), slot.ID).Result()
			if err != nil || int64(score) != slot.Stamp.UnixMilli() {
				t.Errorf("score %f, stamp %d, %v", score, slot.Stamp.UnixMilli(), err)
			}
		}
	})
}

func firstStamp(t *testing.T, k *Limiter, user User) time.Time {
	t.Helper()
	list, err := k.stores.Redis.DB0.ZRangeWithScores(t.Context(), windowKey(user, Logins), 0, 0).Result()
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return time.UnixMilli(int64(list[0].Score))
}

// TestEveryKeyHasALife: a window, its mark and a call's mark end by themselves.
func TestEveryKeyHasALife(t *testing.T) {
	t.Parallel()
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		note(t, k, past(alice, time.Second))
		if _, err := k.Reserve(t.Context(), alice, Calls, "k1"); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Usage(t.Context(), alice); err != nil { // fills connexions
			t.Fatal(err)
		}
		keys, err := k.stores.Redis.DB0.Keys(t.Context(), "etu:{alice}:*").Result()
		if err != nil || len(keys) != 5 {
			t.Fatalf("%q, %v", keys, err)
		}
		for _, key := range keys {
			if ttl := k.stores.Redis.DB0.TTL(t.Context(), key).Val(); ttl <= 0 || ttl > 61*time.Second {
				t.Errorf("%s lives %v", key, ttl)
			}
		}
	})
}

// TestUnknownWindowIsFilled: absent in Redis is unknown, not empty.
func TestUnknownWindowIsFilled(t *testing.T) {
	t.Parallel()
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		note(t, k, past(alice, 61*time.Second)) // too old to count
		for i := range 9 {
			note(t, k, past(alice, time.Duration(50-i)*time.Second))
		}
		if states, err := k.Usage(t.Context(), alice); err != nil || states[0].Used != 9 {
			t.Fatalf("%+v, %v", states[0], err)
		}
		if n := cards(t, k, alice); n != 9 {
			t.Errorf("ZCARD %d", n)
		}
		k.stores.Redis.DB0.FlushAll(t.Context())
		if _, full := take(t, k, alice); full != nil {
			t.Fatalf("10th: %v", full)
		}
		if _, full := take(t, k, alice); full == nil {
			t.Fatal("an 11th")
		}
	})
}

// TestLedgerHasTheLastWord: Redis forgot and was not asked to fill (its mark is
// back, its slots are not): SQL refuses, and tells Redis.
func TestLedgerHasTheLastWord(t *testing.T) {
	t.Parallel()
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		oldest := past(alice, 50*time.Second)
		note(t, k, oldest)
		for i := range 9 {
			note(t, k, past(alice, time.Duration(i)*time.Second))
		}
		k.stores.Redis.DB0.Set(t.Context(), knownKey(alice, Logins), 1, time.Minute)
		slot, full := take(t, k, alice)
		if full != nil {
			t.Fatalf("Redis knows of nothing: %v", full)
		}
		_, full = certify(t, k, slot)
		if full == nil || full.Used != 10 {
			t.Fatalf("an 11th: %+v", full)
		}
		if at := slot.Stamp.Add(full.Next); !at.Equal(oldest.Stamp.Add(time.Minute)) {
			t.Errorf("free at %v", at)
		}
		k.Release(t.Context(), slot)
		k.Restore(t.Context(), slot)
		if n := cards(t, k, alice); n != 10 {
			t.Errorf("ZCARD %d", n)
		}
	})
}

// TestCertifyTakesLateSlots: slots are not written down in the order of their
// stamps; the state is still one window's.
func TestCertifyTakesLateSlots(t *testing.T) {
	t.Parallel()
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		for i := range 9 { // ages 59.5 s and less
			note(t, k, past(alice, 59500*time.Millisecond-time.Duration(i)*time.Millisecond))
		}
		late := past(alice, 0)
		for i := range 3 { // stamped later, when those above had left
			slot := late
			slot.ID, slot.Stamp = newID(), late.Stamp.Add(time.Second+time.Duration(i)*time.Millisecond)
			note(t, k, slot)
		}
		state, full := certify(t, k, late)
		if full != nil {
			t.Fatalf("refused: %v", full)
		}
		if state.Used != 4 || state.Left() != 6 || state.Next != 0 {
			t.Errorf("%+v", state)
		}
	})
}

// TestPhantomsGoAndOnlyThey: what is not in the ledger goes once it is 10 s old.
func TestPhantomsGoAndOnlyThey(t *testing.T) {
	t.Parallel()
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		for i := range 8 {
			slot := past(alice, time.Duration(20+i)*time.Second)
			note(t, k, slot)
			put(t, k, slot)
		}
		put(t, k, past(alice, settleAfter+time.Second)) // a phantom
		put(t, k, past(alice, settleAfter/2))           // perhaps at work
		k.stores.Redis.DB0.Set(t.Context(), knownKey(alice, Logins), 1, time.Minute)
		if _, full := take(t, k, alice); full != nil {
			t.Fatalf("the phantom is still there: %v", full)
		}
		if _, full := take(t, k, alice); full == nil {
			t.Error("a call at work was taken for a phantom")
		}
		if n := cards(t, k, alice); n != 10 {
			t.Errorf("ZCARD %d", n)
		}
	})
}

// TestGiveBackLeavesOthersMarks: the end of one call does not let the twins of
// another go.
func TestGiveBackLeavesOthersMarks(t *testing.T) {
	t.Parallel()
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		first, err := k.Reserve(t.Context(), alice, Calls, "k")
		if err != nil {
			t.Fatal(err)
		}
		other := Reservation{User: alice, Kind: Calls, ID: newID(), ref: "k"}
		k.Release(t.Context(), other) // whose answer was lost, and who had nothing
		if _, err := k.Reserve(t.Context(), alice, Calls, "k"); !errors.Is(err, ErrInProgress) {
			t.Errorf("the mark of the call at work is gone: %v", err)
		}
		k.Release(t.Context(), first)
		if _, err := k.Reserve(t.Context(), alice, Calls, "k"); err != nil {
			t.Fatalf("after it was given back: %v", err)
		}
		if n := k.stores.Redis.DB0.ZCard(t.Context(), windowKey(alice, Calls)).Val(); n != 1 {
			t.Errorf("ZCARD %d", n)
		}
	})
}

// TestRazEmptiesBothSides: what lies before an administrator's RAZ counts
// neither in SQL nor when Redis is filled again.
func TestRazEmptiesBothSides(t *testing.T) {
	t.Parallel()
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		for i := range 10 {
			note(t, k, past(alice, time.Duration(20+i)*time.Second))
		}
		if _, err := k.stores.SQL.Write.Exec(t.Context(), `UPDATE utilisateurs SET raz_le = ?`,
			store.At(time.Now().Add(-15*time.Second))); err != nil {
			t.Fatal(err)
		}
		slot, full := take(t, k, alice)
		if full != nil {
			t.Fatal(full)
		}
		if state, full := certify(t, k, slot); full != nil || state.Used != 1 {
			t.Errorf("%+v, %v", state, full)
		}
	})
}

// TestResetThatRedisMissed: where only SQL knows of a RAZ, the slots before it leave
// both windows, however young they are.
func TestResetThatRedisMissed(t *testing.T) {
	t.Parallel()
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		for i := range 10 {
			login := past(alice, time.Duration(1+2*i)*time.Second)
			note(t, k, login)
			put(t, k, login)
			call := login
			call.Kind, call.ID = Calls, newID()
			if _, err := k.stores.SQL.Write.Exec(t.Context(), `INSERT INTO appels (utilisateur_id, service, resultat, instant, serveur, creneau)
				VALUES (?, 'vente', 'ok', ?, 'test', ?)`, alice.ID, store.At(call.Stamp), call.ID); err != nil {
				t.Fatal(err)
			}
			put(t, k, call)
		}
		for _, kind := range kinds {
			k.stores.Redis.DB0.Set(t.Context(), knownKey(alice, kind), 1, time.Minute)
		}
		if err := k.stores.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := k.Reset(ctx, tx, alice, time.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		states, err := k.Usage(t.Context(), alice)
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
	keeper(t, time.Minute, func(t *testing.T, k *Limiter, alice User) {
		var slots []Reservation
		for i := range 8 {
			slots = append(slots, past(alice, time.Duration(50-i)*time.Second))
			note(t, k, slots[i])
		}
		k.rule.Max = 3
		slot, full := take(t, k, alice)
		if full == nil || full.Left() != 0 {
			t.Fatalf("passed: %+v", full)
		}
		if at, want := slot.Stamp.Add(full.Next), slots[5].Stamp.Add(time.Minute); !at.Equal(want) {
			t.Errorf("free at %v, want %v", at, want)
		}
	})
}
