package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// Finding is one thing that Diagnose looked at, in French.
type Finding struct {
	OK bool
	// What was looked at and found; Advice is what to do where it is not well.
	What, Advice string
}

// spareConns of a MySQL server beside a process's pool: its probe, a second
// process during a restart, an administrator at the prompt.
const spareConns = 10

// fullMemory is how much of its memory Redis may use before it is said.
const fullMemory = 0.9

// Diagnose looks whether the stores of o can do our work: it writes and rolls
// back, checks rights, read-only, disk, memory and connections. It creates
// nothing, neither a database nor a folder, and waits for no store longer than
// ctx lasts. A server may be running on them.
func Diagnose(ctx context.Context, o Options) []Finding {
	d := &diagnosis{}
	switch {
	case (o.MySQLDSN == "") != (o.RedisURL == ""):
		d.bad("magasins", ErrHalfConfigured.Error())
	case o.MySQLDSN == "":
		d.embedded(ctx, o.DataDir)
	default:
		d.mysql(ctx, o.MySQLDSN)
		d.redis(ctx, o.RedisURL)
	}
	return d.found
}

type diagnosis struct{ found []Finding }

func (d *diagnosis) well(what string) { d.found = append(d.found, Finding{OK: true, What: what}) }
func (d *diagnosis) bad(what, advice string) {
	d.found = append(d.found, Finding{What: what, Advice: advice})
}

// judge adds what was looked at, or why it failed. It tells whether it is well.
func (d *diagnosis) judge(what string, err error) bool {
	if err == nil {
		d.well(what)
		return true
	}
	cause, advice := Explain(err)
	d.bad(what+" : "+cause, advice)
	return false
}

func (d *diagnosis) mysql(ctx context.Context, dsn string) {
	cfg, err := mysqlConfig(dsn)
	if err != nil {
		d.bad(err.Error(), "corrigez ETU_MYSQL_DSN (user:motdepasse@tcp(hôte:3306)/base)")
		return
	}
	db, err := openHandle(cfg)
	if err != nil {
		d.bad(err.Error(), "corrigez ETU_MYSQL_DSN")
		return
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var version string
	var most int
	err = db.QueryRowContext(ctx, `SELECT VERSION(), @@max_connections`).Scan(&version, &most)
	if isMySQL(err, myUnknownDatabase) {
		d.well("MySQL répond ; la base " + cfg.DBName + " n'existe pas encore, le premier démarrage la crée")
		return
	}
	if !d.judge("MySQL "+version, err) {
		return
	}
	if need := mysqlConnsPerCPU*runtime.GOMAXPROCS(0) + spareConns; most < need {
		d.bad(fmt.Sprintf("MySQL : max_connections = %d", most), fmt.Sprintf("SET GLOBAL max_connections = %d au moins, pour chaque serveur", need))
	} else {
		d.well(fmt.Sprintf("MySQL : max_connections = %d", most))
	}
	d.tables(ctx, db, "MySQL")
}

// tables looks at the tables' version and writes, to roll back.
func (d *diagnosis) tables(ctx context.Context, db *sql.DB, name string) {
	var version int
	err := db.QueryRowContext(ctx, `SELECT version FROM schema_migrations`).Scan(&version)
	switch {
	case errors.Is(err, sql.ErrNoRows), isMySQL(err, myNoTable), err != nil && strings.Contains(err.Error(), "no such table"):
		d.well(name + " : pas encore de tables, le premier démarrage les crée")
		return
	case err != nil:
		d.judge(name+" : tables", err)
		return
	case version > lastMigration():
		d.bad(fmt.Sprintf("%s : tables en version %d, ce programme en connaît %d", name, version, lastMigration()),
			"démarrez une version plus récente du serveur, ou restaurez une sauvegarde de cette version-ci")
		return
	case version < lastMigration():
		d.well(fmt.Sprintf("%s : tables en version %d, le prochain démarrage les mène à %d", name, version, lastMigration()))
		return
	}
	d.well(fmt.Sprintf("%s : tables en version %d", name, version))
	d.judge(name+" : écriture d'essai, annulée", writeInVain(ctx, db))
}

// writeInVain writes what the probe writes, and asks for the rights to change and
// to delete, in a transaction that it rolls back.
func writeInVain(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	statements := writeStatements()
	for _, table := range Tables() {
		statements = append(statements[:len(statements):len(statements)], "DELETE FROM "+table+" WHERE 1 = 0")
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func (d *diagnosis) redis(ctx context.Context, url string) {
	r, err := openRedis(url)
	if err != nil {
		d.bad(err.Error(), "corrigez ETU_REDIS_URL")
		return
	}
	defer func() { _ = r.close() }()
	if !d.judge("Redis répond", r.Ping(ctx)) {
		return
	}
	d.judge("Redis : écriture d'essai, effacée", errors.Join(r.writeProbe(ctx), r.DB0.Del(ctx, probeKey).Err(), r.DB1.Del(ctx, probeKey).Err()))
	info, err := r.DB0.Info(ctx, "memory").Result()
	if err != nil {
		return // a hosted Redis may not say
	}
	used, most := infoNumber(info, "used_memory"), infoNumber(info, "maxmemory")
	what := fmt.Sprintf("Redis : mémoire %.0f Mo sur %.0f (0 : sans limite)", used/(1<<20), most/(1<<20))
	if most > 0 && used > fullMemory*most {
		d.bad(what, "augmentez maxmemory (CONFIG SET maxmemory 256mb)")
		return
	}
	d.well(what)
}

func infoNumber(info, name string) float64 {
	for line := range strings.Lines(info) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			n, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return n
		}
	}
	return 0
}

func (d *diagnosis) embedded(ctx context.Context, path string) {
	file := filepath.Join(path, SQLiteFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		d.well("magasins embarqués : rien encore dans " + path + ", le premier démarrage y crée ce qu'il faut")
		return
	} else if !d.judge("magasins embarqués : "+path, err) {
		return
	}
	if !d.judge("ETU_DATA : place sur le disque", (&dataDir{path: path}).writeProbe()) {
		return
	}
	db, err := openSQLiteHandle(copyDSN(file, "rw")+"&_txlock=immediate", 1)
	if !d.judge("SQLite", err) {
		return
	}
	defer db.Close()
	d.tables(ctx, db, "SQLite")
}

var migrationNumber = regexp.MustCompile(`^(\d+)_`)

// lastMigration is the newest version of the tables that this program knows.
func lastMigration() (last int) {
	files, _ := migrations.ReadDir("migrations/mysql")
	for _, file := range files {
		if found := migrationNumber.FindStringSubmatch(file.Name()); found != nil {
			n, _ := strconv.Atoi(found[1])
			last = max(last, n)
		}
	}
	return last
}
