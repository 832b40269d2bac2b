package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// withLimiter runs fn with a limiter of ten a window, on both kinds of stores.
func withLimiter(t *testing.T, window time.Duration, fn func(t *testing.T, l *Limiter, alice User)) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs stores")
	}
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		l := New(env.Open(t), Rule{Max: 10, Window: window}, slog.New(slog.DiscardHandler))
		t.Cleanup(l.Close)
		done, err := l.stores.SQL.Write.Exec(t.Context(), `INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, cree_le)
			VALUES ('alice', 'alice@univ.fr', 'A', 'B', '$', ?)`, store.At(time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		id, err := done.LastInsertId()
		if err != nil {
			t.Fatal(err)
		}
		fn(t, l, User{ID: id, Login: "alice"})
	})
}

// note writes a slot into the ledger, without asking anybody.
func note(t *testing.T, l *Limiter, slot Reservation) {
	t.Helper()
	if _, err := l.stores.SQL.Write.Exec(t.Context(), `INSERT INTO connexions (utilisateur_id, instant, adresse, serveur, creneau)
		VALUES (?, ?, '::1', 'test', ?)`, slot.User.ID, store.At(slot.Stamp), slot.ID); err != nil {
		t.Fatal(err)
	}
}

// past is a slot of so long ago.
func past(user User, ago time.Duration) Reservation {
	return Reservation{User: user, Kind: Logins, ID: newID(), Stamp: time.Now().Add(-ago).Truncate(time.Millisecond)}
}

func put(t *testing.T, l *Limiter, slot Reservation) {
	t.Helper()
	if err := l.stores.Redis.DB0.Do(t.Context(), "ZADD", windowKey(slot.User, slot.Kind), slot.Stamp.UnixMilli(), slot.ID).Err(); err != nil {
		t.Fatal(err)
	}
}

func cards(t *testing.T, l *Limiter, user User) int64 {
	t.Helper()
	n, err := l.stores.Redis.DB0.ZCard(t.Context(), windowKey(user, Logins)).Result()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func take(t *testing.T, l *Limiter, user User) (Reservation, *Exceeded) {
	t.Helper()
	slot, err := l.Reserve(t.Context(), user, Logins, "")
	var full *Exceeded
	if err != nil && !errors.As(err, &full) {
		t.Fatal(err)
	}
	return slot, full
}

// confirm asks SQL, and writes the slot into the ledger where it may be used.
func confirm(t *testing.T, l *Limiter, slot Reservation) (state State, full *Exceeded) {
	t.Helper()
	err := l.stores.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) (err error) {
		if _, state, err = l.ConfirmLogin(ctx, tx, slot); err != nil {
			return err
		}
		return insertTx(ctx, tx, slot)
	})
	if err != nil && !errors.As(err, &full) {
		t.Fatal(err)
	}
	return state, full
}

func insertTx(ctx context.Context, tx store.Tx, slot Reservation) error {
	_, err := tx.Exec(ctx, `INSERT INTO connexions (utilisateur_id, instant, adresse, serveur, creneau)
		VALUES (?, ?, '::1', 'test', ?)`, slot.User.ID, store.At(slot.Stamp), slot.ID)
	if err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	return nil
}
