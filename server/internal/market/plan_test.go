package market

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// TestListsAreReadInOrder: a list reads an index in its order and sorts nothing, also
// where there are many articles to an account.
func TestListsAreReadInOrder(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		t.Parallel()
		stores := env.Open(t)
		stall(t, stores)
		for id := 2; id <= 40; id++ {
			exec(t, stores, `INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe, cree_le)
				SELECT ?, ?, ?, 'A', 'B', '', cree_le FROM utilisateurs WHERE id = 1`, id, fmt.Sprint("u", id), fmt.Sprintf("u%d@b.fr", id))
		}
		exec(t, stores, `UPDATE articles SET vendeur_id = 1 + id % 40, acheteur_id = CASE WHEN id % 3 = 0 THEN 1 + id % 37 END`)
		explain, sorts := "EXPLAIN QUERY PLAN ", "TEMP B-TREE"
		if stores.SQL.Dialect == store.MySQL {
			explain, sorts = "EXPLAIN ", "filesort"
			exec(t, stores, `ANALYZE TABLE articles, utilisateurs`)
		}
		for _, where := range []string{
			"a.etat = 'en_vente'" + Recent.by(),
			"a.etat = 'en_vente' AND a.id < 900" + Recent.by(),
			"a.etat = 'en_vente' AND a.categorie = 'dvd'" + Recent.by(),
			"a.etat = 'en_vente'" + Cheapest.by(),
			"a.etat = 'en_vente' AND a.categorie = 'dvd'" + Expensive.by(),
			"a.vendeur_id = 7" + Recent.by(),
			"a.acheteur_id = 7" + Recent.by(),
		} {
			for _, step := range plan(t, stores, explain+"SELECT "+columns+tables+"WHERE "+where+" LIMIT 6") {
				if strings.Contains(step, sorts) {
					t.Errorf("%s: %s", where, step)
				}
			}
		}
	})
}

// plan gives the rows of an EXPLAIN.
func plan(t *testing.T, stores *store.Stores, query string) (steps []string) {
	t.Helper()
	err := stores.SQL.Read.Query(t.Context(), func(rows *sql.Rows) error {
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		values, places := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		err = rows.Scan(places...)
		steps = append(steps, fmt.Sprint(values))
		return err
	}, query)
	if err != nil {
		t.Fatal(err)
	}
	return steps
}
