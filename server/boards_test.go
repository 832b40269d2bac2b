package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// Calls that are logged where no statistic reads them.
func TestACallShowsInTheServices(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "alice")
		c := login(t, server.Addr, "alice")
		c.Must("VENTE livre 1 Réseaux")
		c.Must("VENTE livre 1 Réseaux")
		c.Do("ACHAT 1") // INTERDIT is a call as well
		want := []string{"services 1 vente 2", "services 2 achat 1"}
		if got := shownBoards(c); !slices.Equal(got[len(got)-2:], want) {
			t.Errorf("%v", got)
		}
	})
}

// Boards that show an index as a user and a year 1970 or 18
// quintillion as a date; or sorted by name.
func TestBoardsShowUsersAndDates(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "zoe", "alice", "marc")
		began := time.Now().Add(-time.Second)
		for _, name := range []string{"alice", "marc", "zoe"} { // the last is not the first by name
			login(t, server.Addr, name)
		}
		c := login(t, server.Addr, "marc")
		rows := c.Must("STATS DERNIERS").Rows
		for i, name := range []string{"marc", "zoe", "alice"} {
			f := rows[i].Fields
			at, err := time.Parse(time.RFC3339, f.Get("instant"))
			if f.Get("login") != name || err != nil || at.Before(began) || at.After(time.Now().Add(time.Second)) {
				t.Errorf("row %d: %v, %v", i, f, err)
			}
		}
		if first := c.Must("STATS TOP").Rows[0].Fields; first.Get("login") != "marc" || first.Int("connexions") != 2 {
			t.Errorf("top: %v", first)
		}
	})
}

// The least active are those who never called, and Redis never met them.
func TestWhoNeverCalledIsLeastActive(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "alice", "bob", "muet")
		login(t, server.Addr, "bob") // logins are no calls
		c := login(t, server.Addr, "alice")
		c.Must("VENTE livre 1 Réseaux")
		var got []string
		for _, row := range c.Must("STATS MOINS").Rows {
			got = append(got, row.Fields.Get("rang")+" "+row.Fields.Get("login")+" "+row.Fields.Get("appels"))
		}
		if want := []string{"1 bob 0", "1 muet 0", "3 alice 1"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// The ten last are the ten most frequent, or one user many times.
func TestTheLastAreDistinct(t *testing.T) {
	t.Parallel()
	env, servers, judge := pair(t)
	names := make([]string, 12)
	for i := range names {
		names[i] = fmt.Sprintf("u%02d", i)
	}
	register(t, servers[0].Addr, names...)
	for range 9 {
		login(t, servers[0].Addr, names[0]) // most frequent, longest ago
	}
	for i := range names[1:] {
		login(t, servers[i%2].Addr, names[1+i])
		login(t, servers[i%2].Addr, names[1+i])
	}
	c := login(t, servers[1].Addr, names[5])
	rows := c.Must("STATS DERNIERS").Rows
	seen := map[string]bool{}
	for _, row := range rows {
		seen[row.Fields.Get("login")] = true
	}
	if len(rows) != 10 || len(seen) != 10 || seen[names[0]] || rows[0].Fields.Get("login") != names[5] {
		t.Errorf("%v", rows)
	}
	judge.SameBoards(c)
	env.Redis().FlushAll(t)
	judge.SameBoards(c)
}

// Of two equals, one is silently called the first. And anybody reads
// statistics.
func TestEqualsShareARank(t *testing.T) {
	t.Parallel()
	env, servers, judge := pair(t)
	if r := dial(t, servers[0].Addr).Do("STATS"); r.Word != "AUTH" {
		t.Errorf("not logged in: %s", r.Line)
	}
	register(t, servers[0].Addr, "alice", "bob", "carl", "dora")
	for _, name := range []string{"dora", "carl", "bob", "bob"} {
		login(t, servers[0].Addr, name)
	}
	c := login(t, servers[1].Addr, "alice")
	c.Must("VENTE livre 1 Réseaux")
	c.Do("ACHAT 999999")
	want := []string{
		"top 1 bob 2", "top 2 alice 1", "top 2 carl 1",
		"moins 1 bob 0", "moins 1 carl 0", "moins 1 dora 0", "moins 4 alice 2",
		"services 1 achat 1", "services 1 vente 1",
	}
	for range 2 {
		if got := shownBoards(c); !slices.Equal(got[4:], want) {
			t.Errorf("%q, want %q", got[4:], want)
		}
		judge.SameBoards(c)
		env.Redis().FlushAll(t)
	}
}

// Statistics by KEYS, which stops Redis for everybody.
func TestNobodyScansKeys(t *testing.T) {
	t.Parallel()
	env, servers, judge := pair(t)
	register(t, servers[0].Addr, "alice")
	c := login(t, servers[0].Addr, "alice")
	c.Must("VENTE livre 1 ref=k Réseaux")
	env.Redis().FlushAll(t)
	for _, line := range []string{"STATS", "QUOTA", "NB", "ARTICLES q=res", "MESVENTES", "ACHAT 1", "DECONNEXION"} {
		c.Do("%s", line)
	}
	used := judge.db0.Info(context.Background(), "commandstats").Val()
	for _, command := range []string{"keys", "scan", "smembers", "monitor"} {
		if strings.Contains(used, "cmdstat_"+command+":") {
			t.Errorf("%s was used", command)
		}
	}
	if !strings.Contains(used, "cmdstat_zadd:") {
		t.Fatalf("these are not the statistics of this test: %s", used)
	}
}
