package i18n

import (
	"context"
	"errors"
	"strings"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// Sentences by code, and by field where champ= names one.
var (
	codes       = words("Code")
	badFields   = words("Field")
	takenFields = words("Taken")
)

// The first that fits is told: the cause before its consequence.
var causes = []struct {
	err error
	msg Msg // where it has a %s, that is the server's address
}{
	{link.ErrTLS, failed.NoTLS},
	{link.ErrProtocol, failed.Foreign},
	{link.ErrLost, failed.Lost},
	{link.ErrSilent, failed.Silent},
	{link.ErrUnreachable, failed.Unreachable},
	{link.ErrHungUp, failed.HungUp},
	{link.ErrLine, failed.BadLine},
	{link.ErrBusy, failed.Busy},
	{context.DeadlineExceeded, failed.Timeout},
	{context.Canceled, failed.Cancelled},
	{link.ErrClosed, failed.Closed},
}

// Error says what went wrong and what to do, without exclamation marks, from
// the code or the link's error; the server's own (French) sentence is not used.
func (t T) Error(err error) string {
	var e *link.Error
	if errors.As(err, &e) {
		return t.code(e)
	}
	at := &link.AddrError{Addr: "?"} // the link names it
	errors.As(err, &at)
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return t.S(c.msg, at.Addr)
		}
	}
	return t.S(failed.Fault, err)
}

// Cause is the first sentence of Error: what went wrong, without the advice.
func (t T) Cause(err error) string {
	first, _, _ := strings.Cut(t.Error(err), ". ")
	return strings.TrimSuffix(first, ".") + "."
}

// Field gives what is expected of a field (champ=), for the place beside it.
func (t T) Field(name string) string {
	if m, ok := badFields[name]; ok {
		return t.S(m)
	}
	return t.S(codes[string(protocol.INVALIDE)])
}

func (t T) code(e *link.Error) string {
	field, after := e.Fields.Get("champ"), e.After()
	switch e.Code {
	case protocol.INVALIDE:
		return t.Field(field)
	case protocol.EXISTE:
		if m, ok := takenFields[field]; ok {
			return t.S(m)
		}
	case protocol.QUOTA:
		m := refused.NoCalls
		if e.Fields.Get("quota") == "connexions" {
			m = refused.NoLogins
		}
		return t.S(m, t.Duration(after))
	case protocol.BLOQUE:
		said := t.S(codes[string(e.Code)])
		if after > 0 {
			said = t.S(refused.BlockedFor, t.Duration(after))
		}
		if reason := e.Fields.Get("raison"); reason != "" {
			said = t.S(refused.Because, said, reason)
		}
		return said
	case protocol.INTERNE:
		return t.S(codes[string(e.Code)], e.Fields.Get("incident"))
	}
	m, ok := codes[string(e.Code)]
	if !ok {
		return t.S(refused.UnknownCode, e.Code)
	}
	if after > 0 {
		return t.S(refused.AgainIn, t.S(m), t.Duration(after))
	}
	return t.S(m)
}
