package load

// Use is how often a student sends a command in a day.
type Use struct {
	Command string // a verb, or one of the commands below
	Times   int
}

// Commands that are not verbs.
const (
	Search = "SEARCH" // ARTICLES with a word
	Login  = "LOGIN"  // a connection, AUTH, and its end
	Resume = "RESUME" // a connection, REPRENDRE, and its end
)

// StudentDay is the day of a student who opens the client three times, for ten minutes
// each: two logins, and once the token still lives. The client asks for ARTICLES, and for
// STATS, every 5 s while the page is in sight, and for QUOTA every 15 s while something is
// used: of each visit, six minutes are for the articles and one for the leaderboards. What
// is left is typed.
var StudentDay = []Use{
	{"PING", 1},
	{"NB", 1},
	{"QUOTA", 120},
	{"STATS", 36},
	{"ARTICLES", 216},
	{Search, 12},
	{"ARTICLE", 20},
	{Login, 2},
	{Resume, 1},
	// Last: what they leave to be done (purges, words of sold articles) is not the others' cost.
	{"VENTE", 1},
	{"ACHAT", 1},
}
