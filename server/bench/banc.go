package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/load"
	"etuservices/server/bench/report"
	"etuservices/server/bench/site"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/spawn"
)

const (
	// warmup of each turn: pools fill, a paused server comes back.
	warmup = 300 * time.Millisecond
	// stockRate is more purchases a second than any side makes.
	stockRate = 5000
)

// banc is what all measures share.
type banc struct {
	options
	server string // the built server
	stores *site.Stores
	notes  io.Writer
}

// crowded is how many users a place has: what boards and indexes hold.
func (b *banc) crowded() int { return max(b.users, 2*b.conns) }

// side is one of the two that are measured in turn.
type side interface {
	steps() []load.Step
	turn() error // makes it ready for its turn
	pid() int    // of the process that does the work
	end()        // of its turn: it must cost nothing in the other's
}

// measure runs server and bare driver in turn: A B A B …
func (b *banc) measure(ctx context.Context, m measure) (row report.Row, err error) {
	row = report.Row{Name: m.name, Wanted: m.wanted}
	place, err := b.stores.Open(ctx)
	if err != nil {
		return row, err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	cost := site.CheapHash
	if m.hash {
		cost = hashing.Cost
	}
	if err := place.Fill(ctx, b.crowded(), cost); err != nil {
		return row, err
	}
	server, err := b.startServer(place, m)
	if err != nil {
		return row, err
	}
	defer server.program.End(syscall.SIGTERM)
	other, endOther, err := b.startBare(ctx, place, m)
	if err != nil {
		return row, err
	}
	defer endOther()
	for range b.rounds {
		var round report.Round
		if round.Server, err = b.turn(ctx, place, m, server); err != nil {
			return row, fmt.Errorf("serveur : %w", err)
		}
		if other != nil {
			bareTurn, err := b.turn(ctx, place, m, other)
			if err != nil {
				return row, fmt.Errorf("pilote nu : %w", err)
			}
			round.Bare = &bareTurn
		}
		row.Rounds = append(row.Rounds, round)
		fmt.Fprintln(b.notes, "bench :", m.name, round)
	}
	return row, nil
}

// errRefused is a side that did not do what is measured.
var errRefused = errors.New("des refus parmi les réponses")

func (b *banc) turn(ctx context.Context, place *site.Place, m measure, s side) (load.Summary, error) {
	if m.verb == "ACHAT" || m.verb == students {
		if err := place.Restock(ctx, int((warmup+b.time).Seconds()*stockRate)+1); err != nil {
			return load.Summary{}, err
		}
	}
	if err := s.turn(); err != nil {
		return load.Summary{}, err
	}
	defer s.end()
	plan := load.Plan{Warmup: warmup, Time: b.time}
	if m.verb == students {
		plan.Rate = b.rate
	}
	before := cpuTime(s.pid())
	result, err := load.Run(ctx, s.steps(), plan)
	cpu := cpuTime(s.pid()) - before
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && result.Refused > 0 && m.verb != students {
		err = fmt.Errorf("%w : %d, dont %q", errRefused, result.Refused, result.Refusal)
	}
	summary := result.Summary()
	if result.All > 0 {
		summary.CPU = float64(cpu.Microseconds()) / float64(result.All)
	}
	return summary, err
}

// startBare gives nil for a measure without another side.
func (b *banc) startBare(ctx context.Context, place *site.Place, m measure) (s side, end func(), err error) {
	switch m.side {
	case hasher:
		h := bare.NewHasher()
		hash, err := place.Hash(ctx)
		return &callSide{work: b.each(func(int) load.Step {
			return func() (int, error) { return 1, h.Match(place.Password, hash) }
		})}, func() {}, err
	case nothing:
		return nil, func() {}, nil
	}
	driver, err := bare.New(ctx, place.Stores, m.rule)
	if err != nil {
		return nil, nil, err
	}
	know := func() error { return driver.Know(ctx, b.bareUsers(place)) }
	if m.side == direct {
		return &callSide{before: know, work: b.each(b.called(ctx, driver, place, m))}, func() {}, nil
	}
	program, err := place.StartBare(m.rule)
	if err != nil {
		return nil, nil, err
	}
	conns, err := b.dial(program, func(u site.User) string { return fmt.Sprintf("USER %d %s", u.ID, u.Login) }, place)
	return &lineSide{program: program, before: know, work: b.lines(conns, place, m)},
		func() { program.End(syscall.SIGKILL) }, err
}

// each makes a step for every connection.
func (b *banc) each(step func(i int) load.Step) []load.Step {
	steps := make([]load.Step, b.conns)
	for i := range steps {
		steps[i] = step(i)
	}
	return steps
}

func (b *banc) bareUsers(place *site.Place) []bare.User {
	list := make([]bare.User, b.conns)
	for i := range list {
		list[i] = bare.NewUser(place.Users[i].ID, place.Users[i].Login)
	}
	return list
}

// dial opens the connections, each for its own user.
func (b *banc) dial(program *spawn.Program, enter func(site.User) string, place *site.Place) ([]*load.Conn, error) {
	conns := make([]*load.Conn, b.conns)
	for i := range conns {
		c, err := load.Dial(program.Addr())
		if err != nil {
			return nil, err
		}
		if _, err := c.Line(enter(place.Users[i])); err != nil {
			return nil, err
		}
		conns[i] = c
	}
	return conns, nil
}
