package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"etuservices/server/internal/store"
)

// DeleteTokens deletes a user's tokens in a transaction, but the one whose hash
// is except, and gives their hashes for Kill, once it is committed.
func DeleteTokens(ctx context.Context, tx *sql.Tx, user int64, except string) (hashes []string, err error) {
	rows, err := tx.QueryContext(ctx,
		`SELECT empreinte FROM jetons WHERE utilisateur_id = ? AND empreinte <> ?`, user, except)
	if err != nil {
		return nil, err
	}
	if hashes, err = texts(rows); err != nil || len(hashes) == 0 {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM jetons WHERE utilisateur_id = ? AND empreinte <> ?`, user, except)
	return hashes, err
}

// Alive makes sure, in the transaction that does what a session asked for, that
// its token (a hash) was not killed since. It is ErrDead where it was.
func Alive(ctx context.Context, tx *sql.Tx, user int64, hash string) error {
	var one int
	err := tx.QueryRowContext(ctx,
		`SELECT 1 FROM jetons WHERE empreinte = ? AND utilisateur_id = ?`, hash, user).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrDead
	}
	return err
}

func texts(rows *sql.Rows) (list []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// Revoke ends tokens (hashes) that SQL no longer has: in Redis, in this process
// and on all other instances. line, when not empty, is the last that their
// sessions hear. Where Redis does not answer, they are dead all the same while
// SQL does.
func (a *Accounts) Revoke(ctx context.Context, hashes []string, line string) {
	if len(hashes) == 0 {
		return
	}
	if a.OnRevoke != nil {
		a.OnRevoke(ctx, hashes, line) // comes back as KillHere
	} else {
		a.RevokeLocal(hashes, line)
	}
	a.forget(ctx, hashes)
}

// forget takes dead tokens out of Redis.
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

// RevokeLocal ends the sessions of this process that hold these tokens.
func (a *Accounts) RevokeLocal(hashes []string, line string) {
	dead := make(map[string]bool, len(hashes))
	for _, h := range hashes {
		dead[h] = true
	}
	a.sessions.kill(dead, line)
}

// OnRevoked calls onKill, from another goroutine, when a session's token is killed
// from elsewhere; line, when not empty, is to be its last.
func (a *Accounts) OnRevoked(s *Session, onKill func(line string)) { a.sessions.watch(s, onKill) }

// RevalidateTokens ends the sessions of this process whose token SQL no longer has: what
// killed them may have been said while nobody here could hear it.
func (a *Accounts) RevalidateTokens(ctx context.Context) error {
	tokens := a.sessions.tokens()
	for len(tokens) > 0 {
		n := min(touchBatch, len(tokens))
		if err := a.revalidate(ctx, tokens[:n]); err != nil {
			return err
		}
		tokens = tokens[n:]
	}
	return nil
}

func (a *Accounts) revalidate(ctx context.Context, tokens []string) error {
	if len(tokens) == 0 {
		return nil
	}
	in, args := store.InClause(tokens)
	rows, err := a.Stores.SQL.Read.QueryContext(ctx, `SELECT empreinte FROM jetons WHERE empreinte `+in, args...)
	if err != nil {
		return fmt.Errorf("accounts: recheck: %w", store.Classify(err))
	}
	living, err := texts(rows)
	if err != nil {
		return fmt.Errorf("accounts: recheck: %w", store.Classify(err))
	}
	dead := make(map[string]bool, len(tokens))
	for _, h := range tokens {
		dead[h] = true
	}
	for _, h := range living {
		delete(dead, h)
	}
	a.sessions.kill(dead, "")
	return nil
}
