package site

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/server/internal/market"
	"etuservices/server/internal/store"
)

const (
	// password is everybody's.
	password = "motdepasse"
	// insertBatch bounds one INSERT below MySQL's packet, and its locks.
	insertBatch = 500
)

// CheapHash makes a login cost next to nothing, for the measures that are not
// about it: argon2id reads its cost off the hash.
var CheapHash = argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// User is an account of the place.
type User struct {
	ID    int64
	Login string
}

// Fill opens n accounts with figures that differ, and puts an article up for
// sale for each.
func (p *Place) Fill(ctx context.Context, n int, cost argon2id.Params) error {
	hash, err := argon2id.CreateHash(password, &cost)
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	p.Password = password
	now := time.Now()
	p.Users = make([]User, n)
	err = p.insert(ctx, `INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe,
		nb_connexions, nb_ventes, nb_achats, derniere_connexion, cree_le) VALUES `, n, func(i int) []any {
		id := int64(i + 1)
		p.Users[i] = User{ID: id, Login: fmt.Sprintf("u%06d", id)}
		login := p.Users[i].Login
		return []any{
			id, login, login + "@univ.fr", "Camille", "Martin", hash, i % 50, i % 7, i % 11,
			store.At(now.Add(-time.Duration(i) * time.Minute)), store.At(now.Add(-24 * time.Hour)),
		}
	})
	if err != nil {
		return err
	}
	return p.publish(ctx, n, true)
}

// publish puts n more articles up for sale, with the words of their titles
// where they shall be found; their sellers are the last half of the users.
func (p *Place) publish(ctx context.Context, n int, words bool) error {
	var last int64 // whoever sold meanwhile
	if err := p.Stores.SQL.Read.QueryRowContext(ctx, `SELECT COALESCE(MAX(id), 0) FROM articles`).Scan(&last); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	from := last + 1
	sellers := p.Users[len(p.Users)/2:]
	now := store.At(time.Now())
	err := p.insert(ctx, `INSERT INTO articles (id, vendeur_id, categorie, prix_centimes, titre, publie_le) VALUES `, n,
		func(i int) []any {
			o := Offers[i%len(Offers)]
			return []any{from + int64(i), sellers[i%len(sellers)].ID, o.Category, o.Cents, o.Title, now}
		})
	if err != nil {
		return err
	}
	p.articles.next.Store(last)
	p.articles.last = last + int64(n)
	if !words {
		return nil
	}
	var rows [][]any
	for i := range n {
		for _, w := range market.Words(Offers[i%len(Offers)].Title) {
			rows = append(rows, []any{w, from + int64(i)})
		}
	}
	return p.insert(ctx, `INSERT INTO mots (mot, article_id) VALUES `, len(rows), func(i int) []any { return rows[i] })
}

func (p *Place) insert(ctx context.Context, into string, n int, row func(int) []any) error {
	for i := 0; i < n; {
		var args []any
		rows := 0
		for ; rows < insertBatch && i < n; rows, i = rows+1, i+1 {
			args = append(args, row(i)...)
		}
		marks := ", (" + strings.Repeat(", ?", len(args)/rows)[2:] + ")"
		if _, err := p.Stores.SQL.Write.ExecContext(ctx, into+strings.Repeat(marks, rows)[2:], args...); err != nil {
			return fmt.Errorf("site: %w", err)
		}
	}
	return nil
}

// stock is what is for sale: each article is given out once.
type stock struct {
	next atomic.Int64
	last int64
}

// Restock forgets what was not given out and puts n fresh articles up for sale,
// out of the search, for purchases by the first half of the users that all
// succeed. Nobody may be buying meanwhile.
func (p *Place) Restock(ctx context.Context, n int) error {
	return p.publish(ctx, n, false)
}

// Article gives an article that is for sale, or false where none is left.
func (p *Place) Article() (id int64, ok bool) {
	id = p.articles.next.Add(1)
	return id, id <= p.articles.last
}

// Hash gives the hash of everybody's password.
func (p *Place) Hash(ctx context.Context) (hash string, err error) {
	err = p.Stores.SQL.Read.QueryRowContext(ctx, `SELECT mot_de_passe FROM utilisateurs WHERE id = 1`).Scan(&hash)
	return hash, err
}
