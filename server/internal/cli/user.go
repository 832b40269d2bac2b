package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
)

// errValue is a value out of its bounds.
var errValue = errors.New("valeur refusée")

func loginOf(s string) (string, error) {
	login, ok := protocol.ParseLogin(s)
	if !ok {
		return "", fmt.Errorf("%w : %q n'est pas un login", errValue, s)
	}
	return login, nil
}

func roleOf(s string) (accounts.Role, error) {
	role := accounts.Role(s)
	if role != accounts.Admin && role != accounts.Student {
		return "", fmt.Errorf("%w : le rôle est etudiant ou admin", errValue)
	}
	return role, nil
}

func reasonOf(words []string) (string, error) {
	reason := strings.Join(words, " ")
	if !protocol.ValidReason(reason) {
		return "", fmt.Errorf("%w : une raison a de 1 à %d caractères", errValue, protocol.MaxReason)
	}
	return reason, nil
}

func (t *Tool) newPassword() (string, error) {
	password, err := t.Password()
	if err == nil {
		err = judged(accounts.ValidatePassword(password))
	}
	return password, err
}

// judged says in words what is wrong with a value.
func judged(err error) error {
	var bad *accounts.Invalid
	if errors.As(err, &bad) {
		return fmt.Errorf("%w : %s", errValue, bad.Text)
	}
	return err
}

func add(ctx context.Context, t *Tool, args []string) error {
	role := accounts.Student
	var err error
	if len(args) == 5 {
		if role, err = roleOf(args[4]); err != nil {
			return err
		}
	}
	user, err := accounts.ValidateUser(args[0], args[1], args[2], args[3], role)
	if err != nil {
		return judged(err)
	}
	password, err := t.newPassword()
	if err != nil {
		return err
	}
	err = t.Admin.Add(ctx, admin.CLIActor, accounts.Registration{User: user, Password: password})
	return t.done(err, user.Login, "compte ouvert")
}

// onAccount reads a login, calls do with it, and says what was done, or why not.
func (t *Tool) onAccount(arg, what string, do func(login string) error) error {
	login, err := loginOf(arg)
	if err != nil {
		return err
	}
	return t.done(do(login), login, what)
}

func passwd(ctx context.Context, t *Tool, args []string) error {
	return t.onAccount(args[0], "mot de passe donné, à changer à la prochaine connexion", func(login string) error {
		password, err := t.newPassword()
		if err != nil {
			return err
		}
		return t.Admin.SetPassword(ctx, admin.CLIActor, login, password)
	})
}

func block(ctx context.Context, t *Tool, args []string) error {
	return t.onAccount(args[0], "compte bloqué, sessions fermées", func(login string) error {
		reason, err := reasonOf(args[1:])
		if err != nil {
			return err
		}
		return t.Admin.Block(ctx, admin.CLIActor, login, reason)
	})
}

func unblock(ctx context.Context, t *Tool, args []string) error {
	return t.onAccount(args[0], "compte rouvert", func(login string) error {
		return t.Admin.Unblock(ctx, admin.CLIActor, login)
	})
}

func raz(ctx context.Context, t *Tool, args []string) error {
	return t.onAccount(args[0], "les deux quotas repartent de zéro", func(login string) error {
		return t.Admin.Reset(ctx, admin.CLIActor, login)
	})
}

func role(ctx context.Context, t *Tool, args []string) error {
	return t.onAccount(args[0], "rôle "+args[1]+", sessions fermées", func(login string) error {
		role, err := roleOf(args[1])
		if err != nil {
			return err
		}
		return t.Admin.SetRole(ctx, admin.CLIActor, login, role)
	})
}

func remove(ctx context.Context, t *Tool, args []string) error {
	return t.onAccount(args[0], "compte supprimé", func(login string) error {
		reason := protocol.SaidDeleted
		if len(args) > 1 {
			var err error
			if reason, err = reasonOf(args[1:]); err != nil {
				return err
			}
		}
		return t.Admin.Delete(ctx, admin.CLIActor, login, reason)
	})
}

func show(ctx context.Context, t *Tool, args []string) error {
	login, err := loginOf(args[0])
	if err != nil {
		return err
	}
	p, err := t.Admin.Profile(ctx, login)
	if err != nil {
		return t.done(err, login, "")
	}
	table := tabwriter.NewWriter(t, 0, 0, 2, ' ', 0)
	for _, line := range [][]string{
		{"login", p.Login},
		{"prénom, nom", p.FirstName + " " + p.LastName},
		{"e-mail", p.Email},
		{"rôle, état", string(p.Role) + ", " + p.State},
		{"ouvert le", p.Created.Format(time.RFC3339)},
	} {
		fmt.Fprintln(table, strings.Join(line, "\t"))
	}
	if p.Shut.By != "" {
		fmt.Fprintf(table, "%s\t%s par %s : %s\n", p.State, p.Shut.At.Format(time.RFC3339), p.Shut.By, p.Shut.Reason)
	}
	if !p.Shut.Until.IsZero() {
		fmt.Fprintf(table, "jusqu'au\t%s\n", p.Shut.Until.Format(time.RFC3339))
	}
	for _, e := range p.Logins {
		fmt.Fprintf(table, "connexion\t%s\t%s\t%s\n", e.At.Format(time.RFC3339), e.Address, e.Instance)
	}
	for _, e := range p.Calls {
		fmt.Fprintf(table, "%s\t%s\tarticle %d : %s\t%s\n", e.Service, e.At.Format(time.RFC3339), e.Article, e.Result, e.Instance)
	}
	return table.Flush()
}

func list(ctx context.Context, t *Tool, args []string) error {
	table := tabwriter.NewWriter(t, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "LOGIN\tPRÉNOM\tNOM\tE-MAIL\tRÔLE\tÉTAT")
	for after := ""; ; {
		page, err := t.Admin.List(ctx, strings.Join(args, " "), after, protocol.MaxPage)
		if err != nil {
			return err
		}
		for _, a := range page.Accounts {
			fmt.Fprintln(table, strings.Join([]string{a.Login, a.FirstName, a.LastName, a.Email, string(a.Role), a.State}, "\t"))
		}
		if after = page.Next; after == "" {
			return table.Flush()
		}
	}
}

// done says what was done, or why not, in words.
func (t *Tool) done(err error, login, what string) error {
	var taken *accounts.Taken
	switch {
	case errors.Is(err, admin.ErrAbsent):
		return fmt.Errorf("%w : personne ne s'appelle %s", err, login)
	case errors.Is(err, admin.ErrLastAdmin):
		return fmt.Errorf("%w : il ne resterait personne pour administrer", err)
	case errors.As(err, &taken):
		return fmt.Errorf("%w : déjà pris (%s)", err, taken.Field)
	case err != nil:
		return err
	}
	fmt.Fprintf(t, "%s : %s\n", login, what)
	return nil
}
