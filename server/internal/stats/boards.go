// Package stats holds the statistics of STATS (PROTOCOL.md §5): who logged
// in last, who most often, who called the services least, which service is used
// most. They live in Redis and take absolute totals out of committed
// transactions, never increments, so that repeating and rebuilding while others
// work counts nothing twice.
package stats

import (
	"embed"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Keys. In a Cluster, what one script changes shares a hash tag; and as that is
// one database, no end of these may be one of a user's keys ("etu:{login}:…"),
// for "services" is a login like another.
const (
	keyTotal    = "etu:{connexions}:total"     // login -> number of logins
	keyLast     = "etu:{connexions}:derniers"  // login -> last login, ms
	keyCalls    = "etu:{services}:total"       // login -> calls of both services
	keyAccounts = "etu:{services}:par_compte"  // login -> "calls of VENTE, calls of ACHAT", a hash
	keyService  = "etu:{services}:par_service" // service -> calls of everybody

	keyLoginCheckpoint = "etu:{connexions}:jusqua"
	keyCallCheckpoint  = "etu:{services}:jusqua"
	keyTurn            = "etu:tableaux:tour" // a process checks the boards, in database 0
)

// The keys of each database's boards and, at the end, of their checkpoint, as their
// scripts are given them.
var (
	loginKeys = []string{keyTotal, keyLast, keyLoginCheckpoint}
	callKeys  = []string{keyCalls, keyAccounts, keyService, keyCallCheckpoint}
)

// formerCallKeys are those of versions that kept a sorted set for each service. They had a
// keyTurn of their own, so that while both versions run each checks its boards.
var formerCallKeys = []string{
	"etu:{appels}:total", "etu:{appels}:vente", "etu:{appels}:achat", "etu:{appels}:par_service", "etu:{appels}:jusqua",
}

const (
	// keptLast is how many of the last logins are kept: the board shows 10, the
	// rest is room for accounts that go.
	keptLast = 100
	// keptCalls and callsLife bound the journal of one user's calls, which is
	// there to be looked at; the ledger in SQL has them all.
	keptCalls = 100
	callsLife = 24 * time.Hour
)

//go:embed *.lua
var scripts embed.FS

var (
	loginScript      = store.ReadScript(scripts, "login.lua")
	callsScript      = store.ReadScript(scripts, "calls.lua")
	journalScript    = store.ReadScript(scripts, "journal.lua")
	bestScript       = store.ReadScript(scripts, "best.lua")
	checkpointScript = store.ReadScript(scripts, "checkpoint.lua")
	forgetScript     = store.ReadScript(scripts, "forget.lua")
)

// Boards is safe for concurrent use.
type Boards struct {
	stores *store.Stores
	log    *slog.Logger
	check  *semaphore.Weighted // one check at a time in this process
	failed atomic.Int64        // when a reader last waited for a check that failed, Unix nanoseconds

	loginBoards, callBoards boards
	journals                journals // of the checks
}

// New makes the boards; Run keeps them equal to the ledger.
func New(stores *store.Stores, log *slog.Logger) *Boards {
	return &Boards{
		stores: stores, log: log, check: semaphore.NewWeighted(1),
		loginBoards: boards{stores.Redis.DB0, loginKeys, "connexions", loginTotals},
		callBoards:  boards{stores.Redis.DB1, callKeys, "appels", callTotals},
		journals:    journals{last: make(map[int64]time.Time)},
	}
}

// LoginUpdate returns the script calls that write the total of a committed login's user to database 0.
func (*Boards) LoginUpdate(login string, total int64, at time.Time) []store.Call {
	return []store.Call{loginTotals([]user{{login: login, logins: total, last: store.At(at)}})}
}

// RegistrationUpdate returns the script calls that write new accounts, without calls, to database 1.
func (*Boards) RegistrationUpdate(logins ...string) []store.Call {
	users := make([]user, len(logins))
	for i, login := range logins {
		users[i].login = login
	}
	return []store.Call{callTotals(users)}
}

// CallUpdate returns the script calls that write a committed call and its user's totals to database 1.
func (*Boards) CallUpdate(service ledger.Service, c ledger.Done) []store.Call {
	login, first := c.Slot.User.Login, c.Totals.Listings+c.Totals.Purchases == 1
	return []store.Call{
		callTotals([]user{{login: login, listings: c.Totals.Listings, purchases: c.Totals.Purchases}}),
		journal(login, first, entry{string(service), c.Slot.ID, c.Slot.Stamp.UnixMilli()}),
	}
}

// entry is one call as a journal holds it.
type entry struct {
	service, slot string
	at            int64 // Unix milliseconds
}

// journal returns the script calls that write calls into their user's journal; first says that there are
// no earlier ones, so that a journal may begin with them.
func journal(login string, first bool, calls ...entry) store.Call {
	args := append(make([]any, 0, 3+2*len(calls)), keptCalls, callsLife.Milliseconds(), first)
	for _, c := range calls {
		args = append(args, c.at, c.service+":"+c.slot)
	}
	return store.Call{Script: journalScript, Keys: []string{journalKey(login)}, Args: args}
}

func journalKey(login string) string { return "etu:{" + login + "}:appels" }

// Scripts gives the package's Lua to the bare drivers of server/bench, which do
// the same work in Redis with nothing around it.
func Scripts() (best, calls, journal *store.Script) { return bestScript, callsScript, journalScript }

// Keys are the Redis keys of the leaderboards, for the bare drivers of server/bench.
var Keys = struct {
	Last, Total, LoginCheckpoint    string   // in database 0
	Calls, Services, CallCheckpoint string   // in database 1
	Call                            []string // what the script of calls is given
}{
	Last: keyLast, Total: keyTotal, LoginCheckpoint: keyLoginCheckpoint,
	Calls: keyCalls, Services: keyService, CallCheckpoint: keyCallCheckpoint,
	Call: callKeys,
}
