package testenv

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
)

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
