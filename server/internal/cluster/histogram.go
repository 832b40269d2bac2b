package cluster

import (
	"math"
	"sync/atomic"
	"time"
)

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
