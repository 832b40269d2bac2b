package protocol_test

import (
	"testing"
	"time"

	"etuservices/protocol"
)

// TestSecondsRoundUp: after so many seconds the next one passes.
func TestSecondsRoundUp(t *testing.T) {
	for d, want := range map[time.Duration]int64{
		0: 0, 1: 1, time.Millisecond: 1, time.Second: 1, time.Second + 1: 2, 10 * time.Minute: 600,
	} {
		if got := protocol.Seconds(d); got != want {
			t.Errorf("Seconds(%v) = %d, want %d", d, got, want)
		}
	}
}
