package admin

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"etuservices/client/internal/api"
	"etuservices/protocol"
)

const (
	// nearPart is from which part of a quota somebody is near its end: 8 calls
	// of 10.
	nearPart = 0.8
	// maxStrained bounds whom we remember: more than a year's students, less
	// than a flood of invented logins.
	maxStrained = 2000
)

// strain is somebody near the end of his quota, or behind it.
type strain struct {
	login     string
	times     int // refused so often
	refused   time.Time
	used, max int // after the last call
	called    time.Time
}

// refusedLately and nearLately are the two reasons to be shown.
func (s strain) refusedLately(since time.Time) bool { return s.times > 0 && !s.refused.Before(since) }

func (s strain) nearLately(since time.Time) bool {
	return s.max > 0 && float64(s.used) >= nearPart*float64(s.max) && !s.called.Before(since)
}

func (s strain) shown(since time.Time) bool { return s.refusedLately(since) || s.nearLately(since) }

// strained are those, by login. What is older than one window does not count:
// the calls that filled it have come back. What is known of them is what the events say: a
// call tells what its user has used, a refusal that he was refused.
type strained map[string]strain

func (all strained) happened(a api.Activity, window time.Duration) {
	now, s := a.At.At, all[a.Login]
	since := now.Add(-window)
	if a.Login == "" {
		return
	}
	switch a.Type {
	case "VENTE", "ACHAT":
		s.used, s.max, s.called = int(a.Fields.Int("utilise")), int(a.Fields.Int("max")), now
	case "REFUS":
		if a.Fields.Get("code") != string(protocol.QUOTA) {
			return
		}
		if !s.refusedLately(since) {
			s.times = 0
		}
		s.times, s.refused = s.times+1, now
	default:
		return
	}
	if s.login = a.Login; !s.shown(since) {
		delete(all, a.Login)
		return
	}
	if _, known := all[a.Login]; !known && len(all) >= maxStrained {
		maps.DeleteFunc(all, func(_ string, s strain) bool { return !s.shown(since) })
		if len(all) >= maxStrained {
			return
		}
	}
	all[a.Login] = s
}

// list gives who is to be shown, from what happened since: those who were refused, the latest first, then
// those who are nearest to it.
func (all strained) list(since time.Time) (list []strain) {
	for _, s := range all {
		if s.shown(since) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b strain) int {
		switch ra, rb := a.refusedLately(since), b.refusedLately(since); {
		case ra && rb:
			return cmp.Or(b.refused.Compare(a.refused), cmp.Compare(a.login, b.login))
		case ra != rb:
			if ra {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.used*a.max, a.used*b.max), b.called.Compare(a.called), cmp.Compare(a.login, b.login))
	})
	return list
}
