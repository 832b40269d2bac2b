package link

import (
	"cmp"
	"errors"
	"time"

	"etuservices/protocol"
)

// What State.Err and the errors of Do wrap beside the cause.
var (
	// ErrUnreachable: nobody listens there, or the network is gone.
	ErrUnreachable = errors.New("link: server unreachable")
	// ErrHungUp: the server ended the connection and did not say why.
	ErrHungUp = errors.New("link: the server hung up")
	// ErrTLS: no encryption could be agreed, or the certificate is not trusted.
	ErrTLS = errors.New("link: no secure connection")
	// ErrSilent: the server did not answer in time.
	ErrSilent = errors.New("link: the server does not answer")
	// ErrProtocol: what answers does not speak EtuServices, or not any more.
	ErrProtocol = errors.New("link: not an EtuServices server")
	// ErrLost: the connection ended before the reply; the request may have been done.
	ErrLost = errors.New("link: connection lost, result unknown")
	// ErrClosed: the link was closed.
	ErrClosed = errors.New("link: closed")
	// ErrLine: the request cannot be one line of the protocol (control
	// characters, too long, empty); nothing was sent.
	ErrLine = errors.New("link: not a request line")
	// ErrBusy: too many requests wait already.
	ErrBusy = errors.New("link: too many requests waiting")
)

// AddrError says to which address a connection could not be made or was lost.
type AddrError struct {
	Addr string
	Err  error
}

func (e *AddrError) Error() string { return e.Addr + ": " + e.Err.Error() }
func (e *AddrError) Unwrap() error { return e.Err }

// Error is a failure that the server reports (PROTOCOL.md §3).
type Error struct {
	Code   protocol.Code
	Fields protocol.Fields
	Line   string // as it came, cleaned, without its end
}

func (e *Error) Error() string { return "server: " + cmp.Or(e.Line, string(e.Code)) }

// After gives apres=: how long until the same may succeed, 0 when not said.
func (e *Error) After() time.Duration { return seconds(e.Fields.Int("apres")) }

// CodeOf gives the server's code that err holds, "" when it holds none.
func CodeOf(err error) protocol.Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// seconds reads a duration of the wire, clamped to 0..24 h.
func seconds(n int64) time.Duration {
	const day = 24 * 60 * 60
	return time.Duration(min(max(n, 0), day)) * time.Second
}
