// Package demo fills empty stores with a few students and some forty
// believable articles, so that `make run` has something to show. Its passwords
// are known to everybody: the settings refuse it on a public address.
package demo

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/market"
	"etuservices/server/internal/store"
)

// Password is everybody's.
const Password = "motdepasse"

// AdminLogin is the demonstration's administrator.
const AdminLogin = "admin"

//go:embed articles.csv
var articlesCSV string

// spacing puts the articles some time apart, as real ones are.
const spacing = 37 * time.Minute

var students = []accounts.User{
	{Login: "alice", FirstName: "Alice", LastName: "Martin"},
	{Login: "bob", FirstName: "Bob", LastName: "Durand"},
	{Login: "chloe", FirstName: "Chloé", LastName: "Lefèvre"},
	{Login: "david", FirstName: "David", LastName: "N'Guyen"},
	{Login: "emma", FirstName: "Emma", LastName: "de La Tour"},
}

// ErrOthers is a folder that holds accounts which are not the demonstration's.
var ErrOthers = errors.New("ces magasins ont d'autres comptes")

// Fill opens the accounts and puts the articles up for sale, once, in stores that
// are marked as the demonstration's own: where the accounts exist already nothing
// happens, where others do it is ErrOthers.
func Fill(ctx context.Context, stores *store.Stores, admins *admin.Admin, a *accounts.Accounts, m *market.Market) error {
	if err := claim(ctx, stores); err != nil {
		return err
	}
	if err := admins.Ensure(ctx, AdminLogin, func() (string, error) { return Password, nil }); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	var sellers []accounts.User
	for _, u := range students {
		u.Email, u.Role = u.Login+"@etu.univ-exemple.fr", accounts.Student
		user, err := a.Create(ctx, accounts.Registration{User: u, Password: Password})
		var taken *accounts.Taken
		if errors.As(err, &taken) {
			continue
		}
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		sellers = append(sellers, user)
	}
	if len(sellers) < len(students) {
		return nil
	}
	return stock(ctx, m, sellers)
}

func stock(ctx context.Context, m *market.Market, sellers []accounts.User) error {
	reader := csv.NewReader(strings.NewReader(articlesCSV))
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		return fmt.Errorf("demo: articles.csv: %w", err)
	}
	for i, row := range rows {
		cents, err := protocol.ParsePrice(row[1])
		if err != nil {
			return fmt.Errorf("demo: articles.csv: %q: %w", row[1], err)
		}
		offer := market.Listing{Category: row[0], Cents: cents, Title: row[2], Description: row[3]}
		at := store.At(time.Now().Add(-spacing * time.Duration(len(rows)-i)))
		if err := m.Seed(ctx, sellers[i%len(sellers)].Quota(), offer, at); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

// Help says what to type, for whoever starts the demonstration.
func Help(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	logins := make([]string, len(students))
	for i, s := range students {
		logins[i] = s.Login
	}
	return fmt.Sprintf(`
  Comptes de démonstration : %s, et %s (administrateur).
  Leur mot de passe à tous : %s

  Dans un autre terminal :   nc %s %s
  puis, par exemple :        AUTH alice %s
                             ARTICLES q=matrix
                             VENTE livre 4.50 Les Misérables
                             STATS
                             AIDE
  Ctrl+C arrête le serveur ; tout est gardé.

`, strings.Join(logins, ", "), AdminLogin, Password, host, port, Password)
}

// mark is the row of the table reglages by which stores know that they are the
// demonstration's.
const mark = "demonstration"

// Marked says whether these stores are the demonstration's.
func Marked(ctx context.Context, stores *store.Stores) (bool, error) {
	value, err := stores.SQL.Setting(ctx, mark)
	if err != nil {
		return false, fmt.Errorf("demo: %w", err)
	}
	return value != "", nil
}

// claim marks stores that are empty, or that a demonstration filled before there
// was a mark.
func claim(ctx context.Context, stores *store.Stores) error {
	marked, err := Marked(ctx, stores)
	if marked || err != nil {
		return err
	}
	var accountsThere int
	if err := stores.SQL.Read.QueryRow(ctx, `SELECT COUNT(*) FROM utilisateurs`).Scan(&accountsThere); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if accountsThere > 0 {
		known, err := Known(ctx, stores)
		if err != nil {
			return err
		}
		if !known.Admin {
			return ErrOthers
		}
	}
	_, err = stores.SQL.AddSetting(ctx, mark, "oui")
	return err
}

// KnownAccounts are those of the demonstration's accounts that still have its
// password, which everybody knows.
type KnownAccounts struct {
	Logins []string
	Admin  bool // its administrator is one of them
}

// Known finds the demonstration's accounts that still have its password. It compares one
// hash for each login of the demonstration that exists, and no others.
func Known(ctx context.Context, stores *store.Stores) (KnownAccounts, error) {
	logins := []string{AdminLogin}
	for _, s := range students {
		logins = append(logins, s.Login)
	}
	in, args := store.InClause(logins)
	var known KnownAccounts
	err := stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var login, role, hash string
		if err := rows.Scan(&login, &role, &hash); err != nil {
			return err
		}
		// A hash that cannot be read lets nobody in.
		if ok, err := argon2id.ComparePasswordAndHash(Password, hash); err == nil && ok {
			known.Logins = append(known.Logins, login)
			known.Admin = known.Admin || accounts.Role(role) == accounts.Admin
		}
		return nil
	}, `SELECT login, role, mot_de_passe FROM utilisateurs WHERE login `+in+` ORDER BY login`, args...)
	if err != nil {
		return KnownAccounts{}, fmt.Errorf("demo: %w", err)
	}
	return known, nil
}
