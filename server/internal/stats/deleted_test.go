package stats

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// TestGhostLeavesTheBoards: what another process committed before an account was
// deleted is told to Redis after it. The next check takes it off again; but not
// who has the login since.
func TestGhostLeavesTheBoards(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		ctx, stores := t.Context(), env.Open(t)
		b := New(stores, slog.New(slog.DiscardHandler))
		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := stores.SQL.Write.Exec(ctx, query, args...); err != nil {
				t.Fatal(err)
			}
		}
		now := store.At(time.Now())
		register := func(id int64, login string, logins, sales int) {
			exec(`INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe, nb_connexions, nb_ventes, derniere_connexion, cree_le)
				VALUES (?, ?, ?, 'P', 'N', 'x', ?, ?, ?, ?)`, id, login, login+"@univ.fr", logins, sales, now, now)
		}
		remove := func(id int64, login string) {
			name := accounts.Anonymous(id)
			exec(`UPDATE utilisateurs SET login = ?, email = ?, etat = 'supprime' WHERE id = ?`, name, name, id)
			exec(`INSERT INTO audit (instant, admin, action, cible_id, cible, raison, serveur) VALUES (?, 'prof', ?, ?, ?, '', 'un')`,
				now, accounts.ActionDelete, id, login)
			if err := b.Forget(ctx, login, name); err != nil {
				t.Fatal(err)
			}
		}
		register(1, "alice", 3, 4)
		register(2, "bob", 2, 1)
		check(ctx, t, b)
		remove(1, "alice")
		late := func(login string) {
			_, loginErr := store.EvalAll(ctx, stores.Redis.DB0, b.LoginUpdate(login, 3, now.Time)...)
			_, callErr := store.EvalAll(ctx, stores.Redis.DB1, callTotals([]user{{login: login, listings: 4, purchases: 0}}))
			if err := errors.Join(loginErr, callErr); err != nil {
				t.Fatal(err)
			}
		}
		late("alice")
		if last, _, err := b.Logins(ctx); err != nil || len(last) != 2 {
			t.Fatalf("no ghost to take off: %v, %v", last, err)
		}
		for range 2 { // again changes nothing
			check(ctx, t, b)
			standing(ctx, t, b, []string{"bob"}, 5)
		}
		register(3, "alice", 1, 1) // somebody else
		for range 2 {
			check(ctx, t, b)
			standing(ctx, t, b, []string{"alice", "bob"}, 6)
		}
	})
}

func check(ctx context.Context, t *testing.T, b *Boards) {
	t.Helper()
	if err := b.Check(ctx); err != nil {
		t.Fatal(err)
	}
}

// standing wants these on the boards, in the order of their logins, and so many
// sales of all.
func standing(ctx context.Context, t *testing.T, b *Boards, want []string, sales int64) {
	t.Helper()
	last, top, err := b.Logins(ctx)
	if err != nil {
		t.Fatal(err)
	}
	least, _, err := b.Calls(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for name, rows := range map[string][]Row{"last": last, "top": top, "least": least} {
		names := map[string]bool{}
		for _, r := range rows {
			names[r.Name] = true
		}
		if len(rows) != len(want) {
			t.Errorf("%s: %v, want %v", name, rows, want)
		}
		for _, w := range want {
			if !names[w] {
				t.Errorf("%s: no %s in %v", name, w, rows)
			}
		}
	}
	if got, _, err := b.Totals(ctx); err != nil || got != sales {
		t.Errorf("%d sales, want %d (%v)", got, sales, err)
	}
}
