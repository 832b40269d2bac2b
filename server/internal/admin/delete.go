package admin

import (
	"context"
	"database/sql"
	"fmt"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/ledger"
)

// Delete makes an account nobody's: its login and address are free again, its
// sales and calls stay in the ledger without a name, what it had for sale is
// withdrawn.
func (a *Admin) Delete(ctx context.Context, actor Actor, login, reason string) error {
	if err := a.Stores.Redis.Ping(ctx); err != nil {
		return fmt.Errorf("admin: delete: %w", err) // whoever takes the login next must find nothing there
	}
	var user ledger.User
	err := a.actAndRevoke(ctx, actor, login, action{action: accounts.ActionDelete, reason: reason, shuts: true}, reason,
		func(ctx context.Context, tx *sql.Tx, t target) error {
			user = t.Quota()
			return erase(ctx, tx, t)
		})
	if err != nil {
		return err
	}
	if err := a.Quota.Forget(ctx, user); err != nil {
		a.Log.Warn("compte supprimé, fenêtres restées dans Redis", "login", login, "erreur", err)
	}
	if err := a.Forget(ctx, login, accounts.Anonymous(user.ID)); err != nil {
		a.Log.Warn("compte supprimé, resté dans les tableaux", "login", login, "erreur", err)
	}
	return nil
}

func erase(ctx context.Context, tx *sql.Tx, t target) error {
	name := accounts.Anonymous(t.ID)
	for _, s := range []struct {
		query string
		args  []any
	}{
		{
			`UPDATE utilisateurs SET login = ?, email = ?, prenom = '', nom = '', mot_de_passe = '', role = ?, etat = ? WHERE id = ?`,
			[]any{name, name, string(accounts.Student), ledger.Deleted, t.ID},
		},
		{`UPDATE articles SET etat = 'retire' WHERE vendeur_id = ? AND etat = 'en_vente'`, []any{t.ID}},
		{`UPDATE connexions SET adresse = '' WHERE utilisateur_id = ?`, []any{t.ID}},
		{`DELETE FROM annonces WHERE vendeur_id = ?`, []any{t.ID}},
		{`DELETE FROM consignes WHERE utilisateur_id = ?`, []any{t.ID}},
		{`DELETE FROM refs WHERE utilisateur_id = ?`, []any{t.ID}},
	} {
		if _, err := tx.ExecContext(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}
