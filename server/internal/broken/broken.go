//go:build broken

package broken

import (
	"os"
	"time"
)

var rule = os.Getenv("ETU_BROKEN")

// What sound.go says, for the rule that is broken.
var (
	SecondBuyer  = rule == "second-buyer"
	StaleRead    = rule == "stale-read"
	FixedWindow  = rule == "fixed-window"
	RefTwice     = rule == "ref-twice"
	undueRefusal = rule == "undue-refusal"
)

// Window is what has passed of the fixed window of now.
func Window(rule time.Duration) time.Duration {
	if FixedWindow {
		return time.Duration(time.Now().UnixNano()) % rule
	}
	return rule
}

// Limit is the number of calls that Redis lets into a window: one less than the rule
// where the rule undue-refusal is broken.
func Limit(rule int) int {
	if undueRefusal {
		return rule - 1
	}
	return rule
}
