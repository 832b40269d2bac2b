package main

import (
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// TestRefusalsAreCountedInSQL: by user, day and quota, within 10 s or at the stop, and
// after an outage, too; those of a deleted account go with it.
func TestRefusalsAreCountedInSQL(t *testing.T) {
	t.Parallel()
	env := testenv.RealOwn(t)
	server := start(t, env, append(adminArgs, "--quota-max", "1")...)
	stores := env.Open(t)
	counted := func(quota string) (n int) {
		err := stores.SQL.Read.QueryRow(t.Context(), `
			SELECT COALESCE(SUM(r.nombre), 0) FROM refus r JOIN utilisateurs u ON u.id = r.utilisateur_id
			WHERE u.login = 'alice' AND r.quota = ? AND r.jour >= ?`, quota, time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)).Scan(&n)
		if err != nil && !store.Unavailable(err) {
			t.Fatal(err)
		}
		return n
	}
	register(t, server.Addr, "alice")
	alice := login(t, server.Addr, "alice")
	alice.Must("VENTE livre 1 titre")
	refuse := func(times int) {
		for range times {
			alice.Refused("QUOTA", "VENTE livre 1 titre")
		}
	}
	refuse(30)
	dial(t, server.Addr).Refused("QUOTA", "AUTH alice %s", password)
	testenv.WaitFor(t, 10*time.Second, "refusals are in SQL", func() bool { return counted("services") == 30 && counted("connexions") == 1 })
	refuse(5)
	env.MariaDB().Stop(t)
	env.MariaDB().Start(t)
	testenv.WaitFor(t, 30*time.Second, "they are added after the outage", func() bool { return counted("services") == 35 })
	refuse(3)
	server.Stop()
	if n := counted("services"); n != 38 {
		t.Errorf("%d after the stop", n)
	}
	succeed(t, env, "user", "delete", "alice")
	var left int
	if err := stores.SQL.Read.QueryRow(t.Context(), `SELECT COUNT(*) FROM refus`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows left: %v", left, err)
	}
}
