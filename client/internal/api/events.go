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

// Stats is a measure of the whole service, over all instances (SUIVRE). What is
// counted by the minute is of the last 60 s; sales and purchases are the calls
// since ever, as on the board of services.
type Stats struct {
	At
	Period                   time.Duration // that was asked for
	Connections, Users       int
	CommandsPerSecond        float64 // during the period, as are P50 and P99
	P50, P99                 time.Duration
	LoginsPerMinute          int
	Sales, Purchases         int64
	SalesPerMinute           int // articles put up, and bought
	PurchasesPerMinute       int
	RefusalsPerMinute        int // of which two are told apart:
	RefusedQuota, RefusedKey int // over the quota; wrong password
	Servers, Followers       int
	Lost                     int // events that did not come, since the last measure
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
