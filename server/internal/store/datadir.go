package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrDataLocked says that another process has the embedded stores open.
var ErrDataLocked = errors.New("le dossier ETU_DATA est déjà utilisé par un autre processus")

const lockFile = "etuservices.lock"

// dataDir is the embedded stores' folder, held by this process alone. The
// system lets go of it when the process dies, however it dies.
type dataDir struct {
	path string
	lock *os.File
}

// openDataDir creates the folder (0700) when it is missing and locks it;
// ErrDataLocked when another has it.
func openDataDir(path string) (*dataDir, error) {
	if path == "" {
		return nil, errors.New("ETU_DATA: no folder given for the embedded stores")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("ETU_DATA: %w", err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("ETU_DATA: %w", err)
	}
	lock, err := lockExclusive(filepath.Join(path, lockFile))
	if err != nil {
		return nil, fmt.Errorf("ETU_DATA %s: %w", path, err)
	}
	return &dataDir{path: path, lock: lock}, nil
}

func (d *dataDir) file(name string) string { return filepath.Join(d.path, name) }

// close frees the folder. The lock file stays: removing it would let two
// processes hold locks on two files of the same name.
func (d *dataDir) close() error { return unlock(d.lock) }

const redisPasswordFile = "redis.password"

// readOrMakePassword reads the embedded Redis's password, which a teacher's
// redis-cli uses too, or makes one. The file appears whole or not at all.
func readOrMakePassword(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		if password := strings.TrimSpace(string(text)); password != "" {
			return password, os.Chmod(path, 0o600)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("embedded Redis's password: %w", err)
	}
	password := rand.Text() // at least 128 bits: nobody guesses it
	if err := writeWhole(path, password+"\n"); err != nil {
		return "", fmt.Errorf("embedded Redis's password: %w", err)
	}
	return password, nil
}

// writeWhole writes a file of mode 0600 beside path and renames it over it.
func writeWhole(path, text string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
