package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

const (
	// longest is what a histogram can hold: above every time-out of the server.
	// What takes longer is counted as this.
	longest = 60 * time.Second
	// unit of a histogram: finer than any operation over a socket.
	unit = time.Microsecond
	// digits that a percentile is true to.
	digits = 3
)

// Latencies holds how long operations took. It is not safe for concurrent use:
// each worker has its own.
type Latencies struct{ h *hdrhistogram.Histogram }

// NewLatencies makes an empty one.
func NewLatencies() *Latencies {
	return &Latencies{hdrhistogram.New(1, int64(longest/unit), digits)}
}

// Record notes n operations that took d each.
func (l *Latencies) Record(d time.Duration, n int) {
	_ = l.h.RecordValues(min(max(1, int64(d/unit)), int64(longest/unit)), int64(n)) // in bounds, so no error
}

// Merge adds another's.
func (l *Latencies) Merge(other *Latencies) { l.h.Merge(other.h) }

// Count is the number of operations recorded.
func (l *Latencies) Count() int64 { return l.h.TotalCount() }

// At gives the latency that percent of the operations did not exceed.
func (l *Latencies) At(percent float64) time.Duration {
	return time.Duration(l.h.ValueAtQuantile(percent)) * unit
}
