package api

import (
	"time"

	"etuservices/protocol"
)

// Event is one of the types below.
type Event interface{ When() time.Time }

// At is the instant of an event, by our clock.
type At struct{ At time.Time }

// When gives the instant of the event.
func (a At) When() time.Time { return a.At }

// ArticleSold: someone bought the user's article (VENDU).
type ArticleSold struct {
	At
	ID, Title, Buyer, Contact string
}

// Announced is a word of the administration to everybody (ANNONCE).
type Announced struct {
	At
	Text string
}

// Expelled: an administrator ended the session (EXPULSE); SessionEnded follows.
type Expelled struct {
	At
	Reason string
}

// SessionEnded: the token is dead, whoever wants to go on logs in again.
type SessionEnded struct {
	At
	Login  string
	Reason string // of the administration; empty when the token ran out
	Err    error  // *link.Error of REPRENDRE (ECHEC, BLOQUE); nil after Expelled
}

// Unknown is an event of a later version of the protocol.
type Unknown struct {
	At
	protocol.Message
}

// Stats is a measure of the whole service (SUIVRE).
type Stats struct {
	At
	Connections, Users   int
	CommandsPerSecond    float64
	ConnectionsPerMinute float64
	Sales, Purchases     int64
	Refusals             int64
	Fields               protocol.Fields // everything that was told
}

// Activity is something that a user did just now (SUIVRE: CONNEXION, REFUS,
// VENTE, ACHAT).
type Activity struct {
	At
	Type   string // the event's word
	Login  string
	Fields protocol.Fields // everything that was told
	Text   string
}
