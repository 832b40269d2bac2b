package store

import (
	"errors"
	"strings"

	"github.com/go-sql-driver/mysql"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

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
