package testenv

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// MariaDBServer is a mariadbd on a Unix socket. Its account is root, without a
// password: the folder is private.
type MariaDBServer struct {
	process
	dir, socket string
}

// databases numbers the Envs' databases over all servers.
var databases atomic.Int64

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
		s := newMariaDB(t, binaryDir(t))
		atExit(func() { s.end(syscall.SIGKILL) })
		s.Start(t)
		shared.server = s
	}
	return shared.server
}

// startMariaDB starts one for this test alone.
func startMariaDB(t testing.TB) *MariaDBServer {
	t.Helper()
	s := newMariaDB(t, tempDir(t))
	t.Cleanup(atExit(func() { s.end(syscall.SIGKILL) }))
	s.Start(t)
	return s
}

func newMariaDB(t testing.TB, dir string) *MariaDBServer {
	t.Helper()
	s := &MariaDBServer{dir: dir, socket: filepath.Join(dir, "my.sock")}
	s.path = binary(t, "mariadbd")
	data := filepath.Join(dir, "data")
	if err := os.CopyFS(data, os.DirFS(templateData(t))); err != nil {
		t.Fatal(err)
	}
	s.args = append([]string{"--no-defaults"}, asRoot(
		"--datadir="+data, "--tmpdir="+dir, "--socket="+s.socket, "--pid-file="+filepath.Join(dir, "my.pid"),
		"--skip-networking", "--skip-name-resolve", "--max-connections=1000", "--innodb-log-file-size=8M",
		// Not ours, so that a test would see a setting that we forget to make.
		"--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
	)...)
	s.ready = func() error {
		if err := exists(s.socket); err != nil {
			return err
		}
		return s.Exec("DO 1")
	}
	return s
}

// DSN is what ETU_MYSQL_DSN takes, for a database that need not exist.
func (s *MariaDBServer) DSN(database string) string {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr, cfg.DBName = "root", "unix", s.socket, database
	return cfg.FormatDSN()
}

// Addr is the socket's path, for a proxy or mariadb -S.
func (s *MariaDBServer) Addr() string { return s.socket }

// Exec runs one statement as root, outside any database.
func (s *MariaDBServer) Exec(statement string) error {
	cfg, err := mysql.ParseDSN(s.DSN(""))
	if err != nil {
		return err
	}
	cfg.Logger = &mysql.NopLogger{} // a start refuses the first connections
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { _ = db.Close() }()
	_, err = db.Exec(statement)
	return err
}

// newDatabase makes an empty database for the test and returns its DSN.
func (s *MariaDBServer) newDatabase(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("etu_%d", databases.Add(1))
	if err := s.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	// A test that stopped its own server cannot drop, and need not.
	t.Cleanup(func() { _ = s.Exec("DROP DATABASE IF EXISTS " + name) })
	return s.DSN(name)
}
