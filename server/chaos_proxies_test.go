package main

import (
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/testenv"
)

// lossy stands between the servers and their Redis. While it is losing, one
// answer in some is lost with its connection: what was asked for was done.
type lossy struct{ losing atomic.Bool }

// lossOneIn is how many answers there are to one that is lost.
const lossOneIn = 10

// loseBefore leads the servers of an Env through a lossy.
func loseBefore(t *testing.T, env *testenv.Env) *lossy {
	t.Helper()
	l := &lossy{}
	ln := listenUnix(t)
	to := env.Redis().Addr()
	env.RedisURL = "unix://" + ln.Addr().String()
	testenv.Proxy(ln, "unix", to, func(client, server net.Conn) {
		go testenv.Pass(server, client, func([]byte) bool { return true })
		go testenv.Pass(client, server, func([]byte) bool { return !l.losing.Load() || rand.IntN(lossOneIn) != 0 })
	})
	return l
}

// cutBefore leads the servers of an Env through a cutter.
func cutBefore(t *testing.T, env *testenv.Env) *cutter {
	t.Helper()
	cut := &cutter{}
	cfg, err := mysql.ParseDSN(env.MySQLDSN)
	if err != nil {
		t.Fatal(err)
	}
	ln := listenUnix(t)
	cut.serve(ln, cfg.Addr)
	cfg.Addr = ln.Addr().String()
	env.MySQLDSN = cfg.FormatDSN()
	return cut
}
