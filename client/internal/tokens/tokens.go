// Package tokens keeps the sessions of the program from one run to the next:
// a file for each server and login, readable by its owner only. It never sees
// a password.
package tokens

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	// Modes: a token is as good as a password for half an hour.
	dirMode  = 0o700
	fileMode = 0o600
	// suffix of a token's file; lastFile holds the login used last.
	suffix   = ".jeton"
	lastFile = "dernier"
	// maxFile bounds what is read, in bytes: a token or a login and a line end.
	maxFile = 1024
)

// Store is a folder, made at the first Save. Several runs of the program may
// use it at once: each file is replaced in one step.
type Store struct{ Dir string }

// Load gives the token kept for a login; "" is the last login used.
func (s Store) Load(server, login string) (token string, ok bool) {
	if login == "" {
		if login, ok = s.read(server, lastFile); !ok {
			return "", false
		}
	}
	return s.read(server, name(login)+suffix)
}

// Save keeps a token and makes its login the last one used.
func (s Store) Save(server, login, token string) error {
	if err := s.write(server, name(login)+suffix, token); err != nil {
		return err
	}
	return s.write(server, lastFile, login)
}

// Delete forgets the token of a login ("" is the last one used). It is no
// error when there is none.
func (s Store) Delete(server, login string) error {
	last, _ := s.read(server, lastFile)
	if login == "" {
		login = last
	}
	var err error
	if login == last {
		err = s.remove(server, lastFile)
	}
	return errors.Join(err, s.remove(server, name(login)+suffix))
}

// Forget forgets every login of a server.
func (s Store) Forget(server string) error {
	if err := os.RemoveAll(filepath.Join(s.Dir, name(server))); err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	return nil
}

// name makes a file name of what people typed: readable where it is plain,
// a hash (behind "x-") where it could mean something to a file system.
func name(s string) string {
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

func (s Store) path(server, file string) string { return filepath.Join(s.Dir, name(server), file) }

func (s Store) read(server, file string) (string, bool) {
	b, err := os.ReadFile(s.path(server, file))
	if err != nil || len(b) > maxFile {
		return "", false // as good as none: the user is asked for the password
	}
	v := strings.TrimSpace(string(b))
	return v, v != ""
}

func (s Store) write(server, file, value string) (err error) {
	path := s.path(server, file)
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), file+".*") // mode 0600 by itself
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the first error is the one to tell
		}
	}()
	_, err = f.WriteString(value + "\n")
	err = errors.Join(err, f.Chmod(fileMode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	return nil
}

func (s Store) remove(server, file string) error {
	if err := os.Remove(s.path(server, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("tokens: %w", err)
	}
	return nil
}
