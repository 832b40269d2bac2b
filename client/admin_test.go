package main

import (
	"testing"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// professor starts a real server and logs its administrator in.
func professor(t *testing.T) (*server, *api.Client) {
	t.Helper()
	t.Setenv("ETU_ADMIN_LOGIN", "prof")
	t.Setenv("ETU_ADMIN_PASSWORD", "motdepasse")
	s := startServer(t)
	return s, loggedIn(t, s, "prof")
}

// next gives the next event of a type.
func next[E api.Event](t *testing.T, from <-chan api.Event) (e E) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case ev := <-from:
			if e, ok := ev.(E); ok {
				return e
			}
		case <-late:
			t.Fatalf("no %T came", e)
		}
	}
}

// The live view against the real server: its keys are those that we read, and
// it goes on after the server was killed.
func TestLiveViewOfARealServer(t *testing.T) {
	s, prof := professor(t)
	if err := prof.Follow(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	m := next[api.Stats](t, prof.Live())
	if m.Users != 1 || m.Connections < 1 || m.Servers != 1 {
		t.Errorf("%+v", m)
	}
	alice := loggedIn(t, s, "alice")
	if a := next[api.Activity](t, prof.Live()); a.Type != "CONNEXION" || a.Login != "alice" {
		t.Errorf("%+v", a)
	}
	for range 20 {
		if _, err := alice.Count(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for m = next[api.Stats](t, prof.Live()); m.CommandsPerSecond < 1 || m.P99 == 0 || m.LoginsPerMinute < 2; {
		m = next[api.Stats](t, prof.Live())
	}
	s.kill()
	s.start()
	prof.Retry()
	for { // what came before the cut may still stand in the box
		if next[api.Stats](t, prof.Live()); prof.State().Generation > 1 && len(prof.Live()) == 0 {
			break
		}
	}
	next[api.Stats](t, prof.Live())
}

// Each order reaches the person concerned, with its reason.
func TestOrdersOnARealServer(t *testing.T) {
	s, prof := professor(t)
	ctx := t.Context()
	alice := loggedIn(t, s, "alice")
	all, err := prof.Sessions(ctx)
	if err != nil || len(all) != 2 || all[0].Login != "alice" || all[0].Address == "" || all[0].Since.IsZero() {
		t.Fatalf("%+v, %v", all, err)
	}
	servers, err := prof.Instances(ctx)
	if err != nil || len(servers) != 1 || servers[0].Name == "" || !servers[0].MySQL || !servers[0].Redis || servers[0].Since.IsZero() {
		t.Errorf("%+v, %v", servers, err)
	}
	slots, err := prof.History(ctx, 2)
	if err != nil || len(slots) != 24 || slots[1].Start.Sub(slots[0].Start) != api.SlotTime {
		t.Errorf("%d slots, %v", len(slots), err)
	}
	details, err := prof.AccountDetails(ctx, "alice")
	if err != nil || details.Login != "alice" || len(details.Sessions) != 1 || len(details.Logins) == 0 || details.Quotas.Connections.Used == 0 {
		t.Errorf("%+v, %v", details, err)
	}
	if err := prof.Announce(ctx, "à midi"); err != nil {
		t.Fatal(err)
	}
	if e := next[api.Announced](t, alice.Events()); e.Text != "à midi" {
		t.Errorf("%+v", e)
	}
	if err := prof.Block(ctx, "alice", "annonces en double"); err != nil {
		t.Fatal(err)
	}
	if e := next[api.SessionEnded](t, alice.Events()); e.Reason != "annonces en double" {
		t.Errorf("%+v", e)
	}
	page, err := prof.Accounts(ctx, "alice", 1, "")
	if err != nil || len(page.Rows) != 1 || page.Rows[0].Standing != api.AccountBlocked {
		t.Errorf("%+v, %v", page, err)
	}
	if err := prof.Unblock(ctx, "alice"); err != nil {
		t.Error(err)
	}
	if err := prof.GivePassword(ctx, "alice", "celui du tableau"); err != nil {
		t.Error(err)
	}
	back, err := alice.Login(ctx, "alice", "celui du tableau")
	if err != nil || !back.MustChange {
		t.Errorf("%+v, %v", back, err)
	}
	if err := alice.ChangePassword(ctx, "celui du tableau", "le mien à moi"); err != nil {
		t.Error(err)
	}
	if err := prof.ResetQuotas(ctx, "alice"); err != nil {
		t.Error(err)
	}
	if q, err := alice.Quotas(ctx); err != nil || q.Connections.Used != 0 {
		t.Errorf("%+v, %v", q, err)
	}
	if err := prof.Expel(ctx, "alice", 5, "on se calme"); err != nil {
		t.Error(err)
	}
	if _, err := prof.Accounts(ctx, "", 0, ""); err != nil {
		t.Error(err)
	}
	if err := prof.DeleteAccount(ctx, "alice", "parti"); err != nil {
		t.Error(err)
	}
	if err := prof.Unblock(ctx, "alice"); link.CodeOf(err) != protocol.ABSENT {
		t.Error(err)
	}
	if err := prof.Block(ctx, "prof", "pour voir"); link.CodeOf(err) != protocol.INTERDIT {
		t.Error(err)
	}
	for _, want := range []bool{false, true} {
		if err := prof.OpenRegistrations(ctx, want); err != nil {
			t.Error(err)
		}
		if open, err := prof.Registrations(ctx); err != nil || open != want {
			t.Errorf("%v, %v", open, err)
		}
	}
}
