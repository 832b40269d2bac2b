package store_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// cutter passes bytes between a client and a server. Armed, it passes on the
// first packet that holds a word, then cuts before the answer.
type cutter struct {
	armed atomic.Pointer[string]
	ln    net.Listener
}

func newCutter(t *testing.T, serverNet, serverAddr string, listen net.Listener) *cutter {
	t.Helper()
	c := &cutter{ln: listen}
	t.Cleanup(func() { _ = listen.Close() })
	testenv.Proxy(listen, serverNet, serverAddr, func(client, server net.Conn) {
		cut := make(chan struct{})
		go c.forward(client, server, cut)
		go c.back(client, server, cut)
	})
	return c
}

func (c *cutter) forward(client, server net.Conn, cut chan struct{}) {
	defer func() { _ = server.(interface{ CloseWrite() error }).CloseWrite() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if word := c.armed.Load(); word != nil && bytes.Contains(buf[:n], []byte(*word)) {
			c.armed.Store(nil)
			close(cut) // before the server can answer
		}
		if _, werr := server.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

func (c *cutter) back(client, server net.Conn, cut chan struct{}) {
	defer func() { _ = client.Close(); _ = server.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		select {
		case <-cut: // the answer is here, so the server has done it
			return
		default:
		}
		if _, werr := client.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

// throughCutter leads the environment's MariaDB connections through a cutter.
func throughCutter(t *testing.T, e *testenv.Env) *cutter {
	t.Helper()
	ln, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	cut := newCutter(t, "unix", e.MariaDB().Addr(), ln)
	cfg, err := mysql.ParseDSN(e.MySQLDSN)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Addr = ln.Addr().String()
	e.MySQLDSN = cfg.FormatDSN()
	return cut
}

func TestLostCommitIsUnknown(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	cut := throughCutter(t, e)
	s := e.Open(t)
	id := mustAddUser(t, s, "aa")

	sell := func(word string) error {
		cut.armed.Store(&word)
		return s.SQL.Tx(t.Context(), func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, bump, id)
			return err
		})
	}
	if err := sell("COMMIT"); !errors.Is(err, store.ErrCommitUnknown) || !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("answer to COMMIT lost: %v", err)
	}
	if err := sell("UPDATE"); err != nil {
		t.Errorf("answer to UPDATE lost: %v", err)
	}
	var n int
	if err := s.SQL.Read.QueryRow(t.Context(), `SELECT nb_ventes FROM utilisateurs`).Scan(&n); err != nil || n != 2 {
		t.Errorf("nb_ventes %d (%v), want 2: the unknown one stands, the other was done once", n, err)
	}
}
