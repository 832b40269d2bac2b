package page

import (
	"time"

	"etuservices/client/internal/api"
)

// QuotaState is what is known of both quotas. Instants, never counters: a
// countdown is always their difference with the clock.
type QuotaState struct {
	Connections, Services api.Quota
	At                    time.Time // when the server last told

	// spent are the calls that this run saw succeed, oldest first: from them
	// comes when the next one is given back while some are left, which the
	// server does not tell.
	spent []time.Time
}

// Set takes what the server told of both.
func (s *QuotaState) Set(q api.Quotas, now time.Time) {
	s.Connections, s.Services, s.At = q.Connections, q.Services, now
}

// Spend takes what a receipt told; its quota names neither window nor next.
func (s *QuotaState) Spend(q api.Quota, now time.Time) {
	if q.Max == 0 {
		return
	}
	q.Window = s.Services.Window
	if q.Used > s.Services.Used || s.Services.Max == 0 {
		s.spent = append(s.spent, now)
	}
	s.Services, s.At = q, now
}

// NextService is when one more call is free; ok is false where nobody told and
// it cannot be known from the calls of this run.
func (s *QuotaState) NextService(now time.Time) (at time.Time, ok bool) {
	if !s.Services.Next.IsZero() {
		return s.Services.Next, s.Services.Next.After(now)
	}
	if s.Services.Used <= 0 || len(s.spent) < s.Services.Used || s.Services.Window == 0 {
		return time.Time{}, false // some were made elsewhere, earlier
	}
	at = s.spent[len(s.spent)-s.Services.Used].Add(s.Services.Window)
	return at, at.After(now)
}

// refreshAfter bounds the age of figures that change by themselves.
const refreshAfter = time.Minute

// Due says that the figures are out of date: an instant at which a call comes
// back has passed, or they are a minute old while something is used.
func (s *QuotaState) Due(now time.Time) bool {
	for _, q := range []api.Quota{s.Connections, s.Services} {
		if !q.Next.IsZero() && !q.Next.After(now) {
			return true
		}
	}
	if len(s.spent) > 0 && s.Services.Window > 0 && !s.spent[0].Add(s.Services.Window).After(now) {
		s.spent = s.spent[1:]
		return true
	}
	return s.Connections.Used+s.Services.Used > 0 && now.Sub(s.At) > refreshAfter
}
