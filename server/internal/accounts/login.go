package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"etuservices/protocol"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// Login is a successful login.
type Login struct {
	*Session
	Quota  ledger.State // of connexions, this one included
	Visits int64        // logins since the last pause of VisitsTTL
}

// errStale says that the account's password was replaced after it was compared.
var errStale = errors.New("accounts: the password was replaced meanwhile")

// staleRounds is how often a login whose password is replaced under it is tried
// again: whoever loses as often meets somebody who does nothing else.
const staleRounds = 3

// Login checks a password, takes a slot of the login quota, and writes the
// login down. Errors: ErrWrong, *Refused, *ledger.Exceeded, *hashing.Busy,
// *TooMany, store.ErrUnavailable. None counts, except that after a
// store.ErrCommitUnknown (ErrUnavailable too) the login may stand.
//
// The account is read before the wait for a hasher, and again under its row's
// lock in the transaction that records the login: where its password is another
// one by then, what was compared says nothing and is compared again.
func (a *Accounts) Login(ctx context.Context, name, password string, from Origin) (Login, error) {
	for round := range staleRounds {
		login, err := a.login(ctx, name, password, from, round > 0)
		if !errors.Is(err, errStale) {
			return login, err
		}
	}
	return Login{}, ErrWrong
}

// login is one round of Login; again says that the delay was waited for before.
func (a *Accounts) login(ctx context.Context, name, password string, from Origin, again bool) (login Login, err error) {
	var user accountRow
	defer func() {
		if err != nil && user.Login != "" {
			err = &Known{user.Login, err}
		}
	}()
	var try *attempt
	err = a.beforeHashing(ctx, func(ctx context.Context) (err error) {
		if user, err = a.find(ctx, name); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("accounts: find: %w", err)
		}
		try, err = a.attempt(ctx, from, name, user.Login)
		return err
	})
	if err != nil {
		return Login{}, err
	}
	if again {
		try.delay = 0
	}
	asTyped, err := a.verifyPassword(ctx, try, password, user.hash)
	if err != nil {
		return Login{}, err
	}
	if asTyped || a.Hasher.NeedsRehash(user.hash) {
		user.hash = a.upgrade(ctx, try, password, user.hash)
	}
	ctx, cancel := context.WithTimeout(ctx, store.RequestTime) // the line for hashing has its own
	defer cancel()
	if err := a.stillRefused(ctx, user); err != nil {
		return Login{}, err
	}
	slot, err := a.Quota.Reserve(ctx, user.Quota(), ledger.Logins, "")
	if err != nil {
		return Login{}, err
	}
	session := a.newSession(user.User, slot.Stamp)
	a.Registry.add(session) // before the token can be killed
	totals, state, err := a.record(ctx, slot, session, user.hash, from.Address)
	if err != nil {
		a.Registry.remove(session)
		return Login{}, a.undo(ctx, slot, err)
	}
	session.ready.Store(true)
	login = Login{Session: session, Quota: state}
	login.Visits = a.publish(ctx, session, totals)
	return login, nil
}

// stillRefused is why an account that was found blocked or expelled may not log in now:
// such a login takes no slot of the quota. Errors: *Refused, ErrWrong, errStale.
func (a *Accounts) stillRefused(ctx context.Context, was accountRow) error {
	if was.refusal(time.Now()) == nil {
		return nil // record decides
	}
	is, err := a.lookUp(ctx, "u.id = ?", was.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrWrong
	case err != nil:
		return fmt.Errorf("accounts: find: %w", err)
	case is.hash != was.hash:
		return errStale
	}
	return is.refusal(time.Now())
}

