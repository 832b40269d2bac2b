package main

import (
	"context"
	"errors"
	"runtime"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/report"
	"etuservices/server/bench/site"
)

const (
	// allocVerb is the measure of allocations.
	allocVerb = "ALLOCATIONS"
	// allocRuns: enough that what the background allocates vanishes.
	allocRuns = 2000
	// quotaAllocs is what QUOTA may allocate above its bare driver (issue 5);
	// PING nothing at all.
	quotaAllocs = 5
)

// allocations counts them for one request on the server's side, beside the
// bare driver's.
func (b *banc) allocations(ctx context.Context) (list []report.Alloc, err error) {
	place, err := b.stores.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	if err := place.Fill(ctx, 2, site.CheapHash); err != nil {
		return nil, err
	}
	h := newHouse(place.Stores, readRule)
	defer h.close()
	talk, err := h.login(ctx, place.Users[0].Login, place.Password)
	if err != nil {
		return nil, err
	}
	driver, err := bare.New(ctx, place.Stores, readRule)
	if err != nil {
		return nil, err
	}
	u := bare.NewUser(place.Users[0].ID, place.Users[0].Login)
	var failed error
	quotaBare := allocsPer(func() { failed = errors.Join(failed, driver.Quota(ctx, u)) })
	if failed != nil {
		return nil, failed
	}
	count := func(line string) float64 {
		if _, err := talk.say(ctx, line); err != nil {
			failed = err
		}
		request := []byte(line)
		return allocsPer(func() { talk.do(ctx, request) })
	}
	return []report.Alloc{
		{Name: "PING", Server: count("PING")},
		{Name: "QUOTA", Server: count("QUOTA"), Bare: quotaBare, Limit: quotaAllocs},
	}, failed
}

func allocsPer(f func()) float64 {
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range allocRuns {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / allocRuns
}
