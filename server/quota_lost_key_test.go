package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// figures reads members and numbers out of the ledger.
func (j *judge) figures(query string, args ...any) map[string]int64 {
	j.t.Helper()
	rows, err := j.sql.Query(query, args...)
	if err != nil {
		j.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var name, number string
		if err := rows.Scan(&name, &number); err != nil {
			j.t.Fatal(err)
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil { // an instant
			var at store.Instant
			if err := at.Scan(number); err != nil {
				j.t.Fatal(err)
			}
			n = at.Milli()
		}
		out[name] = n
	}
	return out
}

// held reads a sorted set, or the hash of accounts' listings (in thousands) and purchases.
func held(r redis.UniversalClient, key string) map[string]int64 {
	out := map[string]int64{}
	if strings.HasSuffix(key, ":par_compte") {
		for login, text := range r.HGetAll(context.Background(), key).Val() {
			var listings, purchases int64
			_, _ = fmt.Sscan(text, &listings, &purchases)
			out[login] = 1000*listings + purchases
		}
		return out
	}
	for _, z := range r.ZRangeWithScores(context.Background(), key, 0, -1).Val() {
		out[z.Member.(string)] = int64(z.Score)
	}
	return out
}

// derived is what Redis has of the ledger: the query that gives each sorted set of
// a database.
var derived = [2]map[string]string{
	{
		"etu:{connexions}:total":    `SELECT u.login, COUNT(*) FROM connexions c JOIN utilisateurs u ON u.id = c.utilisateur_id GROUP BY u.login`,
		"etu:{connexions}:derniers": `SELECT u.login, MAX(c.instant) FROM connexions c JOIN utilisateurs u ON u.id = c.utilisateur_id GROUP BY u.login`,
		"etu:{alice}:connexions":    `SELECT c.creneau, c.instant FROM connexions c JOIN utilisateurs u ON u.id = c.utilisateur_id WHERE u.login = 'alice'`,
		"etu:{alice}:services":      `SELECT c.creneau, c.instant FROM appels c JOIN utilisateurs u ON u.id = c.utilisateur_id WHERE u.login = 'alice'`,
	},
	{
		"etu:{services}:total":       `SELECT u.login, COUNT(a.id) FROM utilisateurs u LEFT JOIN appels a ON a.utilisateur_id = u.id GROUP BY u.login`,
		"etu:{services}:par_compte":  `SELECT login, 1000 * nb_ventes + nb_achats FROM utilisateurs WHERE nb_ventes + nb_achats > 0`,
		"etu:{services}:par_service": `SELECT service, COUNT(*) FROM appels GROUP BY service`,
		"etu:{alice}:appels":         `SELECT CONCAT(service, ':', creneau), instant FROM appels a JOIN utilisateurs u ON a.utilisateur_id = u.id WHERE u.login = 'alice'`,
		"etu:{bob}:appels":           `SELECT CONCAT(service, ':', creneau), instant FROM appels a JOIN utilisateurs u ON a.utilisateur_id = u.id WHERE u.login = 'bob'`,
	},
}

// sameDerived fails unless all of it is in Redis within 10 s.
func (j *judge) sameDerived(c *client, after string) {
	j.t.Helper()
	testenv.Eventually(j.t, 10*time.Second, func() error {
		c.Must("QUOTA") // a window is looked at when somebody asks for it
		for i, r := range []redis.UniversalClient{j.db0, j.db1} {
			for _, key := range slices.Sorted(maps.Keys(derived[i])) {
				if want, got := j.figures(derived[i][key]), held(r, key); !maps.Equal(want, got) {
					return fmt.Errorf("%s: %s is %v, the ledger says %v", after, key, got, want)
				}
			}
		}
		return nil
	})
}

// TestAnyOneLostKeyHeals: within 10 s, whichever it is, also where calls go on that
// would begin it anew.
func TestAnyOneLostKeyHeals(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	env, servers, judge := pair(t, "--quota-max", strconv.Itoa(many))
	register(t, servers[0].Addr, "alice", "bob", "carla")
	alice, bob := login(t, servers[0].Addr, "alice"), login(t, servers[1].Addr, "bob")
	work := func() {
		alice.Must("VENTE livre 1 Réseaux")
		alice.Do("ACHAT 1")
		bob.Must("VENTE livre 1 Réseaux")
	}
	work()
	bob.Must("ACHAT 1")
	judge.sameDerived(alice, "nothing")
	rounds := [][2]string{ // one of each database: neither knows of the other
		{"etu:{connexions}:total", "etu:{services}:par_compte"},
		{"etu:{connexions}:derniers", "etu:{services}:par_service"},
		{"etu:{connexions}:jusqua", "etu:{services}:total"},
		{"etu:{alice}:services", "etu:{alice}:appels"},
		{"etu:{alice}:connexions:connu", "etu:{services}:jusqua"},
	}
	for i, keys := range rounds {
		for db, r := range []redis.UniversalClient{judge.db0, judge.db1} {
			if n := r.Del(ctx, keys[db]).Val(); n != 1 {
				t.Errorf("%s was not there", keys[db])
			}
		}
		if i%2 == 0 {
			work()
		}
		judge.sameDerived(alice, "without "+keys[0]+" and "+keys[1])
	}
	env.Redis().FlushAll(t)
	bob.Must("VENTE livre 1 Réseaux")
	judge.sameDerived(alice, "after FLUSHALL")
	for i, r := range []redis.UniversalClient{judge.db0, judge.db1} {
		for key := range derived[i] {
			board := key[:len("etu:{connexions")] == "etu:{connexions" || key[:len("etu:{services")] == "etu:{services"
			if ttl := r.TTL(ctx, key).Val(); !board && (ttl <= 0 || ttl > 24*time.Hour) {
				t.Errorf("%s lives %v", key, ttl)
			}
		}
	}
}

// TestSlotThatNobodyCommitted: a slot that Redis gave to a call of which nothing came (its
// server died, its answer was lost) stays for some seconds. Beside a full window it is
// never shown as an eleventh call.
func TestSlotThatNobodyCommitted(t *testing.T) {
	t.Parallel()
	_, servers, judge := pair(t, "--quota-max", "3")
	register(t, servers[0].Addr, "alice")
	alice := login(t, servers[0].Addr, "alice")
	for range 3 {
		alice.Must("VENTE livre 1 Réseaux")
	}
	now := judge.db0.Time(t.Context()).Val().UnixMilli()
	if err := judge.db0.ZAdd(t.Context(), "etu:{alice}:services", redis.Z{Score: float64(now), Member: "0123456789abcdef"}).Err(); err != nil {
		t.Fatal(err)
	}
	row := alice.Must("QUOTA").Rows[1].Fields
	if used, left := row.Int("utilise"), row.Int("reste"); used != 3 || left != 0 {
		t.Errorf("utilise=%d reste=%d", used, left)
	}
	alice.Refused("QUOTA", "VENTE livre 1 Réseaux")
}
