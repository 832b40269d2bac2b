package lineserver

import (
	"errors"
	"io"
	"os"

	"etuservices/protocol"
)

// Reason is why a connection ended: the code that was said last, or one of those
// below. It is the error with which the loop of a connection ends once its last
// sentence is written.
type Reason string

// Reasons that are no code.
const (
	Quit     Reason = "QUITTER"  // the client asked for it
	Expelled Reason = "EXPULSE"  // by an event
	Foreign  Reason = "etranger" // spoke HTTP, or TLS where none is spoken
	NoTLS    Reason = "tls"      // did not shake hands
	Left     Reason = "parti"    // without a word
	Slow     Reason = "lent"     // did not read what it was sent
	Cut      Reason = "coupe"    // by the network, or by a server that stops
)

func (r Reason) Error() string { return "tcp: ended: " + string(r) }

// reasonOfReply is why a reply closes.
func reasonOfReply(reply []byte) Reason {
	if code := protocol.CodeOf(reply); code != "" {
		return Reason(code)
	}
	return Quit
}

// reasonOf is why the loop of a connection ended; said tells whether its client
// was told.
func reasonOf(err error) (r Reason, said bool) {
	switch {
	case errors.As(err, &r):
		return r, true
	case errors.Is(err, io.EOF):
		return Left, false
	case errors.Is(err, os.ErrDeadlineExceeded): // of a write: those of reads do not end the loop
		return Slow, false
	}
	return Cut, false
}
