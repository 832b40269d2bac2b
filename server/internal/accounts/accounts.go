// Package accounts holds registration, passwords, logins, tokens and what limits
// attempts. SQL holds the truth; Redis holds the exact end of tokens, the visits,
// the attempts, and the early answer of the login quota.
package accounts

import (
	"embed"
	"errors"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

//go:embed *.lua
var scripts embed.FS

var (
	tokenScript   = store.ReadScript(scripts, "token.lua")
	visitScript   = store.ReadScript(scripts, "visit.lua")
	attemptScript = store.ReadScript(scripts, "attempt.lua")
)

// Role says what an account may do.
type Role string

// The two roles.
const (
	Student Role = "etudiant"
	Admin   Role = "admin"
)

// User is an account, without its password.
type User struct {
	ID        int64
	Login     string
	Email     string
	FirstName string
	LastName  string
	Role      Role
	// MustChange says that an administrator gave the password: nothing but
	// changing it is allowed.
	MustChange bool
}

// Quota names the user for the ledger.
func (u User) Quota() ledger.User { return ledger.User{ID: u.ID, Login: u.Login} }

// Failures of this package.
var (
	// ErrWrong is a wrong login or password, or a revoked token; clients cannot tell
	// which.
	ErrWrong = errors.New("accounts: wrong login, password or token")
	// ErrDead is a session whose token was revoked while its request waited.
	ErrDead error = &protocol.Error{Code: protocol.AUTH}
)

// Refused is a login into an account that is blocked, or whose user was expelled for
// a while. Clients learn it only with the right password.
type Refused struct{ After time.Duration } // until the user may log in again; 0: not known

func (e *Refused) Error() string { return "accounts: blocked or expelled" }

// Wire is BLOQUE, with the wait of a user who is expelled for a while.
func (e *Refused) Wire() *protocol.Error {
	if e.After <= 0 {
		return &protocol.Error{Code: protocol.BLOQUE}
	}
	wait := protocol.Seconds(e.After)
	return &protocol.Error{
		Code:   protocol.BLOQUE,
		Fields: protocol.Fields{protocol.IntField("apres", wait)},
		Text:   "Vous avez été exclu ; revenez dans " + protocol.Wait(wait) + ".",
	}
}

// Known is a failed login into an account, whose login only administrators are shown.
type Known struct {
	Login string
	Err   error
}

func (e *Known) Error() string { return e.Err.Error() }

// Unwrap gives why it failed.
func (e *Known) Unwrap() error { return e.Err }

// Taken is a login or e-mail that another account has.
type Taken struct{ Field string } // "login" or "email"

func (e *Taken) Error() string { return "accounts: " + e.Field + " taken" }

// Wire is EXISTE, with the field.
func (e *Taken) Wire() *protocol.Error {
	return &protocol.Error{Code: protocol.EXISTE, Fields: protocol.Fields{{Key: "champ", Value: e.Field}}}
}

// Options are what an Accounts is made of.
type Options struct {
	Stores     *store.Stores
	Quota      *ledger.Limiter
	Hasher     *hashing.Hasher
	Instance   string        // written into the ledger
	VisitsTTL  time.Duration // visits end after so long without a login
	SessionTTL time.Duration // a token lives so long after its last use
	Attempts   config.Attempts
	PreAuth    int // logins and registrations that query the stores at the same time
	Registry   *Registry
	Revoker    Revoker // ends the sessions of revoked tokens: the cluster's hub
	Stats      Stats
	Log        *slog.Logger
}

// Stats gives what is written to Redis for the leaderboards, in the same round trip as
// the rest.
type Stats interface {
	LoginUpdate(login string, total int64, at time.Time) []store.Call // of database 0
	RegistrationUpdate(logins ...string) []store.Call                 // of database 1
}

// Accounts is safe for concurrent use.
type Accounts struct {
	Options
	uses     chan *Session // to be written
	resuming *store.Coalescer[*resumed]
	secret   atomic.Pointer[[]byte] // see nameSecret; nil until it is read
	preAuth  chan struct{}          // see beforeHashing
}

// New makes the accounts; while Run does not run, uses of tokens are not saved.
func New(o Options) *Accounts {
	a := &Accounts{Options: o, uses: make(chan *Session, touchQueue), preAuth: make(chan struct{}, max(1, o.PreAuth))}
	a.resuming = store.NewCoalescer(mostResumed, a.readTokens)
	return a
}

// AnonymousMark begins the login of a deleted account. No login that anybody may
// have begins so, and it sorts behind them all.
const AnonymousMark = "~"

// Anonymous is the login of a deleted account.
func Anonymous(id int64) string { return AnonymousMark + strconv.FormatInt(id, 10) }

// ActionDelete is what the audit calls the deletion of an account.
const ActionDelete = "SUPPRIMER"

// States of an account, as its row has them. The row of a deleted account stays,
// without a name, for the ledger.
const (
	Active  = "actif"
	Blocked = "bloque"
	Deleted = "supprime"
)

// accountStatus is what administrators decided about an account.
type accountStatus struct {
	state string        // Active, or another
	until store.Instant // expelled until then; zero: not
}

// refusal is why nobody may log in at a moment: nil or *Refused.
func (s accountStatus) refusal(at time.Time) error {
	if s.state != Active {
		return &Refused{}
	}
	if wait := s.until.Sub(at); !s.until.IsZero() && wait > 0 {
		return &Refused{After: wait}
	}
	return nil
}
