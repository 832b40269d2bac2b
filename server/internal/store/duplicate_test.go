package store_test

import (
	"database/sql"
	"errors"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

func TestDuplicatesNameTheirColumn(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		id := mustAddUser(t, s, "alice")
		check := func(err error, key string) {
			t.Helper()
			if !store.IsDuplicate(err) || store.DuplicateKey(err) != key {
				t.Errorf("%v: duplicate %v, key %q, want %q", err, store.IsDuplicate(err), store.DuplicateKey(err), key)
			}
			if store.Classify(err) != err { // unchanged
				t.Errorf("%v counts as unavailable", err)
			}
		}
		_, err := addUser(t, s, "alice", "other@example.org")
		check(err, "login")
		_, err = addUser(t, s, "bob", "alice@example.org")
		check(err, "email")
		// A value that looks like the message's end.
		if _, err = addUser(t, s, "eve", "x' for key 'uq_utilisateurs_login"); err != nil {
			t.Fatal(err)
		}
		_, err = addUser(t, s, "eve2", "x' for key 'uq_utilisateurs_login")
		check(err, "email")
		_, err = s.SQL.Write.Exec(t.Context(), `INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe, cree_le) VALUES (?, 'z', 'z', '', '', '', '2026-01-01 00:00:00.000')`, id)
		check(err, store.PrimaryKey)
		for range 2 {
			_, err = s.SQL.Write.Exec(t.Context(), `INSERT INTO mots (mot, article_id) VALUES ('vélo', 1)`)
		}
		check(err, store.PrimaryKey)

		_, err = s.SQL.Write.Exec(t.Context(), `INSERT INTO jetons VALUES ('h', 999999, '2026-01-01 00:00:00.000', '2026-01-01 00:00:00.000')`)
		if err == nil || store.IsDuplicate(err) || store.DuplicateKey(err) != "" {
			t.Errorf("a missing user: %v", err)
		}
	})
	if store.IsDuplicate(nil) || store.IsDuplicate(sql.ErrNoRows) || store.DuplicateKey(errors.New("uq_x_y")) != "" {
		t.Error("these are no duplicates")
	}
}
