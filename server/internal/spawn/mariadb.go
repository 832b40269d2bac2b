package spawn

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/go-sql-driver/mysql"
)

// MariaDB is a mariadbd on a Unix socket. Its account is root, without a
// password: the folder is private.
type MariaDB struct {
	*Process
	socket string
}

// mysqldVariable names a mysqld of MySQL that stands in for MariaDB.
const mysqldVariable = "ETU_TEST_MYSQLD"

// databases numbers the databases over all servers.
var databases atomic.Int64

// NewMariaDB prepares one with empty data in dir. options are further ones of
// mariadbd, which win over those that stand here.
func NewMariaDB(dir string, options ...string) (*MariaDB, error) {
	s := &MariaDB{socket: filepath.Join(dir, "my.sock")}
	program := "mariadbd"
	if mysqld := os.Getenv(mysqldVariable); mysqld != "" {
		program = mysqld
		options = append([]string{"--mysqlx=OFF"}, options...)
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
	if s.Process, err = Server(program, s.ready, append(args, options...)...); err != nil {
		return nil, err
	}
	return s, os.CopyFS(data, os.DirFS(from))
}

func (s *MariaDB) ready() error {
	if err := exists(s.socket); err != nil {
		return err
	}
	return s.Exec("DO 1")
}

// DSN is what ETU_MYSQL_DSN takes, for a database that need not exist.
func (s *MariaDB) DSN(database string) string {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr, cfg.DBName = "root", "unix", s.socket, database
	return cfg.FormatDSN()
}

// Addr is the socket's path, for a proxy or mariadb -S.
func (s *MariaDB) Addr() string { return s.socket }

// Exec runs one statement as root, outside any database.
func (s *MariaDB) Exec(statement string) error {
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

// CreateDatabase makes an empty database and gives its DSN. drop drops it; a
// server that was stopped cannot, and need not.
func (s *MariaDB) CreateDatabase() (dsn string, drop func(), err error) {
	name, drop, err := s.NewDatabase()
	return s.DSN(name), drop, err
}

// NewDatabase is CreateDatabase for those who reach it another way.
func (s *MariaDB) NewDatabase() (name string, drop func(), err error) {
	name = fmt.Sprintf("etu_%d", databases.Add(1))
	if err := s.Exec("CREATE DATABASE " + name); err != nil {
		return "", nil, err
	}
	return name, func() { _ = s.Exec("DROP DATABASE IF EXISTS " + name) }, nil
}
