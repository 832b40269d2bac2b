package cluster

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Figure names a number that only grows.
type Figure int

// What a process counts since its start.
const (
	Commands Figure = iota
	Logins
	RefusedQuota    // QUOTA
	RefusedPassword // ECHEC, EC
	RefusedOther    // BLOQUE, DEBIT, PLEIN, INDISPONIBLE
	Listings        // articles put up
	Purchases       // articles bought
	figures
)

// minute is the time of the figures "a minute".
const minute = time.Minute

// Counters are a process's figures. The zero value is ready.
type Counters struct {
	all     [figures]atomic.Int64
	latency Histogram
	dropped atomic.Int64 // events that nobody was told

	mu   sync.Mutex
	past []sample // one a beat, of the last minute, oldest first
}

type sample struct {
	at      time.Time
	figures [figures]int64
}

// Add counts one.
func (c *Counters) Add(f Figure) { c.all[f].Add(1) }

// Get gives a figure since the start.
func (c *Counters) Get(f Figure) int64 { return c.all[f].Load() }

// Observe counts a command and how long it took.
func (c *Counters) Observe(d time.Duration) {
	c.all[Commands].Add(1)
	c.latency.add(d)
}

// Dropped is the number of events that were given up.
func (c *Counters) Dropped() int64 { return c.dropped.Load() }

func (c *Counters) now() (f [figures]int64) {
	for i := range f {
		f[i] = c.all[i].Load()
	}
	return f
}

// lastMinute gives what was counted in the last minute and notes the figures of
// now; it is called once a beat.
func (c *Counters) lastMinute(at time.Time) (f [figures]int64) {
	f = c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.past = append(c.past, sample{at, f})
	for len(c.past) > 1 && at.Sub(c.past[1].at) >= minute {
		c.past = c.past[1:]
	}
	first := c.past[0]
	if at.Sub(first.at) < minute {
		return f // the process is younger than a minute
	}
	for i := range f {
		f[i] -= first.figures[i]
	}
	return f
}

// measure is what a process tells of itself with each beat.
type measure struct {
	age       time.Duration // since the process started
	sockets   int64
	followers int64
	since     [figures]int64 // since the start
	minute    [figures]int64 // of the last minute
	latency   [buckets]int64 // since the start
}

func (m *measure) numbers() []*int64 {
	list := []*int64{(*int64)(&m.age), &m.sockets, &m.followers}
	for i := range m.since {
		list = append(list, &m.since[i])
	}
	for i := range m.minute {
		list = append(list, &m.minute[i])
	}
	for i := range m.latency {
		list = append(list, &m.latency[i])
	}
	return list
}

// encode writes a measure as numbers with a space between.
func (m *measure) encode() string {
	var b []byte
	for _, n := range m.numbers() {
		b = append(strconv.AppendInt(b, *n, 10), ' ')
	}
	return string(b)
}

// decodeMeasure reads what it can: an instance of another version may tell more
// or less.
func decodeMeasure(s string) (m measure) {
	words := strings.Fields(s)
	for i, n := range m.numbers() {
		if i < len(words) {
			*n, _ = strconv.ParseInt(words[i], 10, 64)
		}
	}
	return m
}

const (
	// buckets from firstBucket up, four to each doubling: 16 µs to 16 s, a
	// percentile is right within a tenth.
	buckets     = 81
	perDoubling = 4
	firstBucket = 16 * time.Microsecond
)

// Histogram counts durations. The zero value is ready.
type Histogram struct {
	counts [buckets]atomic.Int64
	sum    atomic.Int64
}

func (h *Histogram) add(d time.Duration) {
	h.counts[bucketOf(d)].Add(1)
	h.sum.Add(int64(d))
}

func bucketOf(d time.Duration) int {
	if d <= firstBucket {
		return 0
	}
	return min(buckets-1, int(math.Ceil(perDoubling*math.Log2(float64(d)/float64(firstBucket)))))
}

// upper is the longest duration of a bucket.
func upper(bucket int) time.Duration {
	return time.Duration(float64(firstBucket) * math.Exp2(float64(bucket)/perDoubling))
}

func (h *Histogram) load() (counts [buckets]int64) {
	for i := range counts {
		counts[i] = h.counts[i].Load()
	}
	return counts
}

// percentile gives the duration that a share p of all stays under, 0 when there
// are none.
func percentile(counts *[buckets]int64, p float64) time.Duration {
	var all int64
	for _, n := range counts {
		all += n
	}
	if all == 0 {
		return 0
	}
	rank := int64(math.Ceil(p * float64(all)))
	for i, n := range counts {
		if rank <= n {
			return inside(i, float64(rank)/float64(n))
		}
		rank -= n
	}
	return upper(buckets - 1)
}

// inside gives the place within a bucket where a share of its durations lies.
func inside(bucket int, share float64) time.Duration {
	lower := time.Duration(0)
	if bucket > 0 {
		lower = upper(bucket - 1)
	}
	return lower + time.Duration(share*float64(upper(bucket)-lower))
}
