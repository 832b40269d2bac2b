package accounts

import (
	"context"
	"fmt"
	"time"

	"etuservices/server/store"
)

// upgradeTime is the most that a login waits for its hash to be made anew; the
// next one tries again.
const upgradeTime = time.Second

// upgrade gives an account a hash of today's cost: only a login has the
// password to make it of. It replaces nothing that changed meanwhile, and gives
// the hash that the account has then, as far as is known here.
func (a *Accounts) upgrade(ctx context.Context, login, password, old string) string {
	if !a.Hasher.Outdated(old) {
		return old
	}
	ctx, cancel := context.WithTimeout(ctx, upgradeTime)
	defer cancel()
	hash, err := a.replaceHash(ctx, login, password, old)
	if err != nil {
		a.Log.Warn("mot de passe haché à l'ancienne façon, jusqu'à la prochaine connexion",
			"login", login, "erreur", fmt.Errorf("accounts: upgrade: %w", store.Classify(err)))
		return old
	}
	return hash
}

func (a *Accounts) replaceHash(ctx context.Context, login, password, old string) (hash string, err error) {
	if hash, err = a.Hasher.Hash(ctx, password); err != nil {
		return "", err
	}
	done, err := a.Stores.SQL.Write.ExecContext(ctx,
		`UPDATE utilisateurs SET mot_de_passe = ? WHERE login = ? AND mot_de_passe = ?`, hash, login, old)
	if err != nil {
		return "", err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return old, err // somebody was first
	}
	return hash, nil
}
