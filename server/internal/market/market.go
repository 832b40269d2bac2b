// Package market holds the articles, their listing, purchase and search. Sell and
// Buy are counted calls: see ledger.Limiter.Run for their order.
package market

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"

	"etuservices/protocol"
	"etuservices/server/internal/broken"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Result is how a counted call ended, as the ledger has it.
type Result string

// The results of a call that reached its service (PROTOCOL.md §5, ACHAT).
const (
	Done      Result = "ok"
	Gone      Result = "VENDU"
	Unknown   Result = "ABSENT"
	Forbidden Result = "INTERDIT"
)

// Failures that are no result of a counted call.
var (
	// ErrAbsent, ErrNotYours and ErrGone are the ways in which RETRAIT and
	// ARTICLE fail.
	ErrAbsent   error = &protocol.Error{Code: protocol.ABSENT}
	ErrNotYours error = &protocol.Error{Code: protocol.INTERDIT}
	ErrGone     error = &protocol.Error{Code: protocol.VENDU}
)

// State is where an article stands, as the wire and the table have it.
type State string

// The states of an article.
const (
	ForSale   State = "en_vente"
	Sold      State = "vendu"
	Withdrawn State = "retire"
)

// Article is an article as its table has it. Seller and Buyer are logins,
// with their e-mail addresses where a sale gives a right to them. The fields that
// have a name in JSON are stored with the result of a repeatable call.
type Article struct {
	ID          int64         `json:"id"`
	Title       string        `json:"title"`
	Description string        `json:"-"`
	Category    string        `json:"category"`
	Cents       int64         `json:"cents"`
	State       State         `json:"-"`
	Published   store.Instant `json:"-"`
	Sold        store.Instant `json:"-"` // zero until then
	SellerID    int64         `json:"-"`
	Seller      string        `json:"seller"`
	SellerEmail string        `json:"seller_email"`
	Buyer       string        `json:"-"`
	BuyerEmail  string        `json:"-"`
}

// Options are what a Market is made of.
type Options struct {
	Stores   *store.Stores
	Quota    *ledger.Limiter
	Instance string // written into the ledger
	Stats    Stats
	Log      *slog.Logger
}

// Stats gives what is written to Redis's database 1 after a committed call, for the
// leaderboards.
type Stats interface {
	CallUpdate(service ledger.Service, call ledger.Done) []store.Call
}

// Market is safe for concurrent use.
type Market struct {
	Options
	gone      chan int64 // articles whose words may go
	returning *store.Coalescer[*noticesOfSeller]
	common    *postingsCache
}

// run does a counted call, and writes to Redis what was committed; what is lost there
// is rebuilt from SQL.
func (m *Market) run(ctx context.Context, user ledger.User, service ledger.Service, ref, argsHash string, mut ledger.Mutation) (ledger.Replay, error) {
	done, err := m.Quota.Run(ctx, ledger.Call{User: user, Service: service, Ref: ref, ArgsHash: argsHash, Instance: m.Instance}, mut)
	if err != nil || done.Replayed {
		return done.Replay, err
	}
	if _, err := m.Stores.Redis.DB1.Batch(ctx, m.Stats.CallUpdate(service, done)...); err != nil {
		m.Log.Warn("appel écrit mais non porté aux tableaux", "erreur", err)
	}
	return done.Replay, nil
}

// hashArgs tells calls with other arguments apart.
func hashArgs(args ...any) string {
	h := sha256.New()
	for _, a := range args {
		s := fmt.Sprint(a)
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// New makes a market; Run deletes outdated words and reads the lists of articles
// that have common ones.
func New(o Options) *Market {
	m := &Market{Options: o, gone: make(chan int64, forgetQueue), common: newPostingsCache()}
	m.returning = store.NewCoalescer(maxSellersAtOnce, m.readPendingNotices)
	return m
}

// columns of an Article, of which a is the article, v its seller, b its buyer.
// A deleted account has no address any more.
const columns = `a.id, a.titre, a.description, a.categorie, a.prix_centimes, a.etat, a.publie_le, a.vendu_le,
	a.vendeur_id, v.login, CASE v.etat WHEN 'supprime' THEN '' ELSE v.email END,
	COALESCE(b.login, ''), CASE b.etat WHEN 'supprime' THEN '' ELSE COALESCE(b.email, '') END`

// tables joins all three by LEFT JOIN, though each article has a seller: MariaDB would
// otherwise begin with the accounts where they are few, and sort all articles.
const tables = ` FROM articles a LEFT JOIN utilisateurs v ON v.id = a.vendeur_id
	LEFT JOIN utilisateurs b ON b.id = a.acheteur_id `

func (a *Article) fields() []any {
	return []any{
		&a.ID, &a.Title, &a.Description, &a.Category, &a.Cents, (*string)(&a.State), &a.Published, &a.Sold,
		&a.SellerID, &a.Seller, &a.SellerEmail, &a.Buyer, &a.BuyerEmail,
	}
}

// Article reads one article, whatever its state. Errors: ErrAbsent,
// store.ErrUnavailable.
func (m *Market) Article(ctx context.Context, id int64) (Article, error) {
	a, err := article(ctx, m.Stores.SQL.Read.Conn, id)
	if broken.StaleRead && a.State == Sold {
		a.State = ForSale
	}
	return a, err
}

func article(ctx context.Context, q store.Conn, id int64) (a Article, err error) {
	err = q.QueryRow(ctx, `SELECT `+columns+tables+`WHERE a.id = ?`, id).Scan(a.fields()...)
	if errors.Is(err, sql.ErrNoRows) {
		return Article{}, ErrAbsent
	}
	if err != nil {
		return Article{}, fmt.Errorf("market: article: %w", err)
	}
	return a, nil
}

func articles(ctx context.Context, q store.Conn, query string, args ...any) ([]Article, error) {
	var list []Article
	err := q.Query(ctx, func(rows *sql.Rows) error {
		var a Article
		err := rows.Scan(a.fields()...)
		list = append(list, a)
		return err
	}, query, args...)
	return list, err
}
