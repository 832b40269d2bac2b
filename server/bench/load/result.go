package load

import "time"

// Result is what a run measured.
type Result struct {
	Ops       int64         // that ended well within the measured time
	All       int64         // that ended at all, warm-up and tail included
	Refused   int64         // answered by -ERR meanwhile
	Elapsed   time.Duration // the measured time
	Refusal   string        // one of the refusals
	Latencies *Latencies    // of Ops; in an open loop from when each was due
}

// Summary is a result in figures; latencies are whole microseconds.
type Summary struct {
	Ops, Refused             int64
	Rate                     float64 // a second
	P50, P90, P99, P999, Max int64
	// CPU is what the caller measured of the other side's process.
	CPU float64
}

// Summary sums a result up.
func (r Result) Summary() Summary {
	at := func(percent float64) int64 { return r.Latencies.At(percent).Microseconds() }
	s := Summary{
		Ops: r.Ops, Refused: r.Refused,
		P50: at(50), P90: at(90), P99: at(99), P999: at(99.9), Max: at(100),
	}
	if r.Elapsed > 0 {
		s.Rate = float64(r.Ops) / r.Elapsed.Seconds()
	}
	return s
}
