package main

import (
	"bytes"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/testenv"
)

// cutter stands between a server and its MariaDB. Armed, it cuts a connection
// at the COMMIT of a counted call: before it is passed on, or before its answer
// comes back.
type cutter struct {
	armed  atomic.Int32
	freeze func() // for freezeServer
}

const (
	loseCommit int32 = iota + 1 // the engine never sees it
	loseAnswer
	freezeServer // which does it once it wakes up
	holdAnswer   // it never comes, on a connection that stays open: no context ends the wait for a COMMIT
)

// commitQuery is the query and nothing but it: a new connection says "READ
// COMMITTED".
var commitQuery = []byte("\x03COMMIT")

var (
	beginQuery    = []byte("\x03START TRANSACTION")
	rollbackQuery = []byte("\x03ROLLBACK")
)

// callInsert names columns; that of the probe of what may be written names none.
var callInsert = []byte("INSERT INTO appels (")

func (c *cutter) serve(ln net.Listener, to string) {
	testenv.Proxy(ln, "unix", to, func(client, server net.Conn) {
		silent := &atomic.Int32{}
		go c.forward(client, server, silent)
		go back(client, server, silent)
	})
}

func (c *cutter) forward(client, server net.Conn, silent *atomic.Int32) {
	defer func() { _ = server.(*net.UnixConn).CloseWrite() }()
	buf := make([]byte, 64<<10)
	call := false // under way, and not the server's probe, which tries the same statements
	for {
		n, err := client.Read(buf)
		if bytes.Contains(buf[:n], beginQuery) || bytes.Contains(buf[:n], rollbackQuery) {
			call = false
		}
		call = call || bytes.Contains(buf[:n], callInsert)
		if bytes.Contains(buf[:n], commitQuery) && call {
			call = false
			switch how := c.armed.Swap(0); how {
			case loseCommit:
				_, _ = client.Close(), server.Close()
				return
			case freezeServer:
				c.freeze()
			default:
				silent.Store(how)
			}
		}
		if _, werr := server.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

func back(client, server net.Conn, silent *atomic.Int32) {
	defer func() { _, _ = client.Close(), server.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		switch silent.Load() { // the answer is here: the engine has done it
		case loseAnswer:
			return
		case holdAnswer:
			if err != nil {
				return
			}
			continue
		}
		if _, werr := client.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

// TestCommitAnswerLost: nobody can know at once whether the call was done. The
// slot stays taken, the ledger settles it within 10 s, and the same ref tells
// the truth (PROTOCOL.md §3, INDISPONIBLE).
func TestCommitAnswerLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose int32
		done int
	}{"the commit stands": {loseAnswer, 1}, "the commit hangs": {holdAnswer, 1}, "the commit never came": {loseCommit, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := testenv.Real(t)
			judge := newJudge(t, env)
			cut := &cutter{}
			ln := listenUnix(t)
			cut.serve(ln, env.MariaDB().Addr())
			cfg, err := mysql.ParseDSN(env.MySQLDSN)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Addr = ln.Addr().String()
			env.MySQLDSN = cfg.FormatDSN()
			server := start(t, env)
			register(t, server.Addr, "alice")
			alice := login(t, server.Addr, "alice")
			alice.Must("VENTE livre 1 Avant")

			cut.armed.Store(c.lose)
			wants{{"VENTE livre 1 ref=k Réseaux", "INDISPONIBLE"}}.ask(t, alice, name)
			if n := judge.Used("appels", "alice"); n != 1+c.done {
				t.Fatalf("%d calls in the ledger", n)
			}
			if n := judge.Cards("alice", "services"); n != 2 {
				t.Errorf("ZCARD %d: the slot was not kept", n)
			}
			testenv.Eventually(t, 11*time.Second, func() error {
				if judge.Cards("alice", "services") != 1+c.done {
					return errNotYet
				}
				return nil
			})
			r := alice.Must("VENTE livre 1 ref=k Réseaux")
			if replayed := r.Fields.Get("rejoue") == "1"; replayed != (c.done == 1) {
				t.Errorf("the same ref: %s", r.Line)
			}
			if n := judge.Used("appels", "alice"); n != 2 {
				t.Errorf("%d calls in the ledger", n)
			}
			judge.SameQuota(alice, "alice")
			judge.SameBoards(alice)
		})
	}
}
