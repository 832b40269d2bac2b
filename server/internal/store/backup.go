package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
)

// ErrNoData is a folder without embedded stores to copy.
var ErrNoData = errors.New("pas de magasins embarqués dans ce dossier")

// Backup copies the embedded store of a folder into a new file, mode 0600,
// while a server runs on it or not: one transaction of a second connection,
// which needs no lock of the folder and keeps no writer waiting (WAL). Redis
// needs no copy, it is rebuilt. Errors: ErrNoData, fs.ErrExist.
func Backup(ctx context.Context, dataDir, file string) (err error) {
	source := filepath.Join(dataDir, SQLiteFile)
	if _, err := os.Stat(source); err != nil {
		return fmt.Errorf("%w : %w", ErrNoData, err)
	}
	// VACUUM INTO takes an empty file, whose mode is ours to choose.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("sauvegarde : %w", err)
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			_ = os.Remove(file) // half a copy is worse than none
		}
	}()
	db, err := openSQLiteHandle(copyDSN(source, "rw"), 1)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, file); err != nil {
		return fmt.Errorf("sauvegarde : %w", Classify(err))
	}
	if err := verifyBackup(ctx, file); err != nil {
		return err
	}
	return f.Sync()
}

// ErrUnsound is a file that is no whole copy of an embedded store.
var ErrUnsound = errors.New("ce fichier n'est pas une sauvegarde entière")

// verifyBackup checks a copy. It changes nothing.
func verifyBackup(ctx context.Context, file string) error {
	db, err := openSQLiteHandle(copyDSN(file, "ro"), 1)
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check`).Scan(&verdict); err != nil {
		return fmt.Errorf("%w : %s : %w", ErrUnsound, file, err)
	}
	if verdict != "ok" {
		return fmt.Errorf("%w : %s : %s", ErrUnsound, file, verdict)
	}
	var table string
	err = db.QueryRowContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'utilisateurs'`).Scan(&table)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w : %s : pas de table utilisateurs", ErrUnsound, file)
	}
	return err
}

// copyDSN leaves the journal's mode as the file has it.
func copyDSN(path, mode string) string {
	q := url.Values{"mode": {mode}, "_pragma": {"busy_timeout(" + strconv.FormatInt(SQLTimeout.Milliseconds(), 10) + ")"}}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}
