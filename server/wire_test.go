package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// TestWire is what only the whole server over real sockets can show, on both
// kinds of stores and one process each.
func TestWire(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env, "--quota-max", "100000", "--debug")
		register(t, server.Addr, "alice", "bob")
		t.Run("burst", func(t *testing.T) { burst(t, server) })
		t.Run("burst of everything", func(t *testing.T) { burstOfEverything(t, server) })
		t.Run("end of input", func(t *testing.T) { endOfInput(t, server) })
		t.Run("events between replies", func(t *testing.T) { eventsBetweenReplies(t, server) })
		t.Run("last sentence", func(t *testing.T) { lastSentence(t, server) })
		t.Run("longest requests", func(t *testing.T) { longestRequests(t, server) })
		server.Stop()
		for _, secret := range []string{password, "mot de p"} {
			if strings.Contains(server.logs.String(), secret) {
				t.Errorf("%q stands in the log:\n%s", secret, server.logs)
			}
		}
		if strings.Contains(server.logs.String(), "incident=") {
			t.Errorf("incidents:\n%s", server.logs)
		}
	})
}

// burst: 5,000 commands in one write, all answered in order.
func burst(t *testing.T, server *process) {
	const n = 5000
	c := dial(t, server.Addr)
	c.Send(strings.Repeat("PING\nQUI\n\nAIDE PING\n", n/3))
	for i := range n / 3 {
		pong, who, help := c.Read(), c.Read(), c.Read()
		if pong.Word != "PONG" || who.Code() != protocol.AUTH || help.Word != "AIDE" || len(help.Rows) != 1 {
			t.Fatalf("%d: %q, %q, %q", i, pong.Line, who.Line, help.Line)
		}
	}
}

// burstOfEverything sends verbs that reach the stores in one write; each sees
// what the one before it did.
func burstOfEverything(t *testing.T, server *process) {
	const n = 60
	c := login(t, server.Addr, "alice")
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "VENTE livre %d.00 ref=rafale-%d Rafale %d\r\nARTICLES vendeur=alice n=1\nNB\n", i, i, i)
	}
	c.Send(all.String() + "DECONNEXION\nQUI\n")
	for i := range n {
		sale, list, nb := c.Read(), c.Read(), c.Read()
		if want := fmt.Sprintf("Rafale %d", i); sale.Word != "VENTE" || len(list.Rows) != 1 || list.Rows[0].Fields.Get("titre") != want || nb.Word != "NB" {
			t.Fatalf("%d: %q, %v, %q", i, sale.Line, list.Rows, nb.Line)
		}
	}
	if out, who := c.Read(), c.Read(); out.Word != "DECONNEXION" || who.Code() != protocol.AUTH {
		t.Errorf("%q, %q", out.Line, who.Line)
	}
}

// endOfInput is `printf … | nc`: every request is answered, then the
// connection ends; half a line behind them is no request.
func endOfInput(t *testing.T, server *process) {
	for _, script := range []string{
		"", "PI", "PING\n", "PING\r\nPING", "FOO\nPING\nAUTH alice " + password + "\nQUI\nARTICLES n=100\nSTATS\nQUITTE",
	} {
		c := dial(t, server.Addr)
		c.Send(script)
		if err := c.nc.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		for i := range strings.Count(script, "\n") {
			if r, err := c.TryRead(); err != nil {
				t.Fatalf("%q: reply %d: %v, %v", script, i, r.Line, err)
			}
		}
		if r, err := c.TryRead(); err != io.EOF { //nolint:errorlint // ReadLine gives it bare
			t.Errorf("%q: %q, %v behind the last reply", script, r.Line, err)
		}
	}
}

// eventsBetweenReplies: a seller reads long lists without pause while all
// that he sells is bought; TryRead fails on an event behind a row.
func eventsBetweenReplies(t *testing.T, server *process) {
	const n = 60
	alice, bob := login(t, server.Addr, "alice"), login(t, server.Addr, "bob")
	var ids []string
	for i := range n {
		ids = append(ids, alice.Must("VENTE cd 1 Pluie %d", i).Fields.Get("id"))
	}
	var buying sync.WaitGroup
	buying.Go(func() {
		for _, id := range ids {
			if r := bob.Do("ACHAT %s", id); !r.OK() {
				t.Errorf("ACHAT %s: %s", id, r.Line)
			}
		}
	})
	for end := time.Now().Add(answerTime); len(alice.Events) < n && time.Now().Before(end); {
		if r := alice.Must("MESVENTES n=100"); len(r.Rows) != 100 {
			t.Fatalf("%d rows", len(r.Rows))
		}
	}
	buying.Wait()
	alice.Must("PING")
	alice.Must("PING")
	if len(alice.Events) != n {
		t.Fatalf("%d events of %d", len(alice.Events), n)
	}
	for i, e := range alice.Events {
		if e.Word != "VENDU" || e.Fields.Get("id") != ids[i] || e.Fields.Get("contact") != "bob@univ.fr" {
			t.Errorf("event %d: %v", i, e)
		}
	}
}

