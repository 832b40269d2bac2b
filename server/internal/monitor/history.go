package monitor

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

const (
	// slotTime is what one row of HISTORIQUE covers; slots begin at its multiples, on
	// every instance.
	slotTime = 5 * time.Second
	// historyTime is how long they are kept.
	historyTime = time.Hour
	// historyLag is how long the instances have to write a slot that ended.
	historyLag = time.Second
)

// Slot is what happened within slotTime, in one process or in all.
type Slot struct {
	At                  time.Time // its beginning
	Commands, Logins    int64
	Listings, Purchases int64
	Refusals            int64
	latency             [buckets]int64
}

// P99 is the time that 99 of 100 commands stayed below, in hundredths of a millisecond.
func (s *Slot) P99() int64 { return hundredths(percentile(&s.latency, 0.99)) }

// empty says that nothing happened.
func (s *Slot) empty() bool { return s.Commands == 0 && s.Logins == 0 && s.Refusals == 0 }

// add counts another slot in, times over: -1 takes an earlier reading away.
func (s *Slot) add(other *Slot, times int64) {
	s.Commands += times * other.Commands
	s.Logins += times * other.Logins
	s.Listings += times * other.Listings
	s.Purchases += times * other.Purchases
	s.Refusals += times * other.Refusals
	for i, n := range other.latency {
		s.latency[i] += times * n
	}
}

// reading is what this process counted since its start, as a slot.
func (r *Recorder) reading() Slot {
	f := r.now()
	return Slot{
		Commands: f[Commands], Logins: f[Logins], Listings: f[Listings], Purchases: f[Purchases],
		Refusals: refusals(&f), latency: r.latency.load(),
	}
}

// historyLoop closes a slot every slotTime and writes it into SQL, where it survives
// Redis and the process. What SQL does not take stays until it does.
func (m *Monitor) historyLoop(ctx context.Context) {
	before, pending, failing := m.reading(), []Slot(nil), false
	for ctx.Err() == nil {
		begin := time.Now().Truncate(slotTime)
		_ = wait.For(ctx, time.Until(begin.Add(slotTime))) // the last slot ends early
		now := m.reading()
		slot := now
		slot.add(&before, -1)
		before, slot.At = now, begin
		m.recentCommands.Store(slot.Commands)
		m.recentP99.Store(slot.P99())
		if !slot.empty() {
			pending = append(pending, slot)
		}
		pending = pending[max(0, len(pending)-int(historyTime/slotTime)):]
		n, err := m.writeSlots(context.WithoutCancel(ctx), pending)
		pending = pending[n:]
		if err != nil && !failing {
			m.log.Warn("historique non écrit, il le sera plus tard", "erreur", err)
		}
		failing = err != nil
	}
}

// writeSlots writes slots of this process, and gives the number of those that SQL has.
func (m *Monitor) writeSlots(ctx context.Context, slots []Slot) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, store.SQLTimeout)
	defer cancel()
	for _, s := range slots {
		_, err := m.sql.Write.Exec(ctx, `
			INSERT INTO mesures (instant, processus, commandes, connexions, ventes, achats, refus, latences)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, store.At(s.At), m.hub.ProcessName(),
			s.Commands, s.Logins, s.Listings, s.Purchases, s.Refusals, encodeLatency(&s.latency))
		if err != nil && !store.IsDuplicate(err) { // a duplicate was written, and its answer lost
			return n, err
		}
		n++
	}
	return n, nil
}

// History gives the slots of the last minutes, oldest first, over all instances; one in
// which nothing happened is there too. Errors: store.ErrUnavailable.
func (m *Monitor) History(ctx context.Context, minutes int) ([]Slot, error) {
	end := time.Now().Add(-historyLag).Truncate(slotTime).UTC()
	slots := make([]Slot, time.Duration(minutes)*time.Minute/slotTime)
	begin := end.Add(-slotTime * time.Duration(len(slots)))
	for i := range slots {
		slots[i].At = begin.Add(slotTime * time.Duration(i))
	}
	err := m.sql.Read.Query(ctx, func(rows *sql.Rows) error {
		var s Slot
		var at store.Instant
		var latency string
		err := rows.Scan(&at, &s.Commands, &s.Logins, &s.Listings, &s.Purchases, &s.Refusals, &latency)
		if err != nil {
			return err
		}
		s.latency = decodeLatency(latency)
		slots[at.Sub(begin)/slotTime].add(&s, 1)
		return nil
	}, `
		SELECT instant, commandes, connexions, ventes, achats, refus, latences FROM mesures
		WHERE instant >= ? AND instant < ?`, store.At(begin), store.At(end))
	if err != nil {
		return nil, fmt.Errorf("monitor: history: %w", err)
	}
	return slots, nil
}

// Sweep deletes what HISTORIQUE no longer shows. Errors: store.ErrUnavailable.
func (m *Monitor) Sweep(ctx context.Context) error {
	_, err := m.sql.DeleteSome(ctx, "mesures", "instant, processus", "instant < ?", sweepBatch,
		store.At(time.Now().Add(-historyTime-slotTime)))
	return err
}

// sweepBatch is what some hundred instances write between two sweeps.
const sweepBatch = 10_000

// encodeLatency writes the buckets that are not empty: bucket:count, with a blank between.
func encodeLatency(counts *[buckets]int64) string {
	var words []string
	for i, n := range counts {
		if n != 0 {
			words = append(words, strconv.Itoa(i)+":"+strconv.FormatInt(n, 10))
		}
	}
	return strings.Join(words, " ")
}

func decodeLatency(text string) (counts [buckets]int64) {
	for word := range strings.FieldsSeq(text) {
		bucket, count, _ := strings.Cut(word, ":")
		if i, err := strconv.Atoi(bucket); err == nil && i >= 0 && i < buckets {
			counts[i], _ = strconv.ParseInt(count, 10, 64)
		}
	}
	return counts
}
