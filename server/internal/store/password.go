package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	redisPasswordFile = "redis.password"
	// redisPasswordBytes of chance: nobody guesses 128 bits.
	redisPasswordBytes = 16
)

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
	raw := make([]byte, redisPasswordBytes)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("embedded Redis's password: %w", err)
	}
	password := hex.EncodeToString(raw)
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
