// Package demo fills an empty house with a few students and some forty
// believable articles, so that `make run` has something to show. Its passwords
// are known to everybody: the settings refuse it on a public address.
package demo

import (
	"context"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

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
// are the demonstration's own and know it: where the accounts exist already nothing
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
