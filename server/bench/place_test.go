package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/load"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/market"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

const (
	// password is everybody's.
	password = "motdepasse"
	// insertBatch bounds one INSERT below MySQL's packet, and its locks.
	insertBatch = 500
	// unlimited is a quota that refuses nobody.
	unlimited = 1_000_000
)

// The quota's window is the true one where nothing is counted; where calls are,
// it is so short that some ten of them stand in it, as for real users, though each
// connection makes dozens a second.
var (
	readRule = ledger.Rule{Max: unlimited, Window: 10 * time.Minute}
	callRule = ledger.Rule{Max: unlimited, Window: 500 * time.Millisecond}
)

// cheapHash makes the first login of an account cost little: argon2id reads its
// cost off the hash. The server then makes the hash anew at its own cost.
var cheapHash = argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// place is a pair of stores that are filled for a measure.
type place struct {
	env    *testenv.Env
	stores *store.Stores // of this process
	users  []bare.User

	nextArticle, lastArticle atomic.Int64 // what nobody bought yet
}

// newPlace fills the stores of env with n accounts whose figures differ, and an
// article for sale for each.
func newPlace(t testing.TB, env *testenv.Env, n int) *place {
	t.Helper()
	hash, err := argon2id.CreateHash(password, &cheapHash)
	check(t, err)
	p := &place{env: env, stores: env.Open(t), users: make([]bare.User, n)}
	now := time.Now()
	p.insert(t, `INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe,
		nb_connexions, nb_ventes, nb_achats, derniere_connexion, cree_le) VALUES `, n, func(i int) []any {
		u := bare.NewUser(int64(i+1), fmt.Sprintf("u%06d", i+1))
		p.users[i] = u
		return []any{
			u.ID, u.Login, u.Login + "@univ.fr", "Camille", "Martin", hash, 1 + i%50, i % 7, i % 11,
			store.At(now.Add(-time.Duration(i) * time.Minute)), store.At(now.Add(-24 * time.Hour)),
		}
	})
	p.restock(t, n)
	var rows [][]any
	for i := range n {
		for _, w := range market.Words(offers[i%len(offers)].Title) {
			rows = append(rows, []any{w, i + 1})
		}
	}
	p.insert(t, `INSERT INTO mots (mot, article_id) VALUES `, len(rows), func(i int) []any { return rows[i] })
	return p
}

// restock puts n more articles up for sale, out of the search; their sellers are
// the last half of the users, so that the first half may buy.
func (p *place) restock(t testing.TB, n int) {
	t.Helper()
	var last int64
	check(t, p.stores.SQL.Read.QueryRow(t.Context(), `SELECT COALESCE(MAX(id), 0) FROM articles`).Scan(&last))
	sellers, now := p.users[len(p.users)/2:], store.At(time.Now())
	p.insert(t, `INSERT INTO articles (id, vendeur_id, categorie, prix_centimes, titre, publie_le) VALUES `, n,
		func(i int) []any {
			o := offers[i%len(offers)]
			return []any{last + 1 + int64(i), sellers[i%len(sellers)].ID, o.Category, o.Cents, o.Title, now}
		})
	p.nextArticle.Store(last)
	p.lastArticle.Store(last + int64(n))
}

// article gives one that is for sale; load.ErrDone where none is left.
func (p *place) article() (int64, error) {
	if id := p.nextArticle.Add(1); id <= p.lastArticle.Load() {
		return id, nil
	}
	return 0, load.ErrDone
}

// tokens gives each of the users a session to resume.
func (p *place) tokens(t testing.TB, users []bare.User) []string {
	t.Helper()
	tokens, now := make([]string, len(users)), store.At(time.Now())
	p.insert(t, `INSERT INTO jetons (empreinte, utilisateur_id, depuis, dernier_usage) VALUES `, len(users),
		func(i int) []any {
			tokens[i] = rand.Text()
			sum := sha256.Sum256([]byte(tokens[i])) // as the server keeps it
			return []any{hex.EncodeToString(sum[:]), users[i].ID, now, now}
		})
	return tokens
}

