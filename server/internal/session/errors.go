package session

import (
	"context"
	"crypto/rand"
	"errors"
	"runtime/debug"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/market"
	"etuservices/server/internal/store"
)

// retryAfter is what INDISPONIBLE advises: stores that restart need about that.
const retryAfter = 2 * time.Second

// replyError is a failure that is answered by a code and nothing else.
type replyError struct {
	code   protocol.Code
	fields protocol.Fields
	text   string // "" for the code's own
}

func (f *replyError) Error() string { return "session: " + string(f.code) }

func invalid(field, text string) error {
	return &replyError{protocol.INVALIDE, protocol.Fields{{Key: "champ", Value: field}}, text}
}

// codesOfErrors gives the code of each error that has one and nothing to add.
var codesOfErrors = []struct {
	err  error
	code protocol.Code
}{
	{accounts.ErrBlocked, protocol.BLOQUE},
	{market.ErrAbsent, protocol.ABSENT},
	{market.ErrNotYours, protocol.INTERDIT},
	{market.ErrGone, protocol.VENDU},
	{ledger.ErrNoAccount, protocol.AUTH},
	{accounts.ErrDead, protocol.AUTH},
	{admin.ErrAbsent, protocol.ABSENT},
	{admin.ErrSelf, protocol.INTERDIT},
	{admin.ErrLastAdmin, protocol.INTERDIT},
	{admin.ErrNotAdmin, protocol.INTERDIT},
}

// writeError turns a failure into the line that ends the reply.
func (s *Session) writeError(out *protocol.Writer, verb *protocol.Verb, err error) {
	faulty := false
	defer func() {
		if faulty {
			s.faults++
			s.closing = s.closing || s.faults >= protocol.MaxInRowFaults
		} else {
			s.faults = 0
		}
	}()
	var (
		f     *replyError
		full  *ledger.Exceeded
		bad   *accounts.Invalid
		taken *accounts.Taken
		busy  *hashing.Busy
		many  *accounts.TooMany
		until *accounts.Blocked
		wrong *accounts.Wrong
	)
	switch {
	case errors.As(err, &f):
		faulty = f.code == protocol.NO
		s.write(out, f)
	case errors.Is(err, protocol.ErrSyntax), errors.Is(err, market.ErrCursor):
		faulty = true
		out.Err(protocol.SYNTAXE).Str("usage", verb.Usage).Text(textOf(protocol.SYNTAXE))
	case errors.Is(err, accounts.ErrWrong):
		if errors.As(err, &wrong) {
			s.tried = wrong.Login
		}
		s.fail(out)
	case errors.As(err, &until) && until.After > 0:
		wait := ledger.Seconds(until.After)
		out.Err(protocol.BLOQUE).Int("apres", wait).Text("Vous avez été exclu ; revenez dans " + frenchWait(wait) + ".")
	case errors.Is(err, accounts.ErrSame):
		s.write(out, &replyError{
			protocol.INVALIDE,
			protocol.Fields{{Key: "champ", Value: "motdepasse"}},
			"Choisissez un autre mot de passe que celui qui vous a été donné.",
		})
	case errors.As(err, &full):
		writeExceeded(out, full)
	case errors.As(err, &bad):
		s.write(out, &replyError{protocol.INVALIDE, protocol.Fields{{Key: "champ", Value: bad.Field}}, bad.Text})
	case errors.As(err, &taken):
		s.write(out, &replyError{protocol.EXISTE, protocol.Fields{{Key: "champ", Value: taken.Field}}, ""})
	case errors.Is(err, market.ErrRefReused):
		s.write(out, &replyError{
			protocol.INVALIDE,
			protocol.Fields{{Key: "champ", Value: "ref"}},
			"Cette référence a servi à un autre appel.",
		})
	case errors.As(err, &many):
		s.closing = true
		out.Err(protocol.DEBIT).Int("apres", ledger.Seconds(many.After)).Text(textOf(protocol.DEBIT))
	case errors.As(err, &busy):
		unavailable(out, busy.After)
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		s.Health.Count(verb.Name, err)
		s.Log.Debug("magasin indisponible", "verbe", verb.Name, "erreur", err)
		s.Health.Refused(s.Log, err)
		unavailable(out, retryAfter)
	default:
		s.writeKnownError(out, verb, err)
	}
}

func (s *Session) writeKnownError(out *protocol.Writer, verb *protocol.Verb, err error) {
	for _, k := range codesOfErrors {
		if errors.Is(err, k.err) {
			s.write(out, &replyError{code: k.code})
			return
		}
	}
	s.incident(out, "verbe", verb.Name, "erreur", err)
}

func (s *Session) write(out *protocol.Writer, f *replyError) {
	line := out.Err(f.code)
	for _, x := range f.fields {
		line = line.Str(x.Key, x.Value)
	}
	s.closing = s.closing || f.code.Closes()
	if f.text == "" {
		f.text = textOf(f.code)
	}
	line.Text(f.text)
}

// fail counts a wrong password or token: the third closes the connection.
func (s *Session) fail(out *protocol.Writer) {
	s.failures++
	if s.failures >= protocol.MaxFailures {
		s.write(out, &replyError{code: protocol.EC})
		return
	}
	out.Err(protocol.ECHEC).Int("reste", int64(protocol.MaxFailures-s.failures)).Text(textOf(protocol.ECHEC))
}

func writeExceeded(out *protocol.Writer, e *ledger.Exceeded) {
	wait := ledger.Seconds(e.Next)
	out.Err(protocol.QUOTA).Str("quota", string(e.Kind)).Int("max", int64(e.Max)).
		Int("fenetre", ledger.Seconds(e.Window)).Int("apres", wait).
		Text("Quota de " + string(e.Kind) + " atteint ; une place se libère dans " + frenchWait(wait) + ".")
}

func unavailable(out *protocol.Writer, after time.Duration) {
	out.Err(protocol.INDISPONIBLE).Int("apres", ledger.Seconds(after)).Text(textOf(protocol.INDISPONIBLE))
}

// incident answers a fault of ours with a number that stands in the log.
func (s *Session) incident(out *protocol.Writer, about ...any) {
	number := strings.ToLower(rand.Text()[:10])
	s.Log.Error("incident", append([]any{"incident", number}, about...)...)
	s.closing = true
	out.Err(protocol.INTERNE).Str("incident", number).Text(textOf(protocol.INTERNE))
}

// panicked ends this connection, and no other, after a panic.
func (s *Session) panicked(out *protocol.Writer, start int, p any) {
	out.Truncate(start)
	s.incident(out, "panique", p, "pile", string(debug.Stack()))
}

func textOf(code protocol.Code) string {
	info, _ := code.Info()
	return info.Text
}
