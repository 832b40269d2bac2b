package monitor

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
	RefusedOther    // BLOQUE, DEBIT, INDISPONIBLE, as replies to requests
	Listings        // articles put up
	Purchases       // articles bought
	figures
)

// refusals are those of all kinds.
func refusals(f *[figures]int64) int64 {
	return f[RefusedQuota] + f[RefusedPassword] + f[RefusedOther]
}

// minute is the period of the figures whose names end in _min.
const minute = time.Minute

// Recorder is what this process contributes to the monitoring of all instances: its
// figures, which go out with each heartbeat, and the lines of the feed that arrive
// here. It implements cluster.Local.
type Recorder struct {
	all       [figures]atomic.Int64
	latency   histogram
	followers atomic.Int64
	in        lines // of the feed, from all instances, to be broadcast here
	// Of the last slot of the history.
	recentCommands, recentP99 atomic.Int64

	mu   sync.Mutex
	past []sample // one for each heartbeat of the last minute, oldest first
}

// NewRecorder makes a recorder; there is one in a process.
func NewRecorder() *Recorder { return &Recorder{in: newLines()} }

type sample struct {
	at      time.Time
	figures [figures]int64
}

// Add counts one.
func (r *Recorder) Add(f Figure) { r.all[f].Add(1) }

// Get gives a figure since the start.
func (r *Recorder) Get(f Figure) int64 { return r.all[f].Load() }

// Record counts a command and how long it took.
func (r *Recorder) Record(d time.Duration) {
	r.all[Commands].Add(1)
	r.latency.add(d)
}

func (r *Recorder) now() (f [figures]int64) {
	for i := range f {
		f[i] = r.all[i].Load()
	}
	return f
}

// lastMinute gives what was counted in the last minute, and keeps the present
// figures for later calls; it is called at every heartbeat.
func (r *Recorder) lastMinute(at time.Time) (f [figures]int64) {
	f = r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.past = append(r.past, sample{at, f})
	for len(r.past) > 1 && at.Sub(r.past[1].at) >= minute {
		r.past = r.past[1:]
	}
	first := r.past[0]
	if at.Sub(first.at) < minute {
		return f // the process is younger than a minute
	}
	for i := range f {
		f[i] -= first.figures[i]
	}
	return f
}

// ReceiveFeed takes n lines of the feed that an instance published, and the number
// of those that it lost.
func (r *Recorder) ReceiveFeed(text string, n, lost int) { r.in.add(text, n, lost) }

// Report is what goes out with a heartbeat.
func (r *Recorder) Report() string {
	own := report{
		followers: r.followers.Load(),
		since:     r.now(), minute: r.lastMinute(time.Now()), latency: r.latency.load(),
		recentCommands: r.recentCommands.Load(), recentP99: r.recentP99.Load(),
	}
	return own.encode()
}

// report is what a process says of itself with each heartbeat.
type report struct {
	followers int64
	since     [figures]int64 // since the start
	minute    [figures]int64 // of the last minute
	latency   [buckets]int64 // since the start
	// Of the last slot of the history; the latter in hundredths of a millisecond.
	recentCommands, recentP99 int64
}

func (p *report) numbers() []*int64 {
	list := []*int64{&p.followers}
	for i := range p.since {
		list = append(list, &p.since[i])
	}
	for i := range p.minute {
		list = append(list, &p.minute[i])
	}
	for i := range p.latency {
		list = append(list, &p.latency[i])
	}
	return append(list, &p.recentCommands, &p.recentP99)
}

// encode writes a report as numbers with a blank between.
func (p *report) encode() string {
	var b []byte
	for _, n := range p.numbers() {
		b = append(strconv.AppendInt(b, *n, 10), ' ')
	}
	return string(b)
}

// decodeReport reads what it can: an instance of another version may report more
// or fewer numbers.
func decodeReport(s string) (p report) {
	words := strings.Fields(s)
	for i, n := range p.numbers() {
		if i < len(words) {
			*n, _ = strconv.ParseInt(words[i], 10, 64)
		}
	}
	return p
}

const (
	// buckets from firstBucket up, four to each doubling, cover 16 µs to 16 s;
	// a percentile is right within a tenth.
	buckets     = 81
	perDoubling = 4
	firstBucket = 16 * time.Microsecond
)

// histogram counts durations. The zero value is ready.
type histogram struct{ counts [buckets]atomic.Int64 }

func (h *histogram) add(d time.Duration) { h.counts[bucketOf(d)].Add(1) }

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

func (h *histogram) load() (counts [buckets]int64) {
	for i := range counts {
		counts[i] = h.counts[i].Load()
	}
	return counts
}

// percentile gives the duration below which a share p of all lie, 0 when there are
// none.
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