// lastSentence: EC reaches a client that goes on sending.
func lastSentence(t *testing.T, server *process) {
	for range 20 {
		c := dial(t, server.Addr)
		go func() {
			_, _ = io.WriteString(c.nc, strings.Repeat("REPRENDRE faux\n", 3)+strings.Repeat("PING\n", 20_000))
		}()
		for _, want := range []protocol.Code{protocol.ECHEC, protocol.ECHEC, protocol.EC} {
			if r := c.Read(); r.Code() != want {
				t.Fatalf("%s, want %s", r.Line, want)
			}
		}
		if _, err := c.TryRead(); err != io.EOF { //nolint:errorlint // ReadLine gives it bare
			t.Errorf("behind EC: %v", err)
		}
	}
}

// longestRequests: every legal request fits into a line.
func longestRequests(t *testing.T, server *process) {
	wide := func(n int) string { return strings.Repeat("🎸", n) }
	c := dial(t, server.Addr)
	name := strings.Repeat("z", protocol.MaxLogin)
	email := strings.Repeat("z", protocol.MaxEmail-len("@univ.fr")) + "@univ.fr"
	c.Must("INSCRIPTION %s %s %s %s %s", name, email, wide(protocol.MaxName), wide(protocol.MaxName), wide(protocol.MaxPassword))
	c.Must("AUTH %s %s", email, wide(protocol.MaxPassword))
	c.Must(`VENTE materiel 9999.99 ref=%s description="%s" %s`,
		strings.Repeat("r", protocol.MaxRef), wide(protocol.MaxDescription), wide(protocol.MaxTitle))
	if r := c.Must("ARTICLES q=%s", wide(protocol.MaxTitle)); len(r.Rows) != 1 {
		t.Errorf("%d rows", len(r.Rows))
	}
	if r := c.Must("MOTDEPASSE %s %s", wide(protocol.MaxPassword), wide(protocol.MaxPassword)); r.Word != "MOTDEPASSE" {
		t.Errorf("%s", r.Line)
	}
}

// TestDeadlinesOfARealServer has the settings reach the sockets; the exact
// times are package tcp's tests.
func TestDeadlinesOfARealServer(t *testing.T) {
	const limit = 400 * time.Millisecond
	server := start(t, testenv.Embedded(t), "--login-time", limit.String(), "--idle", limit.String())
	ends := func(c *client, since time.Time, want protocol.Code) {
		t.Helper()
		if r := c.Read(); r.Code() != want {
			t.Errorf("%s, want %s", r.Line, want)
		}
		if passed := time.Since(since); passed < limit {
			t.Errorf("%s after %v", want, passed)
		}
		c.Closed()
	}
	connecting := time.Now()
	c := dial(t, server.Addr)
	ends(c, connecting, protocol.DELAI)

	c = dial(t, server.Addr)
	registering := time.Now()
	c.Must("INSCRIPTION alice alice@univ.fr Alice Martin %s", password)
	ends(c, registering, protocol.DELAI)

	c = dial(t, server.Addr)
	c.Must("AUTH alice %s", password)
	asking := time.Now()
	c.Must("PING")
	ends(c, asking, protocol.INACTIF)

	c = login(t, server.Addr, "alice")
	leaving := time.Now()
	c.Must("DECONNEXION")
	ends(c, leaving, protocol.DELAI)
}

// TestFullServer has the (n+1)th connection refused, and nobody else troubled.
func TestFullServer(t *testing.T) {
	const most = 3
	server := start(t, testenv.Embedded(t), "--max-conns", fmt.Sprint(most), "--linger-time", "100ms")
	register(t, server.Addr, "alice")
	var in []*client
	for len(in) < most { // register's connection may linger
		nc, err := net.Dial("tcp", server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, nc)
		if r := c.Read(); r.OK() {
			in = append(in, c)
			continue
		} else if r.Code() != protocol.PLEIN {
			t.Fatalf("%s", r.Line)
		}
		_ = nc.Close()
	}
	nc, err := net.Dial("tcp", server.Addr)
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, nc)
	c.Send("PING\n")
	if r := c.Read(); r.Code() != protocol.PLEIN {
		t.Errorf("%s", r.Line)
	}
	c.Closed()
	in[0].Must("AUTH alice %s", password)
	if r := in[0].Must("NB"); r.Fields.Int("connexions") != most {
		t.Errorf("%s", r.Line)
	}
	server.Stop() // with three clients connected
	for _, c := range in {
		if r := c.Read(); r.Code() != protocol.ARRET {
			t.Errorf("%s", r.Line)
		}
		c.Closed()
		if len(c.Events) != 1 || c.Events[0].Word != "ARRET" {
			t.Errorf("events: %v", c.Events)
		}
	}
}
