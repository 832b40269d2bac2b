package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"etuservices/server/quota"
	"etuservices/server/store"
)

// Resume takes a session up again by its token; it is no login and counts
// nothing. SQL knows which tokens were killed and, with the lead, the last use;
// Redis knows when one ends to the millisecond, unless it came back on an old
// file: then SQL knows a later use. One of them is enough. Errors: ErrWrong,
// store.ErrUnavailable.
func (a *Accounts) Resume(ctx context.Context, token string) (*Session, error) {
	hash := hashToken(token)
	waiting := &Session{hash: hash} // hears of the token's end from now on
	a.sessions.add(waiting)
	defer a.sessions.remove(waiting)
	session, written, sqlErr := a.resumeSQL(ctx, token, hash)
	if errors.Is(sqlErr, ErrWrong) {
		return nil, ErrWrong
	}
	var fields map[string]string
	err := store.ErrUnavailable
	if !a.Stores.Health.Missing(store.NeedRedis) {
		fields, err = a.Stores.Redis.DB0.HGetAll(ctx, tokenKey(hash)).Result()
	}
	if err = store.Classify(err); err != nil && sqlErr != nil {
		return nil, fmt.Errorf("accounts: resume: %w", errors.Join(sqlErr, err))
	}
	life := a.SessionTTL.Milliseconds()
	ends := tokenEnd(fields)
	switch {
	case sqlErr != nil && len(fields) == 0:
		return nil, fmt.Errorf("accounts: resume: %w", sqlErr)
	case sqlErr != nil: // MySQL is away: Redis alone
		session = a.sessionOf(token, fields)
	case ends-life < a.useOf(written).UnixMilli(): // Redis forgot, or is behind
		ends = written.Milli() + life
	}
	if time.Now().UnixMilli() > ends {
		return nil, ErrWrong
	}
	session.ready.Store(true)
	a.sessions.add(session)
	if waiting.Dead() {
		a.sessions.remove(session)
		return nil, ErrWrong
	}
	session.Use()
	return session, nil
}

// resumeSQL gives the session of a token that was not killed, and the last use
// that is written of it, with its lead.
func (a *Accounts) resumeSQL(ctx context.Context, token, hash string) (s *Session, written store.Instant, err error) {
	if a.Stores.Health.Missing(store.NeedSQL) {
		return nil, written, store.ErrUnavailable
	}
	var u User
	var role, state string
	var since store.Instant
	err = a.Stores.SQL.Read.QueryRowContext(ctx, `
		SELECT u.id, u.login, u.email, u.prenom, u.nom, u.role, u.etat, j.depuis, j.dernier_usage,
		  COALESCE(c.mdp_a_changer, 0)
		FROM jetons j JOIN utilisateurs u ON u.id = j.utilisateur_id
		LEFT JOIN consignes c ON c.utilisateur_id = u.id WHERE j.empreinte = ?`, hash).
		Scan(&u.ID, &u.Login, &u.Email, &u.FirstName, &u.LastName, &role, &state, &since, &written, &u.MustChange)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, written, ErrWrong
	case err != nil:
		return nil, written, store.Classify(err)
	case state != quota.Active:
		return nil, written, ErrWrong
	}
	u.Role = Role(role)
	return a.resumedSession(u, token, since.Time), written, nil
}

func (a *Accounts) sessionOf(token string, f map[string]string) *Session {
	id, _ := strconv.ParseInt(f["id"], 10, 64)
	since, _ := strconv.ParseInt(f["depuis"], 10, 64)
	return a.resumedSession(User{
		ID: id, Login: f["login"], Email: f["email"], FirstName: f["prenom"], LastName: f["nom"], Role: Role(f["role"]),
		MustChange: f["changer"] == "1",
	}, token, time.UnixMilli(since).UTC())
}
