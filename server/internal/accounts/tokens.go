package accounts

import (
	"context"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"time"

	"etuservices/server/internal/store"
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
	live, onlyKnown := strconv.FormatInt(ends+a.writeAhead().Milliseconds(), 10), "0"
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
			(a.SessionTTL + 3*a.writeAhead()).Milliseconds(), onlyKnown, fieldEnd, ends, fieldLive + s.name, live,
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

// persistUses writes uses, each with the lead, never backwards, where SQL does not
// cover them already; and ends the sessions whose token is gone.
func (a *Accounts) persistUses(ctx context.Context, used []*Session, uses []int64) error {
	var cases strings.Builder
	var values []any
	var due, known []string // hashes: to be written, and only looked for
	for i, s := range used {
		if uses[i] <= s.inSQL.Load() {
			known = append(known, s.hash)
			continue
		}
		until := store.AtMilli(uses[i] + a.writeAhead().Milliseconds())
		cases.WriteString(" WHEN empreinte = ? AND dernier_usage < ? THEN ?")
		values = append(values, s.hash, until, until)
		due = append(due, s.hash)
	}
	if len(due) > 0 {
		slices.Sort(due)
		due = slices.Compact(due) // several connections may hold one token
		in, args := store.InClause(due)
		done, err := a.Stores.SQL.Write.ExecContext(ctx, `UPDATE jetons SET dernier_usage = CASE`+cases.String()+
			` ELSE dernier_usage END WHERE empreinte `+in, append(values, args...)...)
		if err != nil {
			return store.Classify(err)
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		if n < int64(len(due)) {
			known = append(known, due...)
		}
	}
	return a.revalidate(ctx, known)
}

// lastUse is the use that a row's dernier_usage stands for.
func (a *Accounts) lastUse(written store.Instant) time.Time { return written.Add(-a.writeAhead()) }
