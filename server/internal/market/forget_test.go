package market

import (
	"log/slog"
	"testing"
	"time"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// TestWordsOfWhatIsGoneGo, and those of what is for sale stay.
func TestWordsOfWhatIsGoneGo(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		stores, ctx := env.Open(t), t.Context()
		m := New(Options{Stores: stores, Log: slog.New(slog.DiscardHandler)})
		if _, err := stores.SQL.Write.Exec(ctx, `INSERT INTO utilisateurs
			(id, login, email, prenom, nom, mot_de_passe, cree_le) VALUES (1, 'a', 'a@b.fr', 'A', 'B', '', ?)`,
			store.At(time.Now())); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			o := Listing{Category: "livre", Title: "Algèbre linéaire"}
			if err := m.Seed(ctx, ledger.User{ID: 1}, o, store.At(time.Now())); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Withdraw(ctx, ledger.User{ID: 1}, 1); err != nil {
			t.Fatal(err)
		}
		ids := m.takeDeindexQueue()
		if len(ids) != 1 {
			t.Fatalf("%v wait, want what was withdrawn", ids)
		}
		if err := m.deindexNow(ctx, ids); err != nil {
			t.Fatal(err)
		}
		var words, others int
		if err := stores.SQL.Read.QueryRow(ctx, `SELECT COUNT(CASE WHEN article_id = 1 THEN 1 END),
			COUNT(CASE WHEN article_id = 2 THEN 1 END) FROM mots`).Scan(&words, &others); err != nil {
			t.Fatal(err)
		}
		if words != 0 || others != 2 {
			t.Errorf("%d words of what is gone, %d of what is for sale", words, others)
		}
	})
}
