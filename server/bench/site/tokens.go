package site

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"etuservices/server/internal/store"
)

// Tokens gives each of the users a session to resume: a login would make the
// cheap hash of everybody's password anew, at today's cost.
func (p *Place) Tokens(ctx context.Context, users []User) (tokens []string, err error) {
	now := store.At(time.Now())
	tokens = make([]string, len(users))
	err = p.insert(ctx, `INSERT INTO jetons (empreinte, utilisateur_id, depuis, dernier_usage) VALUES `, len(users),
		func(i int) []any {
			tokens[i] = rand.Text()
			sum := sha256.Sum256([]byte(tokens[i])) // as the server keeps it
			return []any{hex.EncodeToString(sum[:]), users[i].ID, now, now}
		})
	return tokens, err
}
