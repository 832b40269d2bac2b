package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/load"
	"etuservices/server/bench/report"
	"etuservices/server/bench/site"
	"etuservices/server/internal/spawn"
	"etuservices/server/internal/store"
)

// embeddedLeast is the part of bare SQLite's sales, with the same statements
// and the same sync at each commit, that the embedded server must make (issue 5).
const embeddedLeast = 0.7

// embedded sells on the embedded stores and in bare SQLite, in turn.
func (b *banc) embedded(ctx context.Context) (list []report.Figure, err error) {
	n := b.crowded()
	ours, place, err := b.filled(ctx, n)
	if err != nil {
		return nil, err
	}
	theirs, _, err := b.filled(ctx, n)
	if err != nil {
		return nil, err
	}
	program := site.NewEmbedded(b.server, ours, callRule)
	if err := program.Start(); err != nil {
		return nil, err
	}
	defer program.End(syscall.SIGTERM)
	conns, err := b.dial(program, func(u site.User) string { return "AUTH " + u.Login + " " + place.Password }, place)
	if err != nil {
		return nil, err
	}
	server := &lineSide{program: program, work: b.lines(conns, place, measure{verb: "VENTE", depth: 1})}
	stores, err := store.Open(ctx, store.Options{DataDir: theirs})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stores.Close()) }()
	driver, err := bare.New(ctx, stores, callRule)
	if err != nil {
		return nil, err
	}
	who, offer := b.bareUsers(place), site.EachOffer()
	lite := &callSide{work: b.each(func(i int) load.Step {
		return func() (int, error) { return 1, driver.SellInSQL(ctx, who[i], offer()) }
	})}
	var ratios []float64
	var round report.Round
	for range b.rounds {
		if round.Server, err = b.turn(ctx, place, measure{verb: "VENTE"}, server); err != nil {
			return nil, err
		}
		other, err := b.turn(ctx, place, measure{verb: "VENTE"}, lite)
		if err != nil {
			return nil, err
		}
		round.Bare = &other
		ratios = append(ratios, round.Ratio())
	}
	slices.Sort(ratios)
	return []report.Figure{{
		Name: "VENTE, magasins embarqués, sur SQLite nu", Unit: "×", Wanted: embeddedLeast, AtLeast: true,
		Value: ratios[len(ratios)/2], Detail: fmt.Sprintf("dernier tour : %v ; CPU %.0f µs", round, round.Server.CPU),
	}}, nil
}

func (b *banc) filled(ctx context.Context, n int) (dir string, place *site.Place, err error) {
	if dir, _, err = spawn.TempDir(); err != nil {
		return "", nil, err
	}
	place, err = site.FillEmbedded(ctx, dir, n, 0)
	return dir, place, err
}
