package site

import (
	"context"
	"errors"
	"fmt"
	"time"

	"etuservices/server/internal/store"
)

// FillEmbedded fills the embedded stores of a folder: n accounts, their
// articles, and rows of the ledger older than every window, half of them
// logins. The stores are closed again.
func FillEmbedded(ctx context.Context, dir string, n, rows int) (p *Place, err error) {
	p = &Place{}
	if p.Stores, err = store.Open(ctx, store.Options{DataDir: dir}); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	defer func() { err = errors.Join(err, p.Stores.Close()) }()
	if err := p.Fill(ctx, n, CheapHash); err != nil {
		return nil, err
	}
	from := time.Now().Add(-48 * time.Hour)
	at := func(i int) store.Instant { return store.At(from.Add(time.Duration(i) * time.Millisecond)) }
	err = p.insert(ctx, `INSERT INTO connexions (utilisateur_id, instant, adresse, serveur, creneau) VALUES `, rows/2,
		func(i int) []any { return []any{1 + i%n, at(i), "127.0.0.1", "banc", fmt.Sprintf("%016x", i)} })
	if err != nil {
		return nil, err
	}
	return p, p.insert(ctx, `INSERT INTO appels (utilisateur_id, service, resultat, instant, serveur, creneau) VALUES `, rows/2,
		func(i int) []any { return []any{1 + i%n, "vente", "ok", at(i), "banc", fmt.Sprintf("%016x", i)} })
}
