package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/server/internal/ledger"
)

// tokenBytes of randomness in a token.
const tokenBytes = 24

// Session is one logged-in connection: a user and the token that he holds.
type Session struct {
	User  User
	Token string // never logged, never stored: the stores hold its hash
	Since time.Time

	quota   ledger.User
	hash    string
	name    string          // of this connection among those that hold the token
	uses    chan<- *Session // where a use that must be written is said
	queued  atomic.Bool     // said, and not yet written
	lastUse atomic.Int64    // Unix milliseconds
	covered atomic.Int64    // uses up to then need not be written
	inSQL   atomic.Int64    // uses up to then stand in SQL, by whichever process
	left    atomic.Bool     // the connection is gone
	dead    atomic.Bool
	ready   atomic.Bool // its token stands in SQL

	onKill func(line string) // the registry's
}

func (a *Accounts) newSession(user User, since time.Time) *Session {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return a.resumedSession(user, base64.RawURLEncoding.EncodeToString(b[:]), since)
}

func (a *Accounts) resumedSession(user User, token string, since time.Time) *Session {
	s := &Session{
		User: user, Token: token, Since: since,
		quota: user.Quota().WithKeys(), hash: hashToken(token), name: rand.Text()[:8], uses: a.uses,
	}
	s.lastUse.Store(time.Now().UnixMilli())
	return s
}

// Quota is the user as the quotas know him.
func (s *Session) Quota() ledger.User { return s.quota }

// TokenHash is what the stores hold of the session's token.
func (s *Session) TokenHash() string { return s.hash }

// Use notes that the session is used: every verb is a use.
func (s *Session) Use() { s.UseAt(time.Now()) }

// UseAt is Use for whoever has looked at the clock.
func (s *Session) UseAt(at time.Time) {
	now := at.UnixMilli()
	s.lastUse.Store(now)
	if now <= s.covered.Load() || s.queued.Swap(true) {
		return
	}
	select {
	case s.uses <- s:
	default: // the next tick finds it
	}
}

// Dead says that the token was killed from elsewhere: the connection is no
// longer logged in.
func (s *Session) Dead() bool { return s.dead.Load() }

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// registry holds the sessions of this process.
type registry struct {
	mu  sync.Mutex
	all map[*Session]struct{}
}

func (r *registry) add(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = make(map[*Session]struct{})
	}
	r.all[s] = struct{}{}
}

func (r *registry) remove(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.all, s)
}

// unpersisted gives the sessions with a use that is not written.
func (r *registry) unpersisted() []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*Session
	for s := range r.all {
		if s.lastUse.Load() > s.covered.Load() && s.ready.Load() && !s.Dead() {
			list = append(list, s)
		}
	}
	return list
}

// kill ends the sessions whose token's hash is in hashes; line is their last.
func (r *registry) kill(hashes map[string]bool, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.all {
		if hashes[s.hash] && !s.dead.Swap(true) && s.onKill != nil {
			s.onKill(line)
		}
	}
}

// watch sets what is called when a session is killed, at once if it was.
func (r *registry) watch(s *Session, onKill func(line string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.onKill = onKill
	if s.Dead() {
		onKill("")
	}
}

// tokens gives the hashes of all sessions whose token must stand in SQL.
func (r *registry) tokens() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]string, 0, len(r.all))
	for s := range r.all {
		if s.ready.Load() && !s.Dead() {
			list = append(list, s.hash)
		}
	}
	return list
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
