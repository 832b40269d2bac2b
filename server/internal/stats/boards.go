// Package stats holds the statistics of STATS (PROTOCOL.md §5): who logged
// in last, who most often, who called the services least, which service is used
// most. They live in Redis and take absolute totals out of committed
// transactions, never increments, so that repeating and rebuilding while others
// work counts nothing twice.
package stats

import (
	_ "embed"
	"log/slog"
	"sync/atomic"
	"time"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Keys. In a Cluster, what one script changes shares a hash tag; and as that is
// one database, no end of these may be one of a user's keys ("etu:{login}:…"),
// for "appels" is a login like another.
const (
	keyTotal   = "etu:{connexions}:total"    // login -> number of logins
	keyLast    = "etu:{connexions}:derniers" // login -> last login, ms
	keyCalls   = "etu:{appels}:total"        // login -> calls of both services
	keyPurch   = "etu:{appels}:achat"        // login -> calls of ACHAT
	keySales   = "etu:{appels}:vente"        // login -> calls of VENTE
	keyService = "etu:{appels}:par_service"  // service -> calls of everybody
	// The marks say up to where a database's boards hold the ledger.
	keyLoginMark = "etu:{connexions}:jusqua"
	keyCallMark  = "etu:{appels}:jusqua"
)

// The keys of each database's boards, as their scripts are given them: what one
// script changes stands together.
var (
	loginKeys = []string{keyTotal, keyLast, keyLoginMark}
	callKeys  = []string{keyCalls, keySales, keyPurch, keyService, keyCallMark}
)

const (
	// keptLast is how many of the last logins are kept: the board shows 10, the
	// rest is room for accounts that go.
	keptLast = 100
	// keptCalls and callsLife bound the journal of one user's calls, which is
	// there to be looked at; the ledger in SQL has them all.
	keptCalls = 100
	callsLife = 24 * time.Hour
)

var (
	//go:embed login.lua
	loginText string
	//go:embed calls.lua
	callsText string
	//go:embed journal.lua
	journalText string
	//go:embed best.lua
	bestText string
	//go:embed mark.lua
	markText string

	loginScript   = store.NewScript(loginText)
	callsScript   = store.NewScript(callsText)
	journalScript = store.NewScript(journalText)
	bestScript    = store.NewScript(bestText)
	markScript    = store.NewScript(markText)
)

// Boards is safe for concurrent use.
type Boards struct {
	stores *store.Stores
	log    *slog.Logger
	check  chan struct{} // one check at a time in this process
	failed atomic.Int64  // when a reader last waited in vain, Unix nanoseconds

	journals journals // of the checks
}

// New makes the boards; Run keeps them equal to the ledger.
func New(stores *store.Stores, log *slog.Logger) *Boards {
	return &Boards{stores: stores, log: log, check: make(chan struct{}, 1)}
}

// LoginUpdate gives what database 0 is told of a committed login: the user's total.
func (*Boards) LoginUpdate(login string, total int64, at time.Time) []store.Call {
	return []store.Call{{
		Script: loginScript,
		Keys:   []string{keyTotal, keyLast},
		Args:   []any{keptLast, login, total, at.UnixMilli()},
	}}
}

// RegistrationUpdate gives what database 1 is told of a new account: no calls yet.
func (*Boards) RegistrationUpdate(login string) []store.Call {
	return []store.Call{totals(login, 0, 0)}
}

// CallUpdate gives what database 1 is told of a committed call.
func (*Boards) CallUpdate(service ledger.Service, c ledger.Done) []store.Call {
	login, first := c.Slot.User.Login, c.Totals.Listings+c.Totals.Purchases == 1
	return []store.Call{
		totals(login, c.Totals.Listings, c.Totals.Purchases),
		journal(login, first, entry{string(service), c.Slot.ID, c.Slot.Stamp.UnixMilli()}),
	}
}

func totals(login string, sales, buys int64) store.Call {
	return store.Call{
		Script: callsScript,
		Keys:   callKeys,
		Args:   []any{login, sales, buys},
	}
}

// entry is one call as a journal holds it.
type entry struct {
	service, slot string
	at            int64 // Unix milliseconds
}

// journal tells of a user's calls; first says that there are no earlier ones, so
// that a journal may begin with them.
func journal(login string, first bool, calls ...entry) store.Call {
	may := "0"
	if first {
		may = "1"
	}
	args := append(make([]any, 0, 3+2*len(calls)), keptCalls, callsLife.Milliseconds(), may)
	for _, c := range calls {
		args = append(args, c.at, c.service+":"+c.slot)
	}
	return store.Call{Script: journalScript, Keys: []string{journalKey(login)}, Args: args}
}

func journalKey(login string) string { return "etu:{" + login + "}:appels" }

// Scripts gives the package's Lua to the bare drivers of server/bench, which do
// the same work in Redis with nothing around it.
func Scripts() (best, calls, journal *store.Script) { return bestScript, callsScript, journalScript }

// Keys are the boards', for the same bare drivers.
var Keys = struct {
	Last, Total, LoginMark    string   // in database 0
	Calls, Services, CallMark string   // in database 1
	Call                      []string // what the script of calls is given
}{
	Last: keyLast, Total: keyTotal, LoginMark: keyLoginMark,
	Calls: keyCalls, Services: keyService, CallMark: keyCallMark,
	Call: callKeys,
}
