package lineserver

import (
	"bytes"
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
	NoTLS    Reason = "tls"      // failed the TLS handshake
	NoProxy  Reason = "proxy"    // came through a proxy that did not say from where
	Left     Reason = "parti"    // closed by the client without QUITTER
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

// Sentences for clients that speak something else: a
// browser can be made to POST at us, so its first line ends the connection.
const (
	saysHTTP = "Ce n'est pas un serveur web : parlez-lui avec nc ou etu."
	saysTLS  = "Ce port parle en clair ; TLS a le sien."
)

// isHTTP recognises a request line of HTTP. A line that begins with a verb is a
// request of ours, whatever its text ends with; HTTP has no method of such a name.
func isHTTP(line []byte) bool {
	i := bytes.LastIndexByte(line, ' ')
	if i <= 0 || !bytes.HasPrefix(line[i+1:], []byte("HTTP/")) {
		return false
	}
	verb, _, _ := protocol.SplitVerb(line)
	return verb == nil
}

// wrongProtocol says in one sentence that this is not the place, and ends.
func (c *Conn) wrongProtocol(sentence string) error {
	c.out.Err(protocol.NO).Text(sentence)
	return c.closed(Foreign)
}
