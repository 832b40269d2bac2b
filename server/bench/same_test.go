package main

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"etuservices/server/bench/bare"
	"etuservices/server/internal/testenv"
)

// TestBareDoesTheSameWork holds what the server asks of the stores against what
// the bare drivers do. Where the server was made to need less, this fails until
// the bare driver needs as little.
func TestBareDoesTheSameWork(t *testing.T) {
	ctx := t.Context()
	place := newPlace(t, testenv.Real(t), 8)
	talk := enter(t, place, readRule)
	driver, err := bare.New(ctx, place.stores, readRule, false)
	if err != nil {
		t.Fatal(err)
	}
	watch := newWatch(t, place)
	u := place.users[0]
	offer := offers[1]
	say := func(line string) error { _, err := talk.say(ctx, line); return err }
	for _, c := range []struct {
		name         string
		server, bare func() error
	}{
		{"PING", func() error { return say("PING") }, func() error { return nil }},
		{"QUOTA", func() error { return say("QUOTA") }, func() error { return driver.Quota(ctx, u) }},
		{"STATS", func() error { return say("STATS") }, func() error { return driver.Stats(ctx) }},
		{"VENTE", func() error { return say(sale(1)) }, func() error { return driver.Sell(ctx, u, offer) }},
		{"ACHAT", func() error { return say("ACHAT 1") }, func() error { return driver.Buy(ctx, u, 2) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The first time fills windows and loads scripts.
			if c.name != "ACHAT" {
				if err := c.server(); err != nil {
					t.Fatal(err)
				}
			}
			server, bare := watch.during(t, c.server), watch.during(t, c.bare)
			if !slices.Equal(server, bare) {
				t.Errorf("the server asks\n  %s\nand the bare driver\n  %s",
					strings.Join(server, "\n  "), strings.Join(bare, "\n  "))
			}
			if c.name != "PING" && len(server) == 0 {
				t.Error("the watch saw nothing")
			}
		})
	}
}

// watch notes what Redis and MariaDB are asked, in no order: the bare driver
// may share round trips.
type watch struct {
	mu   sync.Mutex
	seen []string
	db   *sql.DB
}

func newWatch(t *testing.T, p *place) *watch {
	t.Helper()
	w := &watch{}
	db, err := sql.Open("mysql", p.env.MySQLDSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	w.db = db
	w.exec(t, "SET GLOBAL log_output = 'TABLE'")
	p.stores.Redis.DB0.AddHook(w)
	p.stores.Redis.DB1.AddHook(w)
	return w
}

func (w *watch) exec(t *testing.T, statement string) {
	t.Helper()
	if _, err := w.db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func (w *watch) during(t *testing.T, f func() error) []string {
	t.Helper()
	w.seen = nil
	w.exec(t, "TRUNCATE mysql.general_log")
	w.exec(t, "SET GLOBAL general_log = ON")
	if err := f(); err != nil {
		t.Fatal(err)
	}
	w.exec(t, "SET GLOBAL general_log = OFF")
	rows, err := w.db.Query("SELECT argument FROM mysql.general_log WHERE command_type = 'Query'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var statement string
		if err := rows.Scan(&statement); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(statement, "general_log") {
			w.seen = append(w.seen, "SQL "+normal(statement))
		}
	}
	slices.Sort(w.seen)
	return w.seen
}

// literals are what differs from one request to the next.
var literals = regexp.MustCompile(`'(?:[^'\\]|\\.)*'|\b\d+\b`)

func normal(statement string) string {
	return literals.ReplaceAllString(strings.Join(strings.Fields(statement), " "), "?")
}

func (w *watch) note(cmd redis.Cmder) {
	var text strings.Builder
	for i, arg := range cmd.Args() {
		s := fmt.Sprint(arg)
		if i > 0 {
			text.WriteByte(' ')
		}
		switch { // names stay, figures and slots do not
		case slots.MatchString(s):
			s = "slot"
		case i > 2 && figures.MatchString(s):
			s = "n"
		}
		text.WriteString(s)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, "Redis "+text.String())
}

var (
	figures = regexp.MustCompile(`^\d{4,}$|^[1-9]\d?$`)
	slots   = regexp.MustCompile(`^(?:(?:vente|achat):)?[0-9a-f]{16}$`)
)

// DialHook is go-redis's.
func (w *watch) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook is go-redis's.
func (w *watch) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		w.note(cmd)
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook is go-redis's.
func (w *watch) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			w.note(cmd)
		}
		return next(ctx, cmds)
	}
}
