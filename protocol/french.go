package protocol

import "strconv"

// Wait says a number of seconds to people.
func Wait(seconds int64) string {
	if seconds < 120 {
		return Count(seconds, "seconde")
	}
	text := Count(seconds/60, "minute")
	if rest := seconds % 60; rest > 0 {
		text += " et " + Count(rest, "seconde")
	}
	return text
}

// Count says how many there are of a noun; in French, zero and one are singular.
func Count(n int64, noun string) string {
	if n > 1 {
		noun += "s"
	}
	return strconv.FormatInt(n, 10) + " " + noun
}
