package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
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
		return fmt.Errorf("sauvegarde : %w", classify(err))
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

// asideForm names the store that a restoration puts aside, to the second.
const asideForm = "20060102-150405"

// Restore puts a backup in the place of a folder's embedded store, of which no
// server may be running, and keeps what was there beside it, under the name that
// it gives ("" when there was nothing). Nothing is changed unless the copy is
// whole. Errors: ErrDataLocked, ErrUnsound.
func Restore(ctx context.Context, dataDir, file string) (aside string, err error) {
	dir, err := openDataDir(dataDir)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, dir.close()) }()
	fresh := dir.file(SQLiteFile + ".nouveau")
	if err := copyFile(file, fresh); err != nil {
		return "", fmt.Errorf("restauration : %w", err)
	}
	if err := verifyBackup(ctx, fresh); err != nil {
		return "", errors.Join(err, os.Remove(fresh))
	}
	current := dir.file(SQLiteFile)
	if aside, err = setAside(ctx, current); err != nil {
		return "", fmt.Errorf("restauration : %w", errors.Join(err, os.Remove(fresh)))
	}
	if err := os.Rename(fresh, current); err != nil {
		return aside, fmt.Errorf("restauration : %w", err)
	}
	return aside, syncDir(dir.path)
}

// setAside renames a store, what its journal holds included.
func setAside(ctx context.Context, current string) (aside string, err error) {
	if _, err := os.Stat(current); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	// Best effort: a store too broken to be read is put aside as it is, its
	// journal beside it.
	if db, err := openSQLiteHandle(copyDSN(current, "rw"), 1); err == nil {
		_, _ = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		_ = db.Close()
	}
	aside = current + ".avant-" + time.Now().Format(asideForm)
	for n := 2; ; n++ {
		if _, err := os.Stat(aside); errors.Is(err, fs.ErrNotExist) {
			break
		}
		aside = fmt.Sprintf("%s.avant-%s-%d", current, time.Now().Format(asideForm), n)
	}
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(current+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return aside, nil
}

// copyFile writes to (mode 0600) and waits until it is on the disk.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}

// syncDir makes renames last over a power cut, where a folder can be synced.
func syncDir(path string) error {
	dir, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	_ = dir.Sync() // not on every system
	return dir.Close()
}
