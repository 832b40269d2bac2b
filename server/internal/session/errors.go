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
	"etuservices/server/internal/store"
)

// retryAfter is what INDISPONIBLE advises: stores that restart need about that.
const retryAfter = 2 * time.Second

// writeError turns a failure into the line that ends the reply.
func (s *Session) writeError(out *protocol.Writer, verb *protocol.Verb, err error) {
	if known := (*accounts.Known)(nil); errors.As(err, &known) {
		s.tried = known.Login
	}
	wire := protocol.WireError(err)
	switch {
	case errors.Is(err, accounts.ErrWrong):
		wire = s.failed()
	case wire != nil:
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		s.Health.Count(verb.Name, err)
		s.Log.Debug("magasin indisponible", "verbe", verb.Name, "erreur", err)
		s.Health.Refused(s.Log, err)
		wire = &protocol.Error{
			Code:   protocol.INDISPONIBLE,
			Fields: protocol.Fields{protocol.IntField("apres", protocol.Seconds(retryAfter))},
		}
	default:
		wire = s.incident("verbe", verb.Name, "erreur", err)
	}
	s.faults++
	switch wire.Code {
	case protocol.NO:
	case protocol.SYNTAXE:
		wire = &protocol.Error{Code: wire.Code, Fields: protocol.Fields{{Key: "usage", Value: verb.Usage}}}
	default:
		s.faults = 0
	}
	s.closing = s.closing || wire.Code.Closes() || s.faults >= protocol.MaxInRowFaults
	out.Error(wire)
}

// failed counts a wrong password or token: the third closes the connection.
func (s *Session) failed() *protocol.Error {
	s.failures++
	if s.failures >= protocol.MaxFailures {
		return &protocol.Error{Code: protocol.EC}
	}
	return &protocol.Error{
		Code:   protocol.ECHEC,
		Fields: protocol.Fields{protocol.IntField("reste", int64(protocol.MaxFailures-s.failures))},
	}
}

// incident is the answer to a fault of ours, with a number that stands in the log.
func (s *Session) incident(about ...any) *protocol.Error {
	number := strings.ToLower(rand.Text()[:10])
	s.Log.Error("incident", append([]any{"incident", number}, about...)...)
	return &protocol.Error{Code: protocol.INTERNE, Fields: protocol.Fields{{Key: "incident", Value: number}}}
}

// panicked ends this connection, and no other, after a panic.
func (s *Session) panicked(out *protocol.Writer, start int, p any) {
	out.Truncate(start)
	out.Error(s.incident("panique", p, "pile", string(debug.Stack())))
}