// addLedger adds rows older than every window, half of them logins.
func (p *place) addLedger(t testing.TB, rows int) {
	t.Helper()
	from, n := time.Now().Add(-48*time.Hour), len(p.users)
	at := func(i int) store.Instant { return store.At(from.Add(time.Duration(i) * time.Millisecond)) }
	p.insert(t, `INSERT INTO connexions (utilisateur_id, instant, adresse, serveur, creneau) VALUES `, rows/2,
		func(i int) []any { return []any{1 + i%n, at(i), "127.0.0.1", "banc", fmt.Sprintf("%016x", i)} })
	p.insert(t, `INSERT INTO appels (utilisateur_id, service, resultat, instant, serveur, creneau) VALUES `, rows/2,
		func(i int) []any { return []any{1 + i%n, "vente", "ok", at(i), "banc", fmt.Sprintf("%016x", i)} })
}

func (p *place) insert(t testing.TB, into string, n int, row func(int) []any) {
	t.Helper()
	for i := 0; i < n; {
		var args []any
		rows := 0
		for ; rows < insertBatch && i < n; rows, i = rows+1, i+1 {
			args = append(args, row(i)...)
		}
		marks := ", (" + strings.Repeat(", ?", len(args)/rows)[2:] + ")"
		_, err := p.stores.SQL.Write.Exec(t.Context(), into+strings.Repeat(marks, rows)[2:], args...)
		check(t, err)
	}
}

// startServer starts the built server on the stores, where others may run.
// Nothing but the quota's rule and what would slow a load test down differs from
// its defaults.
func startServer(t testing.TB, env *testenv.Env, rule ledger.Rule, variables ...string) *testenv.Process {
	t.Helper()
	p := testenv.NewProgram(t, serverProgram(t), append([]string{
		"ETU_MYSQL_DSN=" + env.MySQLDSN, "ETU_REDIS_URL=" + env.RedisURL, "ETU_DATA=" + env.DataDir,
		"ETU_INSTANCE=banc-" + rand.Text()[:8],
		"ETU_QUOTA_MAX=" + strconv.Itoa(rule.Max), "ETU_QUOTA_WINDOW=" + rule.Window.String(),
		"ETU_FLOOD_RATE=0", "ETU_DRAIN_TIME=0s",
	}, variables...), "--addr", "127.0.0.1:0")
	p.Start(t)
	return p
}

// startBare starts the bare drivers behind the bare line server, in a process of
// their own as the server has one.
func (p *place) startBare(t testing.TB, rule ledger.Rule, grouped string) *testenv.Process {
	t.Helper()
	self, err := os.Executable()
	check(t, err)
	program := testenv.NewProgram(t, self, []string{
		"ETU_MYSQL_DSN=" + p.env.MySQLDSN, "ETU_REDIS_URL=" + p.env.RedisURL,
		bareVariable + "=" + rule.Window.String(), groupedVariable + "=" + grouped,
	})
	program.Start(t)
	return program
}

// dial opens a connection for each of the first users; enter is its first line.
func (p *place) dial(t testing.TB, addr string, enter func(bare.User) string) []*load.Conn {
	t.Helper()
	list := make([]*load.Conn, *conns)
	for i := range list {
		c, err := load.Dial(addr)
		check(t, err)
		t.Cleanup(func() { _ = c.Close() })
		_, err = c.Line(enter(p.users[i]))
		check(t, err)
		list[i] = c
	}
	return list
}

func authLine(u bare.User) string { return "AUTH " + u.Login + " " + password }
func userLine(u bare.User) string { return fmt.Sprintf("USER %d %s", u.ID, u.Login) }

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// offers are articles like those that students sell: titles of two to five words,
// some with accents.
var offers = func() (list []bare.Offer) {
	titles := []string{
		"Les Misérables", "Réseaux : le guide complet", "Calculatrice graphique", "Matrix",
		"Algèbre linéaire et géométrie", "Lampe de bureau", "L'Étranger", "Daft Punk, Discovery",
	}
	categories := []string{"livre", "livre", "materiel", "dvd", "livre", "autre", "livre", "cd"}
	for i := range 8 * len(titles) {
		title := fmt.Sprintf("%s tome %d", titles[i%len(titles)], i)
		list = append(list, bare.Offer{
			Category: categories[i%len(categories)], Cents: int64(100 + 50*i), Title: title, Words: market.Words(title),
		})
	}
	return list
}()

// eachOffer gives one offer after the other.
func eachOffer() func() bare.Offer {
	var n atomic.Int64
	return func() bare.Offer { return offers[int(n.Add(1))%len(offers)] }
}

func sale(i int) string {
	o := offers[i%len(offers)]
	return "VENTE " + o.Category + " " + strconv.FormatInt(o.Cents/100, 10) + " " + o.Title
}
