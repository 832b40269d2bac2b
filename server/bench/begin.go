package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"etuservices/server/bench/load"
	"etuservices/server/bench/report"
	"etuservices/server/bench/site"
	"etuservices/server/internal/spawn"
)

const (
	// beginMost, in milliseconds, from the start of the program to "listening"
	// on embedded stores with 100,000 rows of the ledger (issue 5).
	beginMost = 300
	// begins are as many starts; their median counts.
	begins = 7
)

// begin times the start of a server on embedded stores, its boards rebuilt.
func (b *banc) begin(ctx context.Context) (list []report.Figure, err error) {
	dir, remove, err := spawn.TempDir()
	if err != nil {
		return nil, err
	}
	defer remove()
	place, err := site.FillEmbedded(ctx, dir, b.users, b.ledger)
	if err != nil {
		return nil, err
	}
	var times []time.Duration
	for range begins {
		program := site.NewEmbedded(b.server, dir, readRule)
		start := time.Now()
		err := program.Start()
		times = append(times, time.Since(start))
		if err == nil {
			err = rightBoards(program.Addr(), place)
		}
		program.End(syscall.SIGTERM)
		if err != nil {
			return nil, err
		}
	}
	middle := median(times)
	return []report.Figure{{
		Name: "démarrage, magasins embarqués", Value: float64(middle.Microseconds()) / 1000, Unit: "ms", Wanted: beginMost,
		Detail: fmt.Sprintf("%d comptes, %d lignes au registre, de %v à %v",
			b.users, b.ledger, times[0].Round(time.Millisecond), times[len(times)-1].Round(time.Millisecond)),
	}}, nil
}

// errBoards are boards that were not there when the server listened.
var errBoards = errors.New("tableaux pas encore rebâtis")

// rightBoards asks at once who calls the services least: ten rows, where the
// boards are whole.
func rightBoards(addr string, place *site.Place) error {
	c, err := load.Dial(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	u := place.Users[0]
	if _, err := c.Line("AUTH " + u.Login + " " + place.Password); err != nil {
		return err
	}
	line, err := c.Line("STATS")
	if err == nil && line != "+OK STATS lignes=25\r\n" {
		err = fmt.Errorf("%w : %q", errBoards, line)
	}
	return err
}
