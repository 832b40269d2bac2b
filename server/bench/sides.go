package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/load"
	"etuservices/server/bench/site"
	"etuservices/server/internal/spawn"
)

// callSide is called in this process.
type callSide struct {
	before func() error
	work   []load.Step
}

func (s *callSide) steps() []load.Step { return s.work }
func (s *callSide) end()               {}
func (s *callSide) pid() int           { return os.Getpid() }
func (s *callSide) turn() error {
	if s.before == nil {
		return nil
	}
	return s.before()
}

// lineSide is spoken to in lines. It is paused while the other has its turn:
// the server holds its boards against the ledger every 2 s, which must not
// slow the other down.
type lineSide struct {
	program *spawn.Program
	before  func() error
	work    []load.Step
	profile *profile
	paused  bool
}

func (s *lineSide) steps() []load.Step { return s.work }
func (s *lineSide) pid() int           { return s.program.Pid() }

func (s *lineSide) turn() error {
	if s.paused {
		if err := s.program.Resume(); err != nil {
			return err
		}
		s.paused = false
	}
	if s.before != nil {
		if err := s.before(); err != nil {
			return err
		}
	}
	s.profile.begin()
	return nil
}

func (s *lineSide) end() {
	s.profile.finish()
	s.paused = s.program.Pause() == nil
}

func (b *banc) startServer(place *site.Place, m measure) (*lineSide, error) {
	s := &lineSide{}
	socket := ""
	if b.profiles != "" {
		var err error
		if s.profile, err = newProfile(filepath.Join(b.profiles, strings.ReplaceAll(m.name, " ", "_")), b.time, b.notes); err != nil {
			return nil, err
		}
		socket = s.profile.socket
	}
	var err error
	if s.program, err = place.StartServer(b.server, m.rule, socket); err != nil {
		return nil, err
	}
	conns, err := b.dial(s.program, func(u site.User) string { return "AUTH " + u.Login + " " + place.Password }, place)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, s.program.Output())
	}
	if m.rule == readRule && !m.hash {
		if err := warmWindows(conns); err != nil {
			return nil, err
		}
	}
	s.work = b.lines(conns, place, m)
	return s, nil
}

// usualCalls stand in a user's window where nothing is counted: half a quota.
const usualCalls = 5

func warmWindows(conns []*load.Conn) error {
	for i, c := range conns {
		for range usualCalls {
			if _, err := c.Line(sale(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func sale(i int) string {
	o := site.Offers[i%len(site.Offers)]
	return "VENTE " + o.Category + " " + strconv.FormatInt(o.Cents/100, 10) + " " + o.Title
}

// called gives the direct calls of a verb.
func (b *banc) called(ctx context.Context, d *bare.Driver, place *site.Place, m measure) func(i int) load.Step {
	list, offer := b.bareUsers(place), site.EachOffer()
	return func(i int) load.Step {
		u := list[i]
		if m.verb == "VENTE" {
			return func() (int, error) { return 1, d.Sell(ctx, u, offer()) }
		}
		return func() (int, error) {
			id, ok := place.Article()
			if !ok {
				return 0, load.ErrDone
			}
			return 1, d.Buy(ctx, u, id)
		}
	}
}
