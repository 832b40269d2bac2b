package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"etuservices/server/store"
)

// Resume takes a session up again by its token; it is no login and counts
// nothing. SQL knows which tokens were killed, Redis when one ends to the
// millisecond; one of them is enough. Errors: ErrWrong, store.ErrUnavailable.
func (a *Accounts) Resume(ctx context.Context, token string) (*Session, error) {
	hash := hashToken(token)
	session, sqlErr := a.resumeSQL(ctx, token, hash)
	if errors.Is(sqlErr, ErrWrong) {
		return nil, ErrWrong
	}
	fields, err := a.Stores.Redis.DB0.HGetAll(ctx, tokenKey(hash)).Result()
	if err = store.Classify(err); err != nil && sqlErr != nil {
		return nil, fmt.Errorf("accounts: resume: %w", errors.Join(sqlErr, err))
	}
	if len(fields) > 0 {
		ends, _ := strconv.ParseInt(fields["fin"], 10, 64)
		if time.Now().UnixMilli() > ends {
			return nil, ErrWrong
		}
	}
	if sqlErr != nil { // MySQL is away: Redis alone
		if len(fields) == 0 {
			return nil, fmt.Errorf("accounts: resume: %w", sqlErr)
		}
		session = sessionOf(token, fields)
	}
	a.sessions.add(session)
	return session, nil
}

func (a *Accounts) resumeSQL(ctx context.Context, token, hash string) (*Session, error) {
	var u User
	var role, state string
	var since, lastUse store.Instant
	err := a.Stores.SQL.Read.QueryRowContext(ctx, `
		SELECT u.id, u.login, u.email, u.prenom, u.nom, u.role, u.etat, j.depuis, j.dernier_usage
		FROM jetons j JOIN utilisateurs u ON u.id = j.utilisateur_id WHERE j.empreinte = ?`, hash).
		Scan(&u.ID, &u.Login, &u.Email, &u.FirstName, &u.LastName, &role, &state, &since, &lastUse)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, ErrWrong
	case err != nil:
		return nil, store.Classify(err)
	case state != active || time.Since(lastUse.Time) > a.SessionTTL:
		return nil, ErrWrong
	}
	u.Role = Role(role)
	return resumedSession(u, token, since.Time), nil
}

func sessionOf(token string, f map[string]string) *Session {
	id, _ := strconv.ParseInt(f["id"], 10, 64)
	since, _ := strconv.ParseInt(f["depuis"], 10, 64)
	return resumedSession(User{
		ID: id, Login: f["login"], Email: f["email"], FirstName: f["prenom"], LastName: f["nom"], Role: Role(f["role"]),
	}, token, time.UnixMilli(since).UTC())
}
