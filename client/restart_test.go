package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tokens"
)

func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and starts servers")
	}
	s := &server{t: t, data: t.TempDir()}
	t.Cleanup(s.kill)
	s.start(args...)
	return s
}

func loggedIn(t *testing.T, s *server, login string) *api.Client {
	t.Helper()
	c := api.New(api.Options{Addr: s.addr, Tokens: tokens.Store{Dir: filepath.Join(t.TempDir(), "s")}})
	t.Cleanup(func() { _ = c.Close() })
	if _, err := c.Login(t.Context(), login, "motdepasse"); err != nil {
		t.Fatal(err)
	}
	return c
}

// The server is killed again and again under a client that sells: every sale
// is answered, none is doubled, no connexion is spent.
func TestKilledUnderTheClient(t *testing.T) {
	t.Parallel()
	s := startServer(t, "--quota-max", "1000")
	c := loggedIn(t, s, "alice")
	before := sales(t, c)
	const sellers, each = 4, 25
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	sold := make(chan bool, sellers*each)
	var all sync.WaitGroup
	for i := range sellers {
		all.Go(func() {
			for j := range each {
				_, err := c.Sell(ctx, api.Sale{Category: "cd", Cents: 100, Title: fmt.Sprintf("vente %d %d", i, j)})
				if err != nil {
					t.Errorf("sale %d %d: %v", i, j, err)
					return
				}
				sold <- true
			}
		})
	}
	for range 3 {
		for range sellers * each / 5 { // somewhere in the middle of things
			select {
			case <-sold:
			case <-ctx.Done():
			}
		}
		s.kill()
		s.start("--quota-max", "1000")
	}
	all.Wait()
	if got := sales(t, c) - before; got != sellers*each {
		t.Errorf("%d articles for %d sales", got, sellers*each)
	}
	q, err := c.Quotas(ctx)
	if err != nil || q.Connections.Used != 1 || q.Services.Used != sellers*each {
		t.Errorf("%+v, %v", q, err)
	}
	if st := c.State(); st.Phase != link.Online || st.Generation < 4 {
		t.Errorf("%+v", st)
	}
}

func sales(t *testing.T, c *api.Client) (n int) {
	t.Helper()
	for after := ""; ; {
		p, err := c.MySales(t.Context(), 100, after)
		if err != nil {
			t.Fatal(err)
		}
		n += len(p.Rows)
		if after = p.Next; after == "" {
			return n
		}
	}
}

// A server that is stopped and started tells its clients; the next call waits
// for it and is answered.
func TestStoppedUnderTheClient(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c := loggedIn(t, s, "bob")
	s.stop()
	answered := make(chan error, 1)
	go func() { _, err := c.Who(t.Context()); answered <- err }()
	for c.State().Phase != link.Offline {
		select {
		case <-c.Changes():
		case <-time.After(patience):
			t.Fatal("the loss is not noticed")
		}
	}
	s.start()
	c.Retry()
	if err := <-answered; err != nil {
		t.Error(err)
	}
}
