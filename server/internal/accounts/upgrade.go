package accounts

import (
	"context"
	"fmt"
	"time"

	"etuservices/server/internal/store"
)

// upgradeTime is the most that a login waits for its hash to be made anew; the
// next one tries again.
const upgradeTime = time.Second

// upgrade gives an account a hash of today's cost, of the password as it is
// prepared today: only a login has the password to make it of. It replaces nothing that changed meanwhile, and gives
// the hash that the account has then, as far as is known here.
func (a *Accounts) upgrade(ctx context.Context, try *attempt, password, old string) string {
	ctx, cancel := context.WithTimeout(ctx, upgradeTime)
	defer cancel()
	hash, err := a.replaceHash(ctx, try, password, old)
	if err != nil {
		a.Log.Warn("mot de passe haché à l'ancienne façon, jusqu'à la prochaine connexion",
			"login", try.login, "erreur", fmt.Errorf("accounts: upgrade: %w", store.Classify(err)))
		return old
	}
	return hash
}

func (a *Accounts) replaceHash(ctx context.Context, try *attempt, password, old string) (hash string, err error) {
	if hash, err = a.Hash(ctx, try.network, password); err != nil {
		return "", err
	}
	done, err := a.Stores.SQL.Write.ExecContext(ctx,
		`UPDATE utilisateurs SET mot_de_passe = ? WHERE login = ? AND mot_de_passe = ?`, hash, try.login, old)
	if err != nil {
		return "", err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return old, err // somebody was first
	}
	return hash, nil
}
