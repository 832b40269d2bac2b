package testenv

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// MariaDBServer is a private mariadbd on a Unix socket. Its account is root,
// without a password.
type MariaDBServer struct {
	*Process
	socket string
}

// mysqldVariable names a mysqld of MySQL that stands in for MariaDB.
const mysqldVariable = "ETU_TEST_MYSQLD"

// databases numbers the databases over all servers.
var databases atomic.Int64

// optionsVariable holds further options of every MariaDB, one a line: the suite
// runs again on servers that are set otherwise.
const optionsVariable = "ETU_TEST_MARIADB_OPTIONS"

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
		s, err := newMariaDB(SharedTempDir(t))
		must(t, err)
		s.Start(t)
		shared.server = s
	}
	return shared.server
}

// startMariaDB starts one for this test alone.
func startMariaDB(t testing.TB, options ...string) *MariaDBServer {
	t.Helper()
	s, err := newMariaDB(TempDir(t), options...)
	must(t, err)
	t.Cleanup(func() { s.end(syscall.SIGKILL) })
	s.Start(t)
	return s
}

// newMariaDB prepares one with empty data in dir. options are further ones of
// mariadbd, which win over those that stand here.
func newMariaDB(dir string, options ...string) (*MariaDBServer, error) {
	s := &MariaDBServer{socket: filepath.Join(dir, "my.sock")}
	program := "mariadbd"
	if mysqld := os.Getenv(mysqldVariable); mysqld != "" {
		program = mysqld
		options = append([]string{"--mysqlx=OFF"}, options...)
	}
	for line := range strings.Lines(os.Getenv(optionsVariable)) {
		if line = strings.TrimSpace(line); line != "" {
			options = append(options, line)
		}
	}
	from, err := templateData()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	args := append([]string{"--no-defaults"}, asRoot(
		"--datadir="+data, "--tmpdir="+dir, "--socket="+s.socket, "--pid-file="+filepath.Join(dir, "my.pid"),
		"--skip-networking", "--skip-name-resolve", "--max-connections=1000", "--innodb-log-file-size=8M",
		// Not ours, so that a test would see a setting that we forget to make.
		"--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci",
	)...)
	if s.Process, err = newProcess(program, s.ready, append(args, options...)...); err != nil {
		return nil, err
	}
	return s, os.CopyFS(data, os.DirFS(from))
}

func (s *MariaDBServer) ready() error {
	if _, err := os.Stat(s.socket); err != nil {
		return err
	}
	return s.Exec("DO 1")
}

// DSN is what ETU_MYSQL_DSN takes, for a database that need not exist.
func (s *MariaDBServer) DSN(database string) string {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr, cfg.DBName = "root", "unix", s.socket, database
	return cfg.FormatDSN()
}

// Addr is the socket's path, for a proxy or mariadb -S.
func (s *MariaDBServer) Addr() string { return s.socket }

// open gives a handle for root, outside any database.
func (s *MariaDBServer) open() (*sql.DB, error) {
	cfg, err := mysql.ParseDSN(s.DSN(""))
	if err != nil {
		return nil, err
	}
	cfg.Logger = &mysql.NopLogger{} // a start refuses the first connections
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// Exec runs one statement as root, outside any database.
func (s *MariaDBServer) Exec(statement string) error {
	db, err := s.open()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	// A server under test may have defaults that are against all work.
	for _, statement := range []string{"SET SESSION autocommit = 1", "SET SESSION TRANSACTION READ WRITE", statement} {
		if _, err := conn.ExecContext(context.Background(), statement); err != nil {
			return err
		}
	}
	return nil
}

// newDatabase makes an empty database for the test and gives its DSN.
func (s *MariaDBServer) newDatabase(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("etu_%d", databases.Add(1))
	must(t, s.Exec("CREATE DATABASE "+name))
	t.Cleanup(func() { _ = s.Exec("DROP DATABASE IF EXISTS " + name) })
	return s.DSN(name)
}

// asRoot adds the flag without which MariaDB refuses to run as root.
func asRoot(args ...string) []string {
	if os.Geteuid() == 0 {
		return append(args, "--user=root")
	}
	return args
}

// template is a data folder that every MariaDB of the process starts from:
// copying its 26 MiB takes a tenth of making it.
var template struct {
	sync.Mutex
	data string
}

func templateData() (string, error) {
	template.Lock()
	defer template.Unlock()
	if template.data != "" {
		return template.data, nil
	}
	dir, _, err := makeTempDir()
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "template")
	install, args := os.Getenv(mysqldVariable), []string{"--initialize-insecure"}
	if install == "" {
		if install, err = find("mariadb-install-db"); err != nil {
			return "", err
		}
		// --force: also where the machine's own name cannot be looked up.
		args = []string{"--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", "--force", "--innodb-log-file-size=8M"}
	}
	args = append([]string{"--no-defaults"}, asRoot(append(args, "--datadir="+data, "--tmpdir="+dir)...)...)
	if _, err := runToEnd(dieWithParent(), install, args...); err != nil {
		return "", err
	}
	template.data = data
	return data, nil
}

// accounts numbers the accounts of the test binary.
var accounts atomic.Int64

// Account is an ordinary account of MariaDB with all rights on one database. It
// is refused what root is not: to write on a server that is read-only.
type Account struct {
	t              testing.TB
	e              *Env
	Name, Database string
}

// Account makes one; the Env's DSN is its own from now on.
func (e *Env) Account(t testing.TB) *Account {
	t.Helper()
	cfg, err := mysql.ParseDSN(e.MySQLDSN)
	must(t, err)
	a := &Account{t, e, fmt.Sprintf("compte_%d", accounts.Add(1)), cfg.DBName}
	a.Exec("CREATE USER " + a.Name + " IDENTIFIED BY 'essai'")
	a.Exec("GRANT ALL PRIVILEGES ON " + a.Database + ".* TO " + a.Name)
	t.Cleanup(func() { _ = e.MariaDB().Exec("DROP USER IF EXISTS " + a.Name) })
	cfg.User, cfg.Passwd = a.Name, "essai"
	e.MySQLDSN = cfg.FormatDSN()
	return a
}

// Exec runs a statement as root.
func (a *Account) Exec(statement string) {
	a.t.Helper()
	must(a.t, a.e.MariaDB().Exec(statement))
}
