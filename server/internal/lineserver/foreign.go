package lineserver

import (
	"bytes"

	"etuservices/protocol"
)

// Sentences for clients that speak something else (servers.md measure 16): a
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
