package accounts

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/quota"
	"etuservices/server/store"
)

//go:embed visit.lua
var visitText string

var visitScript = store.NewScript(visitText)

// Login is a successful login.
type Login struct {
	*Session
	Quota  quota.State // of connexions, this one included
	Visits int64       // logins since the last pause of VisitsTTL
}

// Login checks a password, takes a slot of the login quota, and writes the
// login down. Errors: ErrWrong, ErrBlocked, *quota.Exceeded, *hashing.Busy,
// *TooMany, store.ErrUnavailable; none of them counts.
func (a *Accounts) Login(ctx context.Context, name, password string, from From) (Login, error) {
	var user found
	var hash string
	var try *attempt
	err := a.door.through(ctx, func(ctx context.Context) (err error) {
		if user, hash, err = a.find(ctx, name); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("accounts: find: %w", err)
		}
		try, err = a.attempt(ctx, from, nameFor(user.User, name))
		return err
	})
	if err != nil {
		return Login{}, err
	}
	if err := a.guess(ctx, try, password, hash); err != nil {
		return Login{}, err
	}
	if err := user.refusal(time.Now()); err != nil {
		return Login{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, store.RequestTime) // the line for hashing has its own
	defer cancel()
	slot, err := a.Quota.Take(ctx, user.Quota(), quota.Logins, "")
	if err != nil {
		return Login{}, err
	}
	session := a.newSession(user.User, slot.Stamp)
	a.sessions.add(session) // before the token can be killed
	account, state, err := a.record(ctx, slot, session, from.Address)
	if err != nil {
		a.sessions.remove(session)
		return Login{}, a.undo(ctx, slot, err)
	}
	session.ready.Store(true)
	login := Login{Session: session, Quota: state}
	login.Visits = a.publish(ctx, session, account)
	return login, nil
}

// record is the transaction that decides.
func (a *Accounts) record(ctx context.Context, slot quota.Slot, s *Session, address string) (account quota.Account, state quota.State, err error) {
	at, until := store.At(slot.Stamp), s.lastUse.Load()+a.ahead().Milliseconds()
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx *sql.Tx) error {
		account, state, err = a.Quota.Certify(ctx, tx, slot,
			"nb_connexions = nb_connexions + 1, "+
				// Logins are not written down in the order of their stamps.
				"derniere_connexion = CASE WHEN derniere_connexion > ? THEN derniere_connexion ELSE ? END", at, at)
		if err != nil {
			return err
		}
		standing := standing{account.State, account.ExpelledUntil}
		if err := standing.refusal(slot.Stamp); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO connexions (utilisateur_id, instant, adresse, serveur, creneau) VALUES (?, ?, ?, ?, ?)`,
			s.User.ID, at, address, a.Instance, slot.ID); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO jetons (empreinte, utilisateur_id, depuis, dernier_usage) VALUES (?, ?, ?, ?)`,
			s.hash, s.User.ID, at, store.AtMilli(until))
		return err
	})
	s.covered.Store(until)
	return account, state, err
}

// undo frees the slot of a login that was not written down.
func (a *Accounts) undo(ctx context.Context, slot quota.Slot, err error) error {
	if errors.Is(err, store.ErrCommitUnknown) {
		a.Quota.Settle(slot)
		return fmt.Errorf("accounts: login: %w", err)
	}
	a.Quota.GiveBack(ctx, slot)
	if errors.Is(err, quota.ErrNoAccount) {
		return ErrWrong // deleted this very moment
	}
	var full *quota.Exceeded
	if errors.As(err, &full) {
		a.Quota.Fill(ctx, slot.User, slot.Kind) // Redis had forgotten
		return full
	}
	return fmt.Errorf("accounts: login: %w", err)
}

// publish tells Redis, in one round trip, what was committed. Nothing here may
// undo the login: what is lost is rebuilt from SQL.
func (a *Accounts) publish(ctx context.Context, s *Session, account quota.Account) (visits int64) {
	calls := []store.Call{
		{
			Script: visitScript,
			Keys:   []string{"etu:{" + s.User.Login + "}:visites"},
			Args:   []any{a.VisitsTTL.Milliseconds()},
		},
		a.tokenCall(s, s.lastUse.Load(), false),
	}
	if a.OnLogin != nil {
		calls = append(calls, a.OnLogin(s.User.Login, account.Logins, s.Since)...)
	}
	answers, err := store.Run(ctx, a.Stores.Redis.DB0, calls...)
	if err != nil {
		a.Log.Warn("connexion écrite mais non publiée dans Redis", "erreur", err)
		return 1
	}
	visits, _ = answers[0].(int64)
	return max(1, visits)
}

// findTime bounds the first look at an account, so that a MySQL that hangs is
// told within 5 s though a password check may wait longer.
const findTime = store.SQLTimeout

type found struct {
	User
	standing
}

// find reads an account by its login or, where there is an @, its e-mail. The
// error is sql.ErrNoRows for nobody.
func (a *Accounts) find(ctx context.Context, name string) (u found, hash string, err error) {
	column, fold := "login", protocol.Login
	if strings.Contains(name, "@") {
		column, fold = "email", protocol.Email
	}
	// What no account can be called is not asked for: each engine has its own
	// idea of equality (MySQL's takes no notice of trailing spaces) and of what
	// may be compared (MySQL's refuses an accent beside an ASCII column).
	name, ok := fold(name)
	if !ok {
		return u, "", sql.ErrNoRows
	}
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	err = a.Stores.SQL.Read.QueryRowContext(ctx, `
		SELECT u.id, u.login, u.email, u.prenom, u.nom, u.role, u.etat, u.mot_de_passe,
		  c.expulse_jusqua, COALESCE(c.mdp_a_changer, 0)
		FROM utilisateurs u LEFT JOIN consignes c ON c.utilisateur_id = u.id
		WHERE u.`+column+` = ?`, name).
		Scan(&u.ID, &u.Login, &u.Email, &u.FirstName, &u.LastName, (*string)(&u.Role), &u.state, &hash,
			&u.until, &u.MustChange)
	return u, hash, store.Classify(err)
}
