package accounts

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"

	"etuservices/server/internal/store"
)

const (
	// secretRow of the table reglages holds the installation's secret.
	secretRow   = "secret_essais"
	secretBytes = 32
)

// secret is the installation's: all its servers count what was typed under the
// same keys, and nobody without it can try words against those.
type secret struct{ known atomic.Pointer[[]byte] }

// get gives the secret, which the first server makes. Errors: store.ErrUnavailable.
func (s *secret) get(ctx context.Context, db *store.SQL) ([]byte, error) {
	if key := s.known.Load(); key != nil {
		return *key, nil
	}
	text, err := readSecret(ctx, db)
	if errors.Is(err, sql.ErrNoRows) {
		var fresh [secretBytes]byte
		_, _ = rand.Read(fresh[:]) // never fails since Go 1.24
		_, err = db.Write.ExecContext(ctx, `INSERT INTO reglages (nom, valeur) VALUES (?, ?)`, secretRow, hex.EncodeToString(fresh[:]))
		if err == nil || store.IsDuplicate(err) { // another server was first
			text, err = readSecret(ctx, db)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("accounts: secret: %w", store.Classify(err))
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("accounts: secret: %w", err)
	}
	s.known.Store(&key)
	return key, nil
}

func readSecret(ctx context.Context, db *store.SQL) (text string, err error) {
	err = db.Write.QueryRowContext(ctx, `SELECT valeur FROM reglages WHERE nom = ?`, secretRow).Scan(&text)
	return text, err
}
