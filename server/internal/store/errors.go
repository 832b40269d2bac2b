package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrUnavailable says that a store did not answer, or answered that it cannot
// work now (going down, read-only, disk or memory full, too many connections).
var ErrUnavailable = errors.New("magasin indisponible")

// classify wraps err with ErrUnavailable when it is a store's failure, and
// returns anything else unchanged: nil, sql.ErrNoRows, redis.Nil, a duplicate,
// a caller's own errors, and context.Canceled, which is the caller's wish.
// A context's deadline counts as a store that did not answer in time.
func classify(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !Unavailable(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// Unavailable tells whether err is a failure of a store: it did not answer in time, its
// connection broke, or it answered that it cannot work now.
func Unavailable(err error) bool {
	switch {
	case err == nil, errors.Is(err, redis.Nil), errors.Is(err, sql.ErrNoRows):
		return false
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrCommitUnknown):
		return true
	}
	var my *mysql.MySQLError
	if errors.As(err, &my) {
		_, known := mysqlErrors[my.Number]
		return known
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return sqliteUnavailable[lite.Code()&0xff]
	}
	// Every refusal of Redis, whatever its code: we ask it nothing that a healthy
	// one refuses.
	return redisCode(err) != "" || isNetworkError(err)
}

// isNetworkError holds for failures of the way to a store.
func isNetworkError(err error) bool {
	for _, known := range []error{
		context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
		driver.ErrBadConn, sql.ErrConnDone, mysql.ErrInvalidConn, mysql.ErrMalformPkt, mysql.ErrPktSync,
		redis.ErrPoolTimeout, redis.ErrPoolExhausted, redis.ErrClosed,
		syscall.ENOSPC, syscall.EROFS,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	// Not context.Canceled: that one is no net.Error.
	var link net.Error
	return errors.As(err, &link)
}

var sqliteUnavailable = map[int]bool{
	sqlite3.SQLITE_BUSY: true, sqlite3.SQLITE_LOCKED: true, sqlite3.SQLITE_FULL: true,
	sqlite3.SQLITE_IOERR: true, sqlite3.SQLITE_READONLY: true, sqlite3.SQLITE_CANTOPEN: true,
	sqlite3.SQLITE_NOMEM: true, sqlite3.SQLITE_PERM: true, sqlite3.SQLITE_PROTOCOL: true,
}

// Refusal tells whether err is a store's answer, and not the lack of one.
func Refusal(err error) bool {
	var reply redis.Error
	var my *mysql.MySQLError
	return errors.As(err, &reply) || errors.As(err, &my)
}

// refused tells a store that answered "not you" or "never like this" from one
// that is not ready: at start, waiting would not help.
func refused(err error) bool {
	return mysqlLasts(err) == forGood || slices.Contains(redisForGood, redisCode(err))
}

// redisForGood are Redis's refusals that time does not mend.
var redisForGood = []string{codeOther, "NOAUTH", "WRONGPASS", "NOPERM", "NOPROTO", "WRONGTYPE", "CROSSSLOT"}

const (
	codeOther       = "ERR" // Redis's own word for all that has no code
	codeMaxClients  = "MAXCLIENTS"
	codeClusterDown = "CLUSTERDOWN"
)

// redisCodeInside finds the code of a refusal inside a script, which Redis before
// version 7 puts in the middle of the text: "ERR Error running script (call to
// f_…): @user_script:1: -OOM command not allowed …".
var redisCodeInside = regexp.MustCompile(`: -?(OOM|READONLY|MISCONF|NOREPLICAS|NOPERM|CLUSTERDOWN|LOADING|BUSY|MASTERDOWN|` +
	`TRYAGAIN|MOVED|ASK|NOAUTH|WRONGTYPE|CROSSSLOT|NOSCRIPT|UNKILLABLE|EXECABORT) `)

// redisTexts are refusals that have no code of their own.
var redisTexts = []struct{ text, code string }{
	{"max number of clients", codeMaxClients},
	{"The user executing the script can't", "NOPERM"}, // Redis 6 and 7.0
	{"ACL failure in script", "NOPERM"},               // Redis 7.2
	{"while the cluster is down", codeClusterDown},
	{"non local key in a cluster node", "MOVED"},
	{"invalid password", "WRONGPASS"}, // Redis 5
	{"Authentication required", "NOAUTH"},
}

// redisCode gives the code of a refusal of Redis, "" where err is none.
func redisCode(err error) string {
	var reply redis.Error
	if !errors.As(err, &reply) || errors.Is(err, redis.Nil) || errors.Is(err, redis.TxFailedErr) {
		return ""
	}
	text := reply.Error()
	code, _, _ := strings.Cut(text, " ")
	if code != codeOther && code != "" && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return code
	}
	if inside := redisCodeInside.FindStringSubmatch(text); inside != nil {
		return inside[1]
	}
	for _, known := range redisTexts {
		if strings.Contains(text, known.text) {
			return known.code
		}
	}
	return codeOther
}

// PrimaryKey is what DuplicateKey answers for a primary key.
const PrimaryKey = "PRIMARY"

// IsDuplicate tells whether err is a row refused by a unique or primary key.
func IsDuplicate(err error) bool {
	if isMySQL(err, myDuplicate) {
		return true
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE ||
		lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// DuplicateKey names the column whose uniqueness refused the row ("login",
// "email"), PrimaryKey for a primary key, "" when err is no duplicate or names
// none. Both engines name the key in their message only; the code alone decides
// that it is a duplicate.
func DuplicateKey(err error) string {
	var my *mysql.MySQLError
	if errors.As(err, &my) && my.Number == myDuplicate {
		return mysqlKey(my.Message)
	}
	var lite *sqlite.Error
	if !errors.As(err, &lite) || !IsDuplicate(err) {
		return ""
	}
	if lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
		return PrimaryKey
	}
	return sqliteColumn(lite.Error())
}

// mysqlKey reads "Duplicate entry '…' for key 'uq_utilisateurs_login'" (MySQL 8
// writes "utilisateurs.uq_…") in whichever language of lc_messages: the key stands
// in the last quotes; those before hold a user's text.
func mysqlKey(msg string) string {
	end := strings.LastIndexByte(msg, '\'')
	begin := strings.LastIndexByte(msg[:max(end, 0)], '\'')
	if begin < 0 {
		return ""
	}
	key := msg[begin+1 : end]
	key = key[strings.LastIndexByte(key, '.')+1:]
	if name, ok := strings.CutPrefix(key, "uq_"); ok {
		if _, column, ok := strings.Cut(name, "_"); ok {
			return column // of uq_<table>_<column>; no table's name has a "_"
		}
	}
	return key
}

// sqliteColumn reads "… UNIQUE constraint failed: utilisateurs.login (2067)".
func sqliteColumn(msg string) string {
	const mark = "failed: "
	i := strings.LastIndex(msg, mark)
	if i < 0 {
		return ""
	}
	name, _, _ := strings.Cut(msg[i+len(mark):], " ")
	_, column, _ := strings.Cut(name, ".")
	return strings.TrimSuffix(column, ",")
}
