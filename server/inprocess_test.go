package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/app"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// inside is the real server on real sockets, in this process and on stores that
// the test holds: it can empty them, and make time pass.
type inside struct {
	stores *store.Stores
	kind   testenv.Kind
}

func openInside(t *testing.T, env *testenv.Env) *inside {
	t.Helper()
	return &inside{stores: env.Open(t), kind: env.Kind}
}

// Serve empties the stores and runs a server on them until the test ends.
func (in *inside) Serve(t *testing.T, args ...string) (addr string) {
	t.Helper()
	in.empty(t)
	_, addr = in.run(t, args...)
	return addr
}

// run runs a server on the stores, one of several perhaps, until the test ends.
func (in *inside) run(t *testing.T, args ...string) (h *app.App, addr string) {
	t.Helper()
	none := func(string) string { return "" }
	cfg, err := config.Load(append([]string{"--addr", "127.0.0.1:0", "--linger-time", "100ms"}, args...), none, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	h = app.New(cfg, hashing.Options{Cost: testCost}, in.stores, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	if err := h.Prepare(ctx); err != nil {
		t.Fatal(err)
	}
	says, hears := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- h.Serve(ctx, nil, hears) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		h.Close()
	})
	var line string
	if _, err := fmt.Fscanf(says, "etuservices-server %s listening on %s\n", &line, &addr); err != nil {
		t.Fatal(err)
	}
	return h, addr
}

// tables in an order in which they can be emptied, with the instants in each.
var tables = []struct {
	name     string
	instants []string
}{
	{"jetons", []string{"depuis", "dernier_usage"}},
	{"refs", []string{"expire_le"}},
	{"appels", []string{"instant"}},
	{"connexions", []string{"instant"}},
	{"appels_archive", []string{"instant"}},
	{"connexions_archive", []string{"instant"}},
	{"mots", nil},
	{"annonces", nil},
	{"nouvelles", []string{"instant"}},
	{"boites", nil},
	{"communiques", []string{"instant"}},
	{"mesures", nil},
	{"consignes", []string{"expulse_jusqua"}},
	{"audit", []string{"instant"}},
	{"audit_archive", []string{"instant"}},
	{"articles", []string{"publie_le", "vendu_le"}},
	{"utilisateurs", []string{"cree_le", "derniere_connexion", "raz_le"}},
}

func (in *inside) exec(t *testing.T, statement string) {
	t.Helper()
	if _, err := in.stores.SQL.Write.Exec(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// empty leaves nothing, and the first article's number is 1 again.
func (in *inside) empty(t *testing.T) {
	t.Helper()
	for _, table := range tables {
		in.exec(t, "DELETE FROM "+table.name)
	}
	if in.kind == testenv.KindReal {
		in.exec(t, "ALTER TABLE articles AUTO_INCREMENT = 1")
	} else {
		in.exec(t, "DELETE FROM sqlite_sequence")
	}
	in.exec(t, "UPDATE reglages SET valeur = 'ouvertes' WHERE nom = 'inscriptions'")
	in.forget(t)
}

// forget empties Redis, which is a cache.
func (in *inside) forget(t *testing.T) {
	t.Helper()
	if err := in.stores.Redis.DB0.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

// Pass makes time pass: all that SQL knows is so much older, and Redis learns
// it anew.
func (in *inside) Pass(t *testing.T, d time.Duration) {
	t.Helper()
	for _, table := range tables {
		var sets []string
		for _, column := range table.instants {
			older := fmt.Sprintf("%[1]s - INTERVAL %[2]d SECOND", column, int(d.Seconds()))
			if in.kind == testenv.KindEmbedded {
				older = fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%f', %s, '-%d seconds')", column, int(d.Seconds()))
			}
			sets = append(sets, column+" = "+older)
		}
		if len(sets) > 0 {
			in.exec(t, "UPDATE "+table.name+" SET "+strings.Join(sets, ", "))
		}
	}
	in.forget(t)
}
