package accounts

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// TestLastLoginNeverGoesBack: two logins are written down in the other order
// than they were stamped. SQL must know the later one, or boards that are
// rebuilt from it differ from what they were.
func TestLastLoginNeverGoesBack(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := open(t, env.Open(t), life)
		s := enter(t, a, "alice")
		early, err := a.Quota.Reserve(t.Context(), s.User.Quota(), ledger.Logins, "")
		if err != nil {
			t.Fatal(err)
		}
		user, err := a.find(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		late := early
		late.ID, late.Stamp = strings.Repeat("f", 16), early.Stamp.Add(time.Second)
		for _, slot := range []ledger.Reservation{late, early} {
			if _, _, err := a.record(t.Context(), slot, a.newSession(s.User, slot.Stamp), user.hash, "::1"); err != nil {
				t.Fatal(err)
			}
		}
		var last store.Instant
		if err := a.Stores.SQL.Read.QueryRow(t.Context(), `SELECT derniere_connexion FROM utilisateurs`).Scan(&last); err != nil {
			t.Fatal(err)
		}
		if !last.Equal(late.Stamp) {
			t.Errorf("last login %v, want %v", last, late.Stamp)
		}
	})
}

// TestPasswordsAndTokensAreHashed: a salted slow hash in PHC form for the one,
// a hash for the other, and neither as it is anywhere.
func TestPasswordsAndTokensAreHashed(t *testing.T) {
	t.Parallel()
	a := open(t, testenv.Embedded(t).Open(t), life)
	s := enter(t, a, "alice")
	enter(t, a, "bob") // the same password
	rows, err := a.Stores.SQL.Read.DB.Query(`SELECT mot_de_passe FROM utilisateurs`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen := map[string]bool{}
	for rows.Next() {
		var hash string
		if err := rows.Scan(&hash); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=") || len(strings.Split(hash, "$")) != 6 || seen[hash] {
			t.Errorf("hash %q", hash)
		}
		seen[hash] = true
	}
	if len(seen) != 2 || rows.Err() != nil {
		t.Errorf("%d hashes, %v", len(seen), rows.Err())
	}
	if n := len(s.Token); n < 22 { // 128 bits in base64
		t.Errorf("a token of %d characters", n)
	}
	var one int
	err = a.Stores.SQL.Read.QueryRow(t.Context(), `SELECT 1 FROM jetons WHERE empreinte = ?`, hashToken(s.Token)).Scan(&one)
	if err != nil {
		t.Error(err)
	}
	if err := a.Stores.SQL.Read.QueryRow(context.Background(),
		`SELECT 1 FROM jetons WHERE empreinte = ?`, s.Token).Scan(&one); err != sql.ErrNoRows {
		t.Errorf("the token itself: %v", err)
	}
}
