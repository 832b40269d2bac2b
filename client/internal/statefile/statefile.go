// Package statefile writes what the program keeps from one run to the next: files
// that only their owner can read, each replaced in one step.
package statefile

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Path is that of a server's file in a folder of dir; "" without dir: nothing is kept.
func Path(dir, folder, server, file string) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, folder, Name(server), file)
}

// Write puts a text into a file, and makes the folders above it.
func Write(path string, text []byte) error {
	if path == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return Replace(path, text, 0o600)
}

// Replace writes a file whole or not at all, whatever other runs of the program do.
func Replace(path string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600 by itself
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error is the one to tell
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Remove deletes a file; one that is not there is no error.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Name makes a file name of what people typed: readable where it is plain, a hash
// (behind "x-") where it could mean something to a file system.
func Name(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), ":", "_") // host:port; Windows knows no ":"
	plain := s != "" && s[0] != '.' && !strings.HasPrefix(s, "x-")
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune("._-@+", rune(c)) {
			plain = false
		}
	}
	const longest = 100 // bytes; file systems take 255
	if plain && len(s) <= longest {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "x-" + hex.EncodeToString(sum[:16])
}
