package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/testenv"
)

// Students of a drive register, work on all servers, keep to the quota, and go on
// at another server when theirs is killed.
func TestDrive(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the server and starts two")
	}
	env := testenv.Real(t)
	stores := env.Open(t)
	var servers []*testenv.Process
	var addrs []string
	for range 2 {
		s := startServer(t, env, ledger.Rule{Max: 10, Window: 10 * time.Minute})
		servers, addrs = append(servers, s), append(addrs, s.Addr())
	}
	o, err := parse([]string{"-drive", strings.Join(addrs, ", "), "-students", "6", "-time", "6s", "-rate", "60"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	working := func() (n int) {
		if err := stores.SQL.Read.QueryRow(t.Context(), `SELECT COUNT(*) FROM appels`).Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		for working() < 10 && t.Context().Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		servers[0].Kill(t)
	}()
	var out bytes.Buffer
	if err := drive(t.Context(), o, &out, io.Discard); err != nil {
		t.Fatalf("%v\n%s", err, servers[1].Output())
	}
	<-killed
	if strings.Contains(out.String(), " 0 retours") || !strings.Contains(out.String(), " absent") {
		t.Errorf("nobody was cut off and came back: %s", &out)
	}
	for query, want := range map[string]int{
		`SELECT COUNT(*) FROM utilisateurs WHERE login LIKE 'charge%'`:                                               6,
		`SELECT COUNT(DISTINCT service) FROM appels`:                                                                 2,
		`SELECT COUNT(*) FROM (SELECT utilisateur_id FROM appels GROUP BY utilisateur_id HAVING COUNT(*) > 10) trop`: 0,
	} {
		var got int
		if err := stores.SQL.Read.QueryRow(t.Context(), query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %d, want %d (%v)", query, got, want, err)
		}
	}
	// Again, with the accounts that there are.
	o.addrs, o.time = addrs[1:], time.Second
	if err := drive(t.Context(), o, &out, io.Discard); err != nil {
		t.Error(err)
	}
}
