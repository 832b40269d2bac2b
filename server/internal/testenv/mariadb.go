package testenv

import (
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"etuservices/server/internal/spawn"
)

// MariaDBServer is a private MariaDB.
type MariaDBServer struct {
	process
	server *spawn.MariaDB
}

// DSN is what ETU_MYSQL_DSN takes, for a database that need not exist.
func (s *MariaDBServer) DSN(database string) string { return s.server.DSN(database) }

// Addr is the socket's path, for a proxy or mariadb -S.
func (s *MariaDBServer) Addr() string { return s.server.Addr() }

// Exec runs one statement as root, outside any database.
func (s *MariaDBServer) Exec(statement string) error { return s.server.Exec(statement) }

var shared struct {
	sync.Mutex
	server *MariaDBServer
}

// sharedMariaDB is the one MariaDB of the test binary, started at its first use.
func sharedMariaDB(t testing.TB) *MariaDBServer {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		dir, _, err := spawn.TempDir() // of the binary, not of its first test
		must(t, err)
		s := newMariaDB(t, dir)
		s.Start(t)
		shared.server = s
	}
	return shared.server
}

// startMariaDB starts one for this test alone.
func startMariaDB(t testing.TB, options ...string) *MariaDBServer {
	t.Helper()
	s := newMariaDB(t, tempDir(t), options...)
	t.Cleanup(func() { s.End(syscall.SIGKILL) })
	s.Start(t)
	return s
}

// optionsVariable holds further options of every MariaDB, one a line: the suite
// runs again on servers that are set otherwise.
const optionsVariable = "ETU_TEST_MARIADB_OPTIONS"

func newMariaDB(t testing.TB, dir string, options ...string) *MariaDBServer {
	t.Helper()
	for line := range strings.Lines(os.Getenv(optionsVariable)) {
		if line = strings.TrimSpace(line); line != "" {
			options = append(options, line)
		}
	}
	maria, err := spawn.NewMariaDB(dir, options...)
	must(t, err)
	return &MariaDBServer{process{maria.Process}, maria}
}

// newDatabase makes an empty database for the test and returns its DSN.
func (s *MariaDBServer) newDatabase(t testing.TB) string {
	t.Helper()
	dsn, drop, err := s.server.CreateDatabase()
	must(t, err)
	t.Cleanup(drop)
	return dsn
}
