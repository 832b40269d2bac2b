package protocol

// Numbers that both sides share (contract sections 1 and 2).
const (
	// Version is announced in the greeting as proto=.
	Version = 1
	// DefaultAddr is where the server listens and the client knocks.
	DefaultAddr = "127.0.0.1:5890"
	// MaxLine bounds a request line in bytes, its end included: the longest
	// legal request (VENTE with title and description of 4-byte characters)
	// fits.
	MaxLine = 2048
	// MaxInRowFaults is how many NO and SYNTAXE in a row end a connection:
	// the other side is speaking something else.
	MaxInRowFaults = 10
	// MaxFailures is the SAE's rule: the third wrong password closes.
	MaxFailures = 3
)

// Bounds of values, in Unicode code points unless said otherwise.
const (
	MinLogin, MaxLogin       = 2, 32
	MaxName                  = 64
	MaxEmail                 = 254 // bytes, RFC 5321
	MinPassword, MaxPassword = 8, 128
	MaxPriceCents            = 999_999 // 9999.99
	MaxTitle                 = 120
	MaxDescription           = 300
	MaxRef                   = 64
	MinPage, MaxPage         = 1, 100
	DefaultPage              = 20
	MaxReason                = 200   // of an administrator, for one person
	MaxAnnounce              = 300   // what fits on a screen at a glance
	MinPeriod, MaxPeriod     = 1, 60 // of SUIVRE, in seconds
	DefaultPeriod            = 1
	MaxMinutes               = 7 * 24 * 60 // of EXPULSER: longer is a matter for BLOQUER
)

// Categories an article can have, in the order that people are shown.
var Categories = []string{"livre", "dvd", "cd", "jeu", "materiel", "autre"}

// MaxFields bounds the fields of a server's line: several times what any has.
const MaxFields = 64

// Sorts are the orders of ARTICLES, as tri= names them.
var Sorts = []string{"recent", "prix", "-prix"}
