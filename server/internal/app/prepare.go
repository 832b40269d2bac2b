package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/demo"
)

// Prepare does what must be done before clients connect: rows of older
// versions in today's form, the demonstration, the administrator of the settings.
func (a *App) Prepare(ctx context.Context) error {
	if err := errors.Join(a.Accounts.Normalize(ctx), a.Market.Refold(ctx)); err != nil {
		return err
	}
	if a.cfg.Demo {
		err := demo.Fill(ctx, a.Stores, a.Admin, a.Accounts, a.Market)
		if errors.Is(err, demo.ErrOthers) {
			return fmt.Errorf("%s contient d'autres comptes : la démonstration a un dossier à elle, donnez-en un vide ou aucun (ETU_DATA) : %w", a.cfg.Data, err)
		}
		if err != nil {
			return err
		}
	}
	if err := a.refuseKnownPasswords(ctx); err != nil {
		return err
	}
	if a.cfg.AdminLogin != "" {
		if err := a.ensureAdmin(ctx); err != nil {
			return fmt.Errorf("administrateur : %w", err)
		}
	}
	return nil
}

// errKnownPasswords is a public address in front of accounts whose passwords are
// published.
var errKnownPasswords = errors.New("mots de passe connus de tous")

// refuseKnownPasswords refuses a public address where the demonstration, or its
// administrator, stands behind it. For a student's account there is only a warning:
// anybody can register one, and must not be able to prevent a start.
func (a *App) refuseKnownPasswords(ctx context.Context) error {
	addr := a.cfg.PublicAddr()
	if addr == "" {
		return nil
	}
	marked, err := demo.Marked(ctx, a.Stores)
	if err != nil {
		return err
	}
	if marked {
		return fmt.Errorf("%w : %s est le dossier de la démonstration, qui refuse l'adresse publique %s ; donnez un autre ETU_DATA, ou une adresse locale",
			errKnownPasswords, a.cfg.Data, addr)
	}
	known, err := demo.Known(ctx, a.Stores)
	if err != nil {
		return err
	}
	if known.Admin {
		return fmt.Errorf("%w : l'administrateur %s a celui de la démonstration, et %s est une adresse publique ; changez-le : etuservices-server user passwd %s",
			errKnownPasswords, demo.AdminLogin, addr, demo.AdminLogin)
	}
	for _, login := range known.Logins {
		a.log.Warn("ce compte a le mot de passe de la démonstration, que tout le monde connaît", "login", login,
			"pour le changer", "etuservices-server user passwd "+login)
	}
	return nil
}

// ensureAdmin creates the administrator of the settings, or returns a message that
// says why not.
func (a *App) ensureAdmin(ctx context.Context) error {
	err := a.Admin.Ensure(ctx, a.cfg.AdminLogin, func() (string, error) {
		password, err := a.cfg.AdminsPassword()
		if err == nil && strings.TrimSpace(password) == "" {
			err = errors.New("ETU_ADMIN_PASSWORD n'a que des blancs ; donnez au moins un caractère visible")
		}
		if a.cfg.PublicAddr() != "" && a.cfg.AdminLogin == demo.AdminLogin && password == demo.Password {
			err = fmt.Errorf("%w : c'est celui de la démonstration, et %s est une adresse publique", errKnownPasswords, a.cfg.PublicAddr())
		}
		return password, err
	})
	var bad *accounts.Invalid
	switch {
	case errors.Is(err, admin.ErrStudent):
		return fmt.Errorf("%w (%s) ; rien n'est changé, choisissez un autre ETU_ADMIN_LOGIN", err, a.cfg.AdminLogin)
	case errors.As(err, &bad):
		return fmt.Errorf("ETU_ADMIN_PASSWORD : %w", err)
	}
	return err
}
