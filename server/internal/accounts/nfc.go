package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// normalized is the row of reglages that says that the accounts made before
// addresses and names were kept in NFC (PROTOCOL.md §1.5) were looked through.
const normalized = "nfc"

// storedForm is what an account has that NFC may change.
type storedForm struct {
	id                            int64
	login, email, firstName, name string
}

// Normalize puts the addresses and names of older accounts into NFC, once for all
// instances. Where two accounts would then have one address, both keep theirs.
func (a *Accounts) Normalize(ctx context.Context) error {
	done, err := a.Stores.SQL.Setting(ctx, normalized)
	if err != nil {
		return fmt.Errorf("accounts: normalize: %w", err)
	}
	if done != "" {
		return nil
	}
	list, err := otherForms(ctx, a.Stores.SQL.Read.Conn)
	if err != nil {
		return fmt.Errorf("accounts: normalize: %w", err)
	}
	shared, err := sharedAddresses(ctx, a.Stores.SQL.Read.Conn, list)
	if err != nil {
		return fmt.Errorf("accounts: normalize: %w", err)
	}
	for _, k := range list {
		if err := a.normalize(ctx, k, len(shared[protocol.FoldEmail(k.email)]) > 1); err != nil {
			return fmt.Errorf("accounts: normalize: %w", err)
		}
	}
	if _, err := a.Stores.SQL.AddSetting(ctx, normalized, "fait"); err != nil {
		return fmt.Errorf("accounts: normalize: %w", err)
	}
	return nil
}

func (a *Accounts) normalize(ctx context.Context, k storedForm, shared bool) error {
	update := func(email string) error {
		_, err := a.Stores.SQL.Write.Exec(ctx, `UPDATE utilisateurs SET email = ?, prenom = ?, nom = ? WHERE id = ?
			AND email = ? AND prenom = ? AND nom = ?`,
			email, normalName(k.firstName), normalName(k.name), k.id, k.email, k.firstName, k.name)
		return err
	}
	email := protocol.FoldEmail(k.email)
	if shared || len(email) > protocol.MaxEmail {
		return update(k.email)
	}
	err := update(email)
	if store.IsDuplicate(err) { // somebody took the address a moment ago
		return update(k.email)
	}
	return err
}

// normalName is a name in NFC, where it still fits its column.
func normalName(s string) string {
	if n := norm.NFC.String(s); utf8.RuneCountInString(n) <= protocol.MaxName {
		return n
	}
	return s
}

// otherForms reads the accounts of which an address or a name is not in the form
// that is kept today.
func otherForms(ctx context.Context, db store.Conn) (list []storedForm, err error) {
	err = db.Query(ctx, func(rows *sql.Rows) error {
		var k storedForm
		if err := rows.Scan(&k.id, &k.login, &k.email, &k.firstName, &k.name); err != nil {
			return err
		}
		if protocol.FoldEmail(k.email) != k.email || !norm.NFC.IsNormalString(k.firstName) || !norm.NFC.IsNormalString(k.name) {
			list = append(list, k)
		}
		return nil
	}, `SELECT id, login, email, prenom, nom FROM utilisateurs ORDER BY id`)
	return list, err
}

// sharedAddresses gives, for each address in today's form that an older account
// would get, the logins of all who would have it.
func sharedAddresses(ctx context.Context, db store.Conn, older []storedForm) (map[string][]string, error) {
	shared := map[string][]string{}
	for _, k := range older {
		email := protocol.FoldEmail(k.email)
		if email == k.email {
			continue
		}
		if shared[email] == nil {
			var login string
			switch err := db.QueryRow(ctx, `SELECT login FROM utilisateurs WHERE email = ?`, email).Scan(&login); {
			case err == nil:
				shared[email] = append(shared[email], login)
			case !errors.Is(err, sql.ErrNoRows):
				return nil, err
			}
		}
		shared[email] = append(shared[email], k.login)
	}
	return shared, nil
}

// SharedAddress is one e-mail address that several accounts have, each in
// another form; only what was made before addresses were kept in NFC can be so.
type SharedAddress struct {
	Email  string
	Logins []string
}

// SharedAddresses lists them, for the doctor.
func SharedAddresses(ctx context.Context, db store.Conn) (list []SharedAddress, err error) {
	older, err := otherForms(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("accounts: shared addresses: %w", err)
	}
	shared, err := sharedAddresses(ctx, db, older)
	if err != nil {
		return nil, fmt.Errorf("accounts: shared addresses: %w", err)
	}
	for _, k := range older {
		email := protocol.FoldEmail(k.email)
		if logins := shared[email]; len(logins) > 1 && !strings.HasPrefix(k.login, AnonymousMark) {
			list = append(list, SharedAddress{Email: email, Logins: logins})
			delete(shared, email)
		}
	}
	return list, nil
}
