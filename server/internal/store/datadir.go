package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
