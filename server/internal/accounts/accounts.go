// Package accounts knows who people are: registration, passwords, logins,
// tokens. SQL holds the truth; Redis holds the tokens' exact life, the visits,
// and the early word of the login quota.
package accounts

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
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

// Quota names the user as quotas know him.
func (u User) Quota() ledger.User { return ledger.User{ID: u.ID, Login: u.Login} }

// Failures of this package.
var (
	// ErrWrong is a wrong login or password, or a dead token: which, nobody is told.
	ErrWrong = errors.New("accounts: wrong login, password or token")
	// ErrDead is a session whose token was killed while its request waited.
	ErrDead error = &protocol.Error{Code: protocol.AUTH}
	// ErrBlocked is a blocked account, said only after the right password.
	ErrBlocked error = &protocol.Error{Code: protocol.BLOQUE}
)

// Blocked is ErrBlocked; After, when it is not 0, is when the account is let in
// again.
type Blocked struct{ After time.Duration }

func (e *Blocked) Error() string { return ErrBlocked.Error() }

// Is makes it ErrBlocked.
func (e *Blocked) Is(target error) bool { return target == ErrBlocked }

// Wire is BLOQUE, with the wait of a user who is expelled for a while.
func (e *Blocked) Wire() *protocol.Error {
	if e.After <= 0 {
		return &protocol.Error{Code: protocol.BLOQUE}
	}
	wait := ledger.Seconds(e.After)
	return &protocol.Error{
		Code:   protocol.BLOQUE,
		Fields: protocol.Fields{protocol.IntField("apres", wait)},
		Text:   "Vous avez été exclu ; revenez dans " + protocol.Wait(wait) + ".",
	}
}

// Wrong is ErrWrong where the login is somebody's, whom nobody but
// administrators is told.
type Wrong struct{ Login string }

func (e *Wrong) Error() string { return ErrWrong.Error() }

// Is makes it ErrWrong.
func (e *Wrong) Is(target error) bool { return target == ErrWrong }

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
	Door       int // those not logged in who ask the stores at once
	// OnLogin and OnRegister give what else Redis must be told, in the same
	// round trip.
	OnLogin    func(login string, total int64, at time.Time) []store.Call
	OnRegister func(login string) []store.Call // on database 1
	// OnKill tells the other instances of tokens (hashes) that died; line, when
	// not empty, is the last that their sessions hear.
	OnRevoke func(ctx context.Context, tokens []string, line string)
	Log      *slog.Logger
}

// Accounts is safe for concurrent use.
type Accounts struct {
	Options
	sessions registry
	uses     chan *Session // to be written
	resuming *store.Coalescer[*resumed]
	secret   secret
	door     *preAuthLimiter // of those who are not logged in
}

// New makes the accounts; Run must run for tokens to live on.
func New(o Options) *Accounts {
	a := &Accounts{Options: o, uses: make(chan *Session, touchQueue), door: newPreAuthLimiter(max(1, o.Door), o.Hasher.Wait)}
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

// accountStatus is what an administrator decided of an account.
type accountStatus struct {
	state string        // quota.Active, or another
	until store.Instant // thrown out until then; zero: not
}

// refusal is why nobody may log in at a moment: nil or *Blocked.
func (s accountStatus) refusal(at time.Time) error {
	if s.state != ledger.Active {
		return &Blocked{}
	}
	if wait := s.until.Sub(at); !s.until.IsZero() && wait > 0 {
		return &Blocked{After: wait}
	}
	return nil
}
