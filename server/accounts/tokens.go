package accounts

import (
	"context"
	_ "embed"
	"strconv"
	"strings"
	"time"

	"etuservices/server/store"
)

//go:embed token.lua
var tokenText string

var tokenScript = store.NewScript(tokenText)

func tokenKey(hash string) string { return "etu:jeton:{" + hash + "}" }

// Fields of a token in Redis: when it ends by its last use, and for each
// connection that holds it, when it ends as long as that one is there. Several
// connections may hold one token: none may shorten what another used.
const (
	fieldEnd  = "fin"
	fieldLive = "vif:" // + the connection's name
)

// tokenCall tells Redis of a use. known keeps it from making a token that it
// does not have: forgotten, or killed.
func (a *Accounts) tokenCall(s *Session, use int64, known bool) store.Call {
	u := s.User
	ends := use + a.SessionTTL.Milliseconds()
	live, onlyKnown := strconv.FormatInt(ends+a.ahead().Milliseconds(), 10), "0"
	if s.left.Load() {
		live = ""
	}
	if known {
		onlyKnown = "1"
	}
	return store.Call{
		Script: tokenScript,
		Keys:   []string{tokenKey(s.hash)},
		Args: []any{
			// A little longer than the token: one that is there and ended is
			// dead for certain, one that is absent may have been forgotten.
			(a.SessionTTL + 3*a.ahead()).Milliseconds(), onlyKnown, fieldEnd, ends, fieldLive + s.name, live,
			"id", u.ID, "login", u.Login, "role", string(u.Role), "prenom", u.FirstName,
			"nom", u.LastName, "email", u.Email, "depuis", strconv.FormatInt(s.Since.UnixMilli(), 10),
			"changer", flag(u.MustChange),
		},
	}
}

// tokenEnd reads when a token ends, in Unix milliseconds.
func tokenEnd(fields map[string]string) (ends int64) {
	for name, value := range fields {
		if name == fieldEnd || strings.HasPrefix(name, fieldLive) {
			n, _ := strconv.ParseInt(value, 10, 64)
			ends = max(ends, n)
		}
	}
	return ends
}

// writeSQL writes uses, each with the lead, never backwards; and ends the
// sessions whose token is gone.
func (a *Accounts) writeSQL(ctx context.Context, used []*Session, uses []int64) error {
	var cases strings.Builder
	var values, hashes []any
	distinct := map[string]bool{}
	for i, s := range used {
		until := store.AtMilli(uses[i] + a.ahead().Milliseconds())
		cases.WriteString(" WHEN empreinte = ? AND dernier_usage < ? THEN ?")
		values = append(values, s.hash, until, until)
		if !distinct[s.hash] {
			distinct[s.hash] = true
			hashes = append(hashes, s.hash)
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	in := ` WHERE empreinte IN (` + strings.Repeat(", ?", len(hashes))[2:] + `)`
	done, err := a.Stores.SQL.Write.ExecContext(ctx,
		`UPDATE jetons SET dernier_usage = CASE`+cases.String()+` ELSE dernier_usage END`+in, append(values, hashes...)...)
	if err != nil {
		return store.Classify(err)
	}
	if n, err := done.RowsAffected(); err != nil || n == int64(len(hashes)) {
		return err
	}
	return a.killMissing(ctx, used, in, hashes)
}

// killMissing ends the sessions whose token SQL no longer has.
func (a *Accounts) killMissing(ctx context.Context, used []*Session, in string, hashes []any) error {
	rows, err := a.Stores.SQL.Read.QueryContext(ctx, `SELECT empreinte FROM jetons`+in, hashes...)
	if err != nil {
		return store.Classify(err)
	}
	defer rows.Close()
	alive := map[string]bool{}
	for rows.Next() {
		var hash string
		if err := rows.Scan(&hash); err != nil {
			return store.Classify(err)
		}
		alive[hash] = true
	}
	if err := rows.Err(); err != nil {
		return store.Classify(err)
	}
	dead := map[string]bool{}
	for _, s := range used {
		if !alive[s.hash] {
			dead[s.hash] = true
		}
	}
	a.sessions.kill(dead, "")
	return nil
}

// useOf is the use that a row's dernier_usage stands for.
func (a *Accounts) useOf(written store.Instant) time.Time { return written.Add(-a.ahead()) }
