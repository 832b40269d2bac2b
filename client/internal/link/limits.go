package link

import "time"

// Every number of the link, with its reason.
const (
	// dialTimeout: a host that does not answer a SYN for so long is away.
	dialTimeout = 5 * time.Second
	// greetTimeout: a plain port of another protocol waits for us to speak.
	greetTimeout = 5 * time.Second
	// replyTimeout is above the server's longest honest wait (10 s in the line
	// for password checks, plus its stores' own deadlines).
	replyTimeout = 20 * time.Second
	// writeTimeout: a server that slows us reads late, but it reads.
	writeTimeout = 20 * time.Second

	// First and longest pause between attempts.
	firstPause = 250 * time.Millisecond
	lastPause  = 10 * time.Second
	// jitter spreads a thousand clients of one dead server: ±25 %.
	jitter = 0.25
	// settled is how long a connection lives before the pauses start anew, so
	// that a server which greets and hangs up is not hammered.
	settled = 10 * time.Second
	// moveSpread: after ARRET's apres, at random within this (the
	// clients of a draining server should not arrive elsewhere all at once).
	moveSpread = 20 * time.Second

	// maxWaiting bounds the requests not yet answered: above what a script in order causes.
	maxWaiting = 1024
	// window bounds those on the wire: it hides the round trip, and little has to be repeated.
	window = 64
	// maxRepeats caps how often one request is sent again after a lost
	// connection, so that one that crashes the server is not retried for ever.
	maxRepeats = 5

	// maxLine bounds a server line in bytes: four times the longest legal one.
	maxLine = 16 << 10
	// maxRows bounds a reply: a page has at most 100 rows, SESSIONS one for each connection.
	maxRows = 20_000
	// maxReply bounds its bytes: SESSIONS of 20,000 has half of it.
	maxReply = 4 << 20
)
