package session

import "strconv"

// frenchWait says a number of seconds for people.
func frenchWait(seconds int64) string {
	if seconds < 120 {
		return plural(seconds, "seconde")
	}
	text := plural(seconds/60, "minute")
	if rest := seconds % 60; rest > 0 {
		text += " et " + plural(rest, "seconde")
	}
	return text
}

// plural counts a noun; in French, zero and one are singular.
func plural(n int64, noun string) string {
	if n > 1 {
		noun += "s"
	}
	return strconv.FormatInt(n, 10) + " " + noun
}
