package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"etuservices/server/internal/store"
)

// Resume continues a session by its token. A resumption is no login, and no quota counts
// it. SQL tells whether the token was revoked. Redis tells to the millisecond when the
// token expires; where Redis has lost the token or holds an older use, the use in SQL
// decides, which may be up to writeAhead later than the true one. One of the stores is
// enough. Errors: ErrWrong, store.ErrUnavailable.
//
// Resumptions are not limited: concurrent ones share one query of SQL.
func (a *Accounts) Resume(ctx context.Context, token string) (*Session, error) {
	hash := hashToken(token)
	waiting := &Session{hash: hash} // is ended if the token is revoked from now on
	a.Registry.add(waiting)
	defer a.Registry.remove(waiting)
	found := resumed{hash: hash, token: token}
	sqlErr := a.resumeSQL(ctx, &found)
	session, written := found.session, found.written
	if errors.Is(sqlErr, ErrWrong) {
		return nil, ErrWrong
	}
	var fields map[string]string
	err := store.ErrUnavailable
	if !a.Stores.Health.Missing(store.NeedRedis) {
		fields, err = a.tokenFields(ctx, hash)
	}
	if err != nil && sqlErr != nil {
		return nil, fmt.Errorf("accounts: resume: %w", errors.Join(sqlErr, err))
	}
	life := a.SessionTTL.Milliseconds()
	ends := tokenEnd(fields)
	switch {
	case sqlErr != nil && len(fields) == 0:
		return nil, fmt.Errorf("accounts: resume: %w", sqlErr)
	case sqlErr != nil: // MySQL is away: Redis alone
		session = a.sessionOf(token, fields)
	case ends-life < a.lastUse(written).UnixMilli(): // Redis forgot, or is behind
		ends = written.Milli() + life
	}
	if time.Now().UnixMilli() > ends {
		return nil, ErrWrong
	}
	session.inSQL.Store(written.Milli())
	session.ready.Store(true)
	a.Registry.add(session)
	if waiting.Dead() {
		a.Registry.remove(session)
		return nil, ErrWrong
	}
	session.Use()
	return session, nil
}

// resumed is a token to be looked up in SQL, and what is found.
type resumed struct {
	token, hash string
	session     *Session      // nil: it was revoked, or its account may not log in
	written     store.Instant // the last use, plus writeAhead
}

// mostResumed tokens are looked up in one statement: a class comes back at once after
// its server was restarted.
const mostResumed = 64

// resumeSQL asks SQL about a token. Errors: ErrWrong, store.ErrUnavailable.
func (a *Accounts) resumeSQL(ctx context.Context, r *resumed) error {
	if a.Stores.Health.Missing(store.NeedSQL) {
		return store.ErrUnavailable
	}
	if err := a.resuming.Do(ctx, r); err != nil {
		return err
	}
	if r.session == nil {
		return ErrWrong
	}
	return nil
}

func (a *Accounts) readTokens(ctx context.Context, list []*resumed) error {
	asked := make(map[string][]*resumed, len(list)) // several connections may hold one token
	for _, r := range list {
		asked[r.hash] = append(asked[r.hash], r)
	}
	in, args := store.InClause(slices.Collect(maps.Keys(asked)))
	return a.Stores.SQL.Read.Query(ctx, func(rows *sql.Rows) error {
		var u User
		var hash, role string
		var since, written store.Instant
		if err := rows.Scan(&hash, &u.ID, &u.Login, &u.Email, &u.FirstName, &u.LastName, &role,
			&since, &written, &u.MustChange); err != nil {
			return err
		}
		u.Role = Role(role)
		for _, r := range asked[hash] {
			r.session, r.written = a.resumedSession(u, r.token, since.Time), written
		}
		return nil
	}, `
		SELECT j.empreinte, u.id, u.login, u.email, u.prenom, u.nom, u.role, j.depuis, j.dernier_usage,
		  COALESCE(c.mdp_a_changer, 0)
		FROM jetons j JOIN utilisateurs u ON u.id = j.utilisateur_id
		LEFT JOIN consignes c ON c.utilisateur_id = u.id
		WHERE u.etat = '`+Active+`' AND j.empreinte `+in, args...)
}

// fieldsScript reads a token's fields.
var fieldsScript = store.NewScript(`return redis.call('HGETALL', KEYS[1])`)

// tokenFields asks Redis about a token.
func (a *Accounts) tokenFields(ctx context.Context, hash string) (map[string]string, error) {
	answers, err := a.Stores.Redis.DB0.Batch(ctx, store.Call{Script: fieldsScript, Keys: []string{tokenKey(hash)}})
	if err != nil {
		return nil, err
	}
	list, _ := answers[0].([]any)
	fields := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		name, _ := list[i].(string)
		fields[name], _ = list[i+1].(string)
	}
	return fields, nil
}

func (a *Accounts) sessionOf(token string, f map[string]string) *Session {
	id, _ := strconv.ParseInt(f["id"], 10, 64)
	since, _ := strconv.ParseInt(f["depuis"], 10, 64)
	return a.resumedSession(User{
		ID: id, Login: f["login"], Email: f["email"], FirstName: f["prenom"], LastName: f["nom"], Role: Role(f["role"]),
		MustChange: f["changer"] == "1",
	}, token, time.UnixMilli(since).UTC())
}

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
