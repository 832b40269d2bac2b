package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	"etuservices/server/internal/store"
)

// DeleteTokens deletes a user's tokens in a transaction, but the one whose hash
// is except, and gives their hashes for Revoke, once it is committed.
func DeleteTokens(ctx context.Context, tx store.Tx, user int64, except string) (hashes []string, err error) {
	hashes, err = store.Column[string](ctx, tx.Conn,
		`SELECT empreinte FROM jetons WHERE utilisateur_id = ? AND empreinte <> ?`, user, except)
	if err != nil || len(hashes) == 0 {
		return nil, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM jetons WHERE utilisateur_id = ? AND empreinte <> ?`, user, except)
	return hashes, err
}

// Alive makes sure, in the transaction that does what a session asked for, that its
// token (a hash) was not revoked since. Errors: ErrDead.
func Alive(ctx context.Context, tx store.Tx, user int64, hash string) error {
	var one int
	err := tx.QueryRow(ctx,
		`SELECT 1 FROM jetons WHERE empreinte = ? AND utilisateur_id = ?`, hash, user).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrDead
	}
	return err
}

// Revoker ends the sessions that hold tokens. cluster.Hub does so on all instances,
// Registry in this process.
type Revoker interface {
	// EndSessions ends those that hold these tokens (hashes); line, when not empty,
	// is the last that their connections get.
	EndSessions(ctx context.Context, tokens []string, line string)
}

// Revoke ends tokens (hashes) that SQL no longer has: their sessions on all instances
// and what Redis holds of them. line, when not empty, is the last that their
// connections get. If Redis does not answer, REPRENDRE still refuses them as long as SQL
// answers.
func (a *Accounts) Revoke(ctx context.Context, hashes []string, line string) {
	if len(hashes) == 0 {
		return
	}
	a.Revoker.EndSessions(ctx, hashes, line)
	a.forget(ctx, hashes)
}

// forget takes revoked tokens out of Redis.
func (a *Accounts) forget(ctx context.Context, hashes []string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	pipe := a.Stores.Redis.DB0.Pipeline()
	for _, h := range hashes {
		pipe.Del(ctx, tokenKey(h))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		a.Log.Warn("jetons morts non retirés de Redis", "erreur", err)
	}
}

// Conn is what the registry needs of a connection to end its session. Neither call
// blocks.
type Conn interface {
	SendAndClose(line string) // sends a last line and closes the connection
	Interrupt()               // makes the connection look whether its session ended
}

// noConn is the connection of a session that has none yet.
type noConn struct{}

func (noConn) SendAndClose(string) {}
func (noConn) Interrupt()          {}

// Registry holds the sessions of this process.
type Registry struct {
	sql *store.SQL
	mu  sync.Mutex
	all map[*Session]struct{}
}

// NewRegistry makes a registry without sessions.
func NewRegistry(sql *store.SQL) *Registry {
	return &Registry{sql: sql, all: make(map[*Session]struct{})}
}

func (r *Registry) add(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[s] = struct{}{}
}

func (r *Registry) remove(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.all, s)
}

// EndSessions ends the sessions of this process that hold these tokens (hashes); line,
// when not empty, is the last that their connections get.
func (r *Registry) EndSessions(_ context.Context, tokens []string, line string) {
	r.end(set(tokens), line)
}

func (r *Registry) end(dead map[string]bool, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.all {
		switch {
		case !dead[s.hash] || s.dead.Swap(true):
		case line != "":
			s.conn.SendAndClose(line)
		default:
			s.conn.Interrupt()
		}
	}
}

// Attach gives a session its connection, which is told when the session ends, at once
// if it did.
func (a *Accounts) Attach(s *Session, conn Conn) {
	a.Registry.mu.Lock()
	defer a.Registry.mu.Unlock()
	s.conn = conn
	if s.Dead() {
		conn.Interrupt()
	}
}

// unpersisted gives the sessions with a use that is not written.
func (r *Registry) unpersisted() []*Session {
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

// tokens gives the hashes of all sessions whose token must stand in SQL.
func (r *Registry) tokens() []string {
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

// Revalidate ends the sessions of this process whose token SQL no longer has: the event
// that revoked it may have been lost. Errors: store.ErrUnavailable.
func (r *Registry) Revalidate(ctx context.Context) error {
	for batch := range slices.Chunk(r.tokens(), touchBatch) {
		if err := r.revalidate(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (r *Registry) revalidate(ctx context.Context, tokens []string) error {
	if len(tokens) == 0 {
		return nil
	}
	in, args := store.InClause(tokens)
	living, err := store.Column[string](ctx, r.sql.Read.Conn, `SELECT empreinte FROM jetons WHERE empreinte `+in, args...)
	if err != nil {
		return fmt.Errorf("accounts: revalidate: %w", err)
	}
	dead := set(tokens)
	for _, h := range living {
		delete(dead, h)
	}
	r.end(dead, "")
	return nil
}

func set(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}
