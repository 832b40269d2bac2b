package market

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/broken"
	"etuservices/server/internal/store"
)

// refLife is how long a ref is remembered (contract section 4).
const refLife = 24 * time.Hour

// replay gives the reply that a ref was given before. Errors: ErrRefReused,
// store.ErrUnavailable.
func (m *Market) replay(ctx context.Context, r countedCall) (line string, known bool, err error) {
	if r.ref == "" {
		return "", false, nil
	}
	var verb, print string
	err = m.Stores.SQL.Read.QueryRowContext(ctx, `
		SELECT verbe, empreinte, reponse FROM refs WHERE utilisateur_id = ? AND ref = ? AND expire_le > ?`,
		r.user.ID, r.ref, store.At(time.Now())).Scan(&verb, &print, &line)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("market: replay: %w", store.Classify(err))
	case verb != string(r.service) || print != r.argsHash:
		return "", false, ErrRefReused
	}
	return line, true, nil
}

// saveReply writes the reply of a repeatable call, in its own transaction. A twin
// that was committed meanwhile makes it fail as a duplicate.
func (m *Market) saveReply(ctx context.Context, tx *sql.Tx, r countedCall, reply string) error {
	if r.ref == "" || broken.RefTwice {
		return nil
	}
	now := time.Now()
	if _, err := tx.ExecContext(ctx, `DELETE FROM refs WHERE utilisateur_id = ? AND ref = ? AND expire_le <= ?`,
		r.user.ID, r.ref, store.At(now)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO refs (utilisateur_id, ref, verbe, empreinte, reponse, expire_le) VALUES (?, ?, ?, ?, ?, ?)`,
		r.user.ID, r.ref, string(r.service), r.argsHash, reply, store.At(now.Add(refLife)))
	return err
}

// hashArgs tells calls with other arguments apart.
func hashArgs(args ...any) string {
	h := sha256.New()
	for _, a := range args {
		s := fmt.Sprint(a)
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sweepBatch bounds what one cleaning takes, so that it never holds locks long.
const sweepBatch = 1000

// Sweep deletes the refs that ended.
func (m *Market) Sweep(ctx context.Context) error {
	_, err := m.Stores.SQL.DeleteSome(ctx, "refs", "utilisateur_id, ref", "expire_le <= ?", sweepBatch, store.At(time.Now()))
	return err
}
