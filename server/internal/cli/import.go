package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
)

// RosterError is a file of accounts that opens none: what is wrong with which lines.
type RosterError struct{ problems []problem }

func (e *RosterError) Error() string {
	var text strings.Builder
	fmt.Fprint(&text, "aucun compte n'est ouvert ; à corriger :")
	for _, p := range e.problems {
		fmt.Fprintf(&text, "\n  ligne %d : %s", p.line, p.text)
	}
	return text.String()
}

var (
	errEmptyRoster = errors.New("ce fichier ne nomme personne")
	errLongRoster  = fmt.Errorf("ce fichier nomme plus de %d personnes : partagez-le en plusieurs", maxRoster)
)

// importRoster opens the accounts of a CSV file, and prints their passwords.
func importRoster(ctx context.Context, t *Tool, _ []string) error {
	text, err := t.Input()
	if err != nil {
		return err
	}
	people, problems := parseRoster(text)
	switch {
	case len(people)+len(problems) == 0:
		return errEmptyRoster
	case len(people) > maxRoster:
		return errLongRoster
	}
	list, more, err := registrations(ctx, t.Admin.Accounts, people)
	if err != nil {
		return err
	}
	if problems = append(problems, more...); len(problems) > 0 {
		slices.SortStableFunc(problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
		return &RosterError{problems}
	}
	if err := t.Admin.AddAll(ctx, admin.CLIActor, list); err != nil {
		return t.done(err, "", "")
	}
	out := csv.NewWriter(t)
	_ = out.Write([]string{"login", "email", "motdepasse"})
	for _, r := range list {
		_ = out.Write(harmless([]string{r.Login, r.Email, r.Password}))
	}
	out.Flush()
	return out.Error()
}

// registrations gives the accounts of a roster, each with a password, or what is wrong
// with it.
func registrations(ctx context.Context, a *accounts.Accounts, people []person) (list []accounts.Registration, problems []problem, err error) {
	given := map[string]int{} // logins of this file: the line
	users := make([]accounts.User, len(people))
	var emails, logins []string
	for i, p := range people {
		login := p.login
		if login == "" {
			login = "sans-login" // judged once it is made
		}
		user, err := accounts.ValidateUser(login, p.email, p.firstName, p.lastName, accounts.Student)
		if err != nil {
			problems = append(problems, problem{p.line, err.Error()})
			continue
		}
		if p.login == "" {
			user.Login = ""
		} else if line, twice := given[user.Login]; twice {
			problems = append(problems, problem{p.line, fmt.Sprintf("le login %s est déjà celui de la ligne %d", user.Login, line)})
			continue
		} else {
			given[user.Login] = p.line
			logins = append(logins, user.Login)
		}
		users[i] = user
		emails = append(emails, user.Email)
	}
	takenEmails, err := a.TakenAmong(ctx, "email", emails)
	if err != nil {
		return nil, nil, err
	}
	takenLogins, err := a.TakenAmong(ctx, "login", logins)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]int{} // addresses
	for i, p := range people {
		user := users[i]
		if user.Email == "" { // refused above
			continue
		}
		line, twice := seen[user.Email]
		seen[user.Email] = p.line
		switch {
		case twice:
			problems = append(problems, problem{p.line, fmt.Sprintf("l'adresse %s est déjà celle de la ligne %d", user.Email, line)})
			continue
		case takenEmails[user.Email]:
			problems = append(problems, problem{p.line, "l'adresse " + user.Email + " est déjà celle d'un compte"})
			continue
		case takenLogins[user.Login]:
			problems = append(problems, problem{p.line, "le login " + user.Login + " est déjà pris"})
			continue
		case user.Login == "":
			if user.Login, err = freeLogin(ctx, a, p, given); err != nil {
				return nil, nil, err
			}
			if user.Login == "" {
				problems = append(problems, problem{p.line, "aucun login ne se tire de ce nom : donnez-en un dans une quatrième colonne"})
				continue
			}
			given[user.Login] = p.line
		}
		list = append(list, accounts.Registration{User: user, Password: newReadablePassword()})
	}
	return list, problems, nil
}

// freeLogin makes a login that neither the file nor an account has.
func freeLogin(ctx context.Context, a *accounts.Accounts, p person, given map[string]int) (string, error) {
	var failed error
	login := loginFor(p, func(login string) bool {
		if _, taken := given[login]; taken || failed != nil {
			return failed == nil
		}
		taken, err := a.TakenAmong(ctx, "login", []string{login})
		failed = err
		return taken[login]
	})
	return login, failed
}

// readable are letters and digits that nobody takes for another: 32 of them, so that
// each says five bits.
const readable = "abcdefghijkmnpqrstuvwxyz23456789"

// newReadablePassword gives a password of 12 characters, 60 random bits.
func newReadablePassword() string {
	password := make([]byte, 12)
	_, _ = rand.Read(password) // never fails since Go 1.24
	for i, b := range password {
		password[i] = readable[int(b)%len(readable)]
	}
	return string(password)
}

// harmless makes fields that a spreadsheet would take for formulas plain text, with
// the apostrophe that it does not show.
func harmless(fields []string) []string {
	for i, field := range fields {
		if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
			fields[i] = "'" + field
		}
	}
	return fields
}
