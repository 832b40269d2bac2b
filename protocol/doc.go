// Package protocol is the language of EtuServices: lines to values and back,
// for both sides. It knows no network and no store. PROTOCOL.md beside this
// file is the specification; the tests replay its transcripts.
package protocol
