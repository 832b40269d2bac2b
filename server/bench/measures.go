package main

import (
	"context"
	"slices"
	"time"

	"etuservices/server/bench/report"
	"etuservices/server/internal/ledger"
)

// bareSide is what the server is measured against.
type bareSide int

const (
	lineServer bareSide = iota // the bare drivers behind the bare line server
	direct                     // the bare drivers, called
	hasher                     // argon2id alone
	nothing                    // no other side
)

// measure is one row of the table.
type measure struct {
	verb   string // for -verbs
	name   string // of the row, among all; what a kept result is compared by
	side   bareSide
	wanted float64 // the least ratio; 0: none
	depth  int     // requests in flight on a connection
	rule   ledger.Rule
	hash   bool // passwords cost what they cost
}

// A quota that refuses nobody. Its window is the true one where nothing is
// counted; where calls are, it is so short that some ten of them stand in it,
// as in life, though each connection makes dozens a second.
const freeMax = 1_000_000

var (
	readRule = ledger.Rule{Max: freeMax, Window: 10 * time.Minute}
	callRule = ledger.Rule{Max: freeMax, Window: 500 * time.Millisecond}
)

// measures, with the ratios that issue 5 ("As fast as its stores") wants.
var measures = []measure{
	{verb: "PING", name: "PING", side: lineServer, wanted: 0.9, depth: 1, rule: readRule},
	{verb: "PING", name: "PING, 16 en vol", side: lineServer, wanted: 0.7, depth: 16, rule: readRule},
	{verb: "QUOTA", name: "QUOTA", side: lineServer, wanted: 0.8, depth: 1, rule: readRule},
	{verb: "STATS", name: "STATS", side: lineServer, wanted: 0.8, depth: 1, rule: readRule},
	{verb: "VENTE", name: "VENTE", side: direct, wanted: 0.85, depth: 1, rule: callRule},
	{verb: "ACHAT", name: "ACHAT", side: direct, wanted: 0.85, depth: 1, rule: callRule},
	{verb: "VENTE", name: "VENTE, même saut TCP", side: lineServer, depth: 1, rule: callRule},
	{verb: "ACHAT", name: "ACHAT, même saut TCP", side: lineServer, depth: 1, rule: callRule},
	{verb: "AUTH", name: "AUTH", side: hasher, wanted: 0.9, depth: 1, rule: readRule, hash: true},
	{verb: "ETUDIANTS", name: "ETUDIANTS", side: nothing, depth: 1, rule: callRule},
}

func verbNames() (names []string) {
	for _, m := range measures {
		if !slices.Contains(names, m.verb) {
			names = append(names, m.verb)
		}
	}
	names = append(names, allocVerb)
	for _, s := range singles {
		names = append(names, s.verb)
	}
	return names
}

// single is a measure that does not go by turns.
type single struct {
	verb string
	run  func(*banc, context.Context) ([]report.Figure, error)
}

var singles = []single{
	{"ECHELLE", (*banc).scale},
	{"REPOS", (*banc).rest},
	{"DEMARRAGE", (*banc).begin},
	{"EMBARQUE", (*banc).embedded},
	{"FLASK", (*banc).flask},
	{screenVerb, (*banc).screen},
}

func known(verb string) bool { return slices.Contains(verbNames(), verb) }

// wants says whether a verb is to be measured.
func (o options) wants(verb string) bool {
	return len(o.verbs) == 0 || slices.Contains(o.verbs, verb)
}
