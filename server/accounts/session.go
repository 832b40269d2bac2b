package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/server/store"
)

//go:embed token.lua
var tokenText string

var tokenScript = store.NewScript(tokenText)

// tokenBytes of randomness in a token; the contract asks for 16 at least.
const tokenBytes = 24

// Session is one logged-in connection: a user and the token that he holds.
type Session struct {
	User  User
	Token string // never logged, never stored: the stores hold its hash
	Since time.Time

	hash    string
	lastUse atomic.Int64 // Unix milliseconds
	written int64        // lastUse as last written; the registry's
	dead    atomic.Bool
}

func newSession(user User, since time.Time) *Session {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return resumedSession(user, base64.RawURLEncoding.EncodeToString(b[:]), since)
}

func resumedSession(user User, token string, since time.Time) *Session {
	s := &Session{User: user, Token: token, Since: since, hash: hashToken(token)}
	s.Use()
	return s
}

// Use notes that the session is used: every verb is a use.
func (s *Session) Use() { s.lastUse.Store(time.Now().UnixMilli()) }

// Dead says that the token was killed from elsewhere: the connection is no
// longer logged in.
func (s *Session) Dead() bool { return s.dead.Load() }

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func tokenKey(hash string) string { return "etu:jeton:{" + hash + "}" }

// tokenCall writes a session's token, to end after life from its last use.
// The key itself stays a little longer: a token that is there and ended is
// dead for certain, one that is absent may have been forgotten.
func (a *Accounts) tokenCall(s *Session, life time.Duration) store.Call {
	u := s.User
	ends := s.lastUse.Load() + life.Milliseconds()
	return store.Call{
		Script: tokenScript,
		Keys:   []string{tokenKey(s.hash)},
		Args: []any{
			(a.SessionTTL + 3*a.ahead()).Milliseconds(),
			"id", u.ID, "login", u.Login, "role", string(u.Role), "prenom", u.FirstName,
			"nom", u.LastName, "email", u.Email,
			"depuis", strconv.FormatInt(s.Since.UnixMilli(), 10), "fin", strconv.FormatInt(ends, 10),
		},
	}
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

// used gives the sessions that were used since they were last written.
func (r *registry) used() []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*Session
	for s := range r.all {
		if last := s.lastUse.Load(); last > s.written && !s.Dead() {
			s.written = last
			list = append(list, s)
		}
	}
	return list
}

// kill ends the sessions whose token's hash is in hashes.
func (r *registry) kill(hashes map[string]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.all {
		if hashes[s.hash] {
			s.dead.Store(true)
		}
	}
}
