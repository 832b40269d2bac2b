package store

import (
	"errors"
	"os"
	"syscall"
)

// errSharing is Windows's ERROR_SHARING_VIOLATION.
const errSharing = syscall.Errno(32)

// lockExclusive opens path shared with nobody, which is Windows's lock;
// ErrDataLocked when another holds it.
func lockExclusive(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errSharing) {
		return nil, ErrDataLocked
	}
	if err != nil {
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// unlock frees the file.
func unlock(f *os.File) error { return f.Close() }
