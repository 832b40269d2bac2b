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

// writeSQL writes uses, each with the lead, never backwards, where SQL does not
// cover them already; and ends the sessions whose token is gone.
func (a *Accounts) writeSQL(ctx context.Context, used []*Session, uses []int64) error {
	var cases strings.Builder
	var values []any
	var due, covered hashes
	for i, s := range used {
		if uses[i] <= s.inSQL.Load() {
			covered.add(s.hash)
			continue
		}
		until := store.AtMilli(uses[i] + a.ahead().Milliseconds())
		cases.WriteString(" WHEN empreinte = ? AND dernier_usage < ? THEN ?")
		values = append(values, s.hash, until, until)
		due.add(s.hash)
	}
	if len(due.list) > 0 {
		done, err := a.Stores.SQL.Write.ExecContext(ctx, `UPDATE jetons SET dernier_usage = CASE`+cases.String()+
			` ELSE dernier_usage END`+due.in(), append(values, due.list...)...)
		if err != nil {
			return store.Classify(err)
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		if n < int64(len(due.list)) {
			for _, hash := range due.list {
				covered.add(hash)
			}
		}
	}
	return a.killMissing(ctx, used, covered)
}

// hashes of tokens, each once.
type hashes struct {
	list []any
	has  map[any]bool
}

func (h *hashes) add(hash any) {
	if h.has == nil {
		h.has = map[any]bool{}
	}
	if !h.has[hash] {
		h.has[hash] = true
		h.list = append(h.list, hash)
	}
}

func (h *hashes) in() string {
	return ` WHERE empreinte IN (` + strings.Repeat(", ?", len(h.list))[2:] + `)`
}

// killMissing ends the sessions of those tokens that SQL no longer has.
func (a *Accounts) killMissing(ctx context.Context, used []*Session, asked hashes) error {
	if len(asked.list) == 0 {
		return nil
	}
	rows, err := a.Stores.SQL.Read.QueryContext(ctx, `SELECT empreinte FROM jetons`+asked.in(), asked.list...)
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
		if asked.has[s.hash] && !alive[s.hash] {
			dead[s.hash] = true
		}
	}
	a.sessions.kill(dead, "")
	return nil
}

// useOf is the use that a row's dernier_usage stands for.
func (a *Accounts) useOf(written store.Instant) time.Time { return written.Add(-a.ahead()) }
