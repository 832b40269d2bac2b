package market_test

import (
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	goredis "github.com/redis/go-redis/v9"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/market"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// counter stands between a client and a store and counts how often the client
// waits for an answer: each time that it sends after the store was heard.
type counter struct{ trips atomic.Int64 }

// serve passes on what comes to the listener that it gives.
func (c *counter) serve(t *testing.T, network, to string) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	testenv.Proxy(ln, network, to, func(client, server net.Conn) {
		var answered atomic.Bool
		answered.Store(true)
		go testenv.Pass(server, client, func([]byte) bool {
			if answered.Swap(false) {
				c.trips.Add(1)
			}
			return true
		})
		go testenv.Pass(client, server, func([]byte) bool { answered.Store(true); return true })
	})
	return ln.Addr().String()
}

// TestRoundTripsOfACall: what a repeatable call asks of the stores the first time,
// with a window that Redis knows.
func TestRoundTripsOfACall(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	var sql, redis counter
	cfg, err := mysql.ParseDSN(env.MySQLDSN)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Addr, cfg.Net = sql.serve(t, cfg.Net, cfg.Addr), "tcp"
	env.MySQLDSN = cfg.FormatDSN()
	server, err := goredis.ParseURL(env.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	env.RedisURL = "redis://" + redis.serve(t, server.Network, server.Addr)

	stores := env.Open(t)
	log := slog.New(slog.DiscardHandler)
	quota := ledger.New(stores, ledger.Rule{Max: 10, Window: time.Minute}, log)
	t.Cleanup(quota.Close)
	m := market.New(market.Options{Stores: stores, Quota: quota, Instance: "essai", Stats: stats.New(stores, log), Log: log})
	users := make([]ledger.User, 2)
	for i, login := range []string{"alice", "bob"} {
		done, err := stores.SQL.Write.Exec(t.Context(), `INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, nb_connexions, cree_le)
			VALUES (?, ?, 'A', 'B', '$', 1, ?)`, login, login+"@univ.fr", store.At(time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		id, err := done.LastInsertId()
		if err != nil {
			t.Fatal(err)
		}
		users[i] = ledger.User{ID: id, Login: login}
	}
	alice, bob := users[0], users[1]
	offer := market.Listing{Category: "livre", Cents: 450, Title: "Réseaux, le guide"}
	var article int64
	sell := func(ref string) {
		sold, err := m.Sell(t.Context(), alice, offer, ref)
		if err != nil || sold.Replayed {
			t.Fatal(sold, err)
		}
		article = sold.Article.ID
	}
	buy := func(ref string) {
		bought, err := m.Buy(t.Context(), bob, article, ref)
		if err != nil || bought.Replayed || bought.Result == market.Unknown {
			t.Fatal(bought, err)
		}
	}
	sell("avant") // fills the windows, loads the scripts, connects
	buy("avant")
	sell("encore")
	for _, c := range []struct {
		name             string
		call             func(ref string)
		mostSQL, mostRed int64
	}{
		{"a sale", sell, 5, 2},
		{"a purchase", buy, 6, 2},
		{"a purchase of what is sold", buy, 5, 2},
	} {
		beforeSQL, beforeRedis := sql.trips.Load(), redis.trips.Load()
		c.call(c.name[:3] + c.name[len(c.name)-4:])
		inSQL, inRedis := sql.trips.Load()-beforeSQL, redis.trips.Load()-beforeRedis
		t.Logf("%s: %d round trips to MariaDB, %d to Redis", c.name, inSQL, inRedis)
		if inSQL == 0 || inSQL > c.mostSQL || inRedis == 0 || inRedis > c.mostRed {
			t.Errorf("%s: %d round trips to MariaDB and %d to Redis, want at most %d and %d", c.name, inSQL, inRedis, c.mostSQL, c.mostRed)
		}
	}
}
