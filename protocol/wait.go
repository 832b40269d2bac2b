package protocol

import (
	"strconv"
	"time"
)

// Seconds rounds a wait up to whole seconds: after so many, what was refused passes.
func Seconds(d time.Duration) int64 {
	return int64((max(d, 0) + time.Second - 1) / time.Second)
}

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
