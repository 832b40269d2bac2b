package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"sync/atomic"
	"time"
)

// tokenBytes of randomness in a token.
const tokenBytes = 24

// Session is one logged-in connection: a user and the token that it holds.
type Session struct {
	User  User
	Token string // never logged, never stored: the stores hold its hash
	Since time.Time

	hash    string
	name    string          // of this connection among those that hold the token
	uses    chan<- *Session // the queue of uses to be written
	queued  atomic.Bool     // in that queue
	lastUse atomic.Int64    // Unix milliseconds
	covered atomic.Int64    // uses up to then need not be written
	inSQL   atomic.Int64    // uses up to then stand in SQL, by whichever process
	left    atomic.Bool     // the connection is gone
	dead    atomic.Bool
	ready   atomic.Bool // its token stands in SQL

	conn Conn // under the registry's lock
}

func (a *Accounts) newSession(user User, since time.Time) *Session {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return a.resumedSession(user, base64.RawURLEncoding.EncodeToString(b[:]), since)
}

func (a *Accounts) resumedSession(user User, token string, since time.Time) *Session {
	s := &Session{
		User: user, Token: token, Since: since,
		hash: hashToken(token), name: rand.Text()[:8], uses: a.uses,
		conn: noConn{},
	}
	s.lastUse.Store(time.Now().UnixMilli())
	return s
}

// TokenHash is what the stores hold of the session's token.
func (s *Session) TokenHash() string { return s.hash }

// Use notes that the session is used: every command is a use.
func (s *Session) Use() { s.UseAt(time.Now()) }

// UseAt is Use at a given time.
func (s *Session) UseAt(at time.Time) {
	now := at.UnixMilli()
	s.lastUse.Store(now)
	if now <= s.covered.Load() || s.queued.Swap(true) {
		return
	}
	select {
	case s.uses <- s:
	default: // written at the next tick of Run
	}
}

// Dead says that the token was revoked: the connection is no longer logged in.
func (s *Session) Dead() bool { return s.dead.Load() }

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
