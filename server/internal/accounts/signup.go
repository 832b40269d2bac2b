package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"etuservices/server/internal/store"
)

// Registration is a new account, its values already validated and folded.
type Registration struct {
	User
	Password string
	// Allowed, when given, says whether the account may be opened at all: before
	// the password is hashed, and again in the transaction, with a lock on what it
	// reads.
	Allowed func(ctx context.Context, from store.Conn) error
	// Then, when given, is done in the same transaction.
	Then func(ctx context.Context, tx store.Tx, u User) error
}

// SignUp opens an account for somebody who registers, within the limits of the address.
// Errors: *TooMany, those of r.Allowed, and those of Create.
func (a *Accounts) SignUp(ctx context.Context, from Origin, r Registration) (User, error) {
	err := a.beforeHashing(ctx, func(ctx context.Context) error {
		if err := r.Allowed(ctx, a.Stores.SQL.Read.Conn); err != nil {
			return err
		}
		if err := a.mayRegister(ctx, from); err != nil {
			return err
		}
		return a.free(ctx, r.User) // before the hashing, which costs
	})
	if err != nil {
		return User{}, err
	}
	return a.insert(ctx, from.network(), r)
}

// Create opens an account. Errors: *Taken, *hashing.Busy, store.ErrUnavailable.
func (a *Accounts) Create(ctx context.Context, r Registration) (User, error) {
	if err := a.free(ctx, r.User); err != nil {
		return User{}, err
	}
	return a.insert(ctx, "", r)
}

func (a *Accounts) insert(ctx context.Context, flow string, r Registration) (User, error) {
	hash, err := a.Hash(ctx, flow, r.Password)
	if err != nil {
		return User{}, err
	}
	user := r.User
	err = a.Stores.SQL.Tx(ctx, func(ctx context.Context, tx store.Tx) error {
		if r.Allowed != nil {
			if err := r.Allowed(ctx, tx.Conn); err != nil {
				return err
			}
		}
		done, err := tx.Exec(ctx, `
			INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, role, cree_le)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
			user.Login, user.Email, user.FirstName, user.LastName, hash, string(user.Role), store.At(time.Now()))
		if err != nil {
			return err
		}
		if user.ID, err = done.LastInsertId(); err != nil || r.Then == nil {
			return err
		}
		return r.Then(ctx, tx, user)
	})
	if store.IsDuplicate(err) {
		return User{}, &Taken{Field: store.DuplicateKey(err)}
	}
	if err != nil {
		return User{}, fmt.Errorf("accounts: register: %w", err)
	}
	a.publishNew(ctx, user.Login)
	return user, nil
}

// publishNew adds new accounts to the leaderboard of calls. Where Redis does not
// answer, the leaderboards' own check does it later.
func (a *Accounts) publishNew(ctx context.Context, logins ...string) {
	if _, err := store.EvalAll(ctx, a.Stores.Redis.DB1, a.Stats.RegistrationUpdate(logins...)...); err != nil {
		a.Log.Warn("nouveaux comptes non portés aux tableaux", "erreur", err)
	}
}

func (a *Accounts) free(ctx context.Context, u User) error {
	ctx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	for _, c := range []struct{ column, value string }{{"login", u.Login}, {"email", u.Email}} {
		var one int
		err := a.Stores.SQL.Read.QueryRow(ctx,
			`SELECT 1 FROM utilisateurs WHERE `+c.column+` = ?`, c.value).Scan(&one)
		switch {
		case err == nil:
			return &Taken{Field: c.column}
		case !errors.Is(err, sql.ErrNoRows):
			return fmt.Errorf("accounts: is %s free: %w", c.column, err)
		}
	}
	return nil
}

const (
	// bulkBatch is how many accounts one statement opens or looks for.
	bulkBatch = 500
	// bulkTime bounds the transaction that opens 2,000 accounts: half a second on a
	// quiet machine.
	bulkTime = 30 * time.Second
)

// CreateAll opens accounts in one transaction, all or none, whose users must change
// their passwords at the first login. then is done in it for each batch of logins.
// Errors: *Taken, *hashing.Busy, store.ErrUnavailable.
func (a *Accounts) CreateAll(ctx context.Context, list []Registration, then func(ctx context.Context, tx store.Tx, logins []string) error) error {
	hashes := make([]string, len(list))
	for i, r := range list {
		var err error
		if hashes[i], err = a.Hash(ctx, "", r.Password); err != nil {
			return err
		}
	}
	err := a.Stores.SQL.TxWithin(ctx, bulkTime, func(ctx context.Context, tx store.Tx) error {
		for begin := 0; begin < len(list); begin += bulkBatch {
			end := min(begin+bulkBatch, len(list))
			logins, err := insertMany(ctx, tx, list[begin:end], hashes[begin:end])
			if err != nil {
				return err
			}
			if err := then(ctx, tx, logins); err != nil {
				return err
			}
		}
		return nil
	})
	if store.IsDuplicate(err) {
		return &Taken{Field: store.DuplicateKey(err)}
	}
	if err != nil {
		return fmt.Errorf("accounts: create all: %w", err)
	}
	for some := range slices.Chunk(list, bulkBatch) {
		a.publishNew(ctx, loginsOf(some)...)
	}
	return nil
}

func loginsOf(list []Registration) []string {
	logins := make([]string, len(list))
	for i, r := range list {
		logins[i] = r.Login
	}
	return logins
}

func insertMany(ctx context.Context, tx store.Tx, list []Registration, hashes []string) (logins []string, err error) {
	const columns = 7
	args, now := make([]any, 0, columns*len(list)), store.At(time.Now())
	for i, r := range list {
		args = append(args, r.Login, r.Email, r.FirstName, r.LastName, hashes[i], string(r.Role), now)
	}
	rows := strings.Repeat(", (?, ?, ?, ?, ?, ?, ?)", len(list))[2:]
	if _, err := tx.Exec(ctx,
		`INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, role, cree_le) VALUES `+rows, args...); err != nil {
		return nil, err
	}
	logins = loginsOf(list)
	in, args := store.InClause(logins)
	_, err = tx.Exec(ctx,
		`INSERT INTO consignes (utilisateur_id, mdp_a_changer) SELECT id, 1 FROM utilisateurs WHERE login `+in, args...)
	return logins, err
}

// TakenAmong gives those of some values that accounts have; column is "login" or
// "email". Errors: store.ErrUnavailable.
func (a *Accounts) TakenAmong(ctx context.Context, column string, values []string) (map[string]bool, error) {
	taken := make(map[string]bool)
	for some := range slices.Chunk(values, bulkBatch) {
		in, args := store.InClause(some)
		found, err := store.Column[string](ctx, a.Stores.SQL.Read.Conn,
			`SELECT `+column+` FROM utilisateurs WHERE `+column+` `+in, args...)
		if err != nil {
			return nil, fmt.Errorf("accounts: is %s free: %w", column, err)
		}
		for _, value := range found {
			taken[value] = true
		}
	}
	return taken, nil
}
