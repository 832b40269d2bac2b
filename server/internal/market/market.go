// Package market holds the articles, their sales and purchases, and the ledger
// of every counted call. What it answers to a call with a ref is kept with the
// call, in the same transaction, so that the call can be repeated.
package market

import (
	"log/slog"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Service names a counted service as the wire and the ledger do.
type Service string

// The two services.
const (
	ServiceListing  Service = "vente"
	ServicePurchase Service = "achat"
)

// counter is the column of utilisateurs that counts the calls of a service.
func (s Service) counter() string {
	if s == ServiceListing {
		return "nb_ventes = nb_ventes + 1"
	}
	return "nb_achats = nb_achats + 1"
}

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
	// ErrRefReused is a ref that was given to another verb or other arguments.
	ErrRefReused error = protocol.Invalid("ref", "Cette référence a servi à un autre appel.")
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
// with their e-mail addresses where a sale gives a right to them.
type Article struct {
	ID          int64
	Title       string
	Description string
	Category    string
	Cents       int64
	State       State
	Published   store.Instant
	Sold        store.Instant // zero until then
	SellerID    int64
	Seller      string
	SellerEmail string
	Buyer       string
	BuyerEmail  string
}

// Options are what a Market is made of.
type Options struct {
	Stores   *store.Stores
	Quota    *ledger.Limiter
	Instance string // written into the ledger
	// OnCall gives what Redis's database 1 must be told of a committed call.
	OnCall func(Call) []store.Call
	Log    *slog.Logger
}

// Call is one counted call, as the ledger has it.
type Call struct {
	Login   string
	Service Service
	Article int64 // 0 where there is none
	Slot    string
	At      time.Time
	Account ledger.Account // the user's totals, this call included
}

// Market is safe for concurrent use.
type Market struct {
	Options
	gone      chan int64 // articles whose words may go
	returning *store.Coalescer[*noticesOfSeller]
	common    *postingsCache
}

// New makes a market; Run tidies up behind it and learns its common words.
func New(o Options) *Market {
	m := &Market{Options: o, gone: make(chan int64, forgetQueue), common: newPostingsCache()}
	m.returning = store.NewCoalescer(maxSellersAtOnce, m.readPendingNotices)
	return m
}