// record is the transaction that decides: it holds for the account as it is
// under its row's lock, which must still have the hash that was compared.
func (a *Accounts) record(ctx context.Context, slot ledger.Reservation, s *Session, hash, address string) (totals ledger.Totals, state ledger.State, err error) {
	at, until := store.At(slot.Stamp), s.lastUse.Load()+a.writeAhead().Milliseconds()
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		totals, state, err = a.Quota.ConfirmLogin(ctx, tx, slot)
		if err != nil {
			return err
		}
		is, err := readAccount(ctx, tx.Conn, "u.id = ?", s.User.ID)
		if err != nil {
			return err
		}
		if is.hash != hash {
			return errStale
		}
		if err := is.refusal(slot.Stamp); err != nil {
			return err
		}
		s.User = is.User
		if _, err := tx.Exec(ctx, `
			INSERT INTO connexions (utilisateur_id, instant, adresse, serveur, creneau) VALUES (?, ?, ?, ?, ?)`,
			s.User.ID, at, address, a.Instance, slot.ID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO jetons (empreinte, utilisateur_id, depuis, dernier_usage) VALUES (?, ?, ?, ?)`,
			s.hash, s.User.ID, at, store.AtMilli(until))
		return err
	})
	s.covered.Store(until)
	return totals, state, err
}

// undo frees the slot of a login that was not written down.
func (a *Accounts) undo(ctx context.Context, slot ledger.Reservation, err error) error {
	if errors.Is(err, store.ErrCommitUnknown) {
		a.Quota.ResolveLater(slot)
		return fmt.Errorf("accounts: login: %w", err)
	}
	a.Quota.Release(ctx, slot)
	switch {
	case errors.Is(err, ledger.ErrNoAccount):
		return ErrWrong // deleted this very moment
	case errors.Is(err, errStale):
		return errStale
	}
	var full *ledger.Exceeded
	if errors.As(err, &full) {
		a.Quota.Restore(ctx, slot) // Redis had forgotten
		return full
	}
	return fmt.Errorf("accounts: login: %w", err)
}

// publish writes to Redis, in one round trip, what was committed. Its failure does not
// undo the login: what is lost is rebuilt from SQL.
func (a *Accounts) publish(ctx context.Context, s *Session, totals ledger.Totals) (visits int64) {
	calls := []store.Call{
		{
			Script: visitScript,
			Keys:   []string{"etu:{" + s.User.Login + "}:visites"},
			Args:   []any{a.VisitsTTL.Milliseconds()},
		},
		a.tokenCall(s, s.lastUse.Load(), false),
	}
	calls = append(calls, a.Stats.LoginUpdate(s.User.Login, totals.Logins, s.Since)...)
	answers, err := store.EvalAll(ctx, a.Stores.Redis.DB0, calls...)
	if err != nil {
		a.Log.Warn("connexion écrite mais non publiée dans Redis", "erreur", err)
		return 1
	}
	visits, _ = answers[0].(int64)
	return max(1, visits)
}

// findTime bounds the first query for an account, so that a MySQL that hangs is
// reported within 5 s though a password check may wait longer.
const findTime = store.SQLTimeout

// accountRow is an account as it was read: what is decided from it after a wait is
// decided again.
type accountRow struct {
	User
	accountStatus
	hash string
}

// find reads an account by its login or, where there is an @, its e-mail. The
// error is sql.ErrNoRows for nobody.
func (a *Accounts) find(ctx context.Context, name string) (accountRow, error) {
	column, fold := "login", protocol.ParseLogin
	if strings.Contains(name, "@") {
		column, fold = "email", protocol.ParseEmail
		if u, err := a.findAsTyped(ctx, name); !errors.Is(err, sql.ErrNoRows) {
			return u, err
		}
	}
	// What no account can be called is not asked for: each engine has its own
	// idea of equality (MySQL's takes no notice of trailing spaces) and of what
	// may be compared (MySQL's refuses an accent beside an ASCII column).
	name, ok := fold(name)
	if !ok {
		return accountRow{}, sql.ErrNoRows
	}
	return a.lookUp(ctx, "u."+column+" = ?", name)
}

// findAsTyped reads an account whose address was kept in another form than new
// ones are (NFC, nothing unseen): such accounts stay as they are.
func (a *Accounts) findAsTyped(ctx context.Context, email string) (accountRow, error) {
	if !utf8.ValidString(email) || len(email) > protocol.MaxEmail || strings.ContainsFunc(email, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}) {
		return accountRow{}, sql.ErrNoRows
	}
	typed := strings.ToLower(email)
	if folded, _ := protocol.ParseEmail(email); folded == typed {
		return accountRow{}, sql.ErrNoRows
	}
	return a.lookUp(ctx, "u.email = ?", typed)
}

// lookUp reads an account outside of a transaction.
func (a *Accounts) lookUp(ctx context.Context, where string, value any) (accountRow, error) {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	return readAccount(ctx, a.Stores.SQL.Read.Conn, where, value)
}

func readAccount(ctx context.Context, from store.Conn, where string, value any) (u accountRow, err error) {
	err = from.QueryRow(ctx, `
		SELECT u.id, u.login, u.email, u.prenom, u.nom, u.role, u.etat, u.mot_de_passe,
		  c.expulse_jusqua, COALESCE(c.mdp_a_changer, 0)
		FROM utilisateurs u LEFT JOIN consignes c ON c.utilisateur_id = u.id
		WHERE `+where, value).
		Scan(&u.ID, &u.Login, &u.Email, &u.FirstName, &u.LastName, (*string)(&u.Role), &u.state, &u.hash,
			&u.until, &u.MustChange)
	return u, err
}
