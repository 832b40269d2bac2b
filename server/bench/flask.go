package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"

	"etuservices/server/bench/load"
	"etuservices/server/bench/report"
	"etuservices/server/bench/site"
)

// How many times as many requests as a Flask site with its sessions in the same
// Redis must be answered (issue 5): on a connection that is held, and by clients
// who connect anew, take their session up again and leave.
const (
	heldTimes    = 10
	resumedTimes = 3
)

// flask measures the three in turn, and what connecting alone allows.
func (b *banc) flask(ctx context.Context) (list []report.Figure, err error) {
	place, err := b.stores.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	if err := place.Fill(ctx, b.crowded(), site.CheapHash); err != nil {
		return nil, err
	}
	program, err := place.StartFlask()
	if errors.Is(err, site.ErrNoFlask) {
		fmt.Fprintln(b.notes, "bench : sans comparaison à Flask :", err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer program.End(syscall.SIGTERM)
	pages := &flaskSide{program: program}
	if pages.work, err = b.visitors(program, place); err != nil {
		return nil, err
	}
	m := measure{verb: "QUOTA", rule: readRule, depth: 1}
	server, err := b.startServer(place, m)
	if err != nil {
		return nil, err
	}
	defer server.program.End(syscall.SIGTERM)
	held := server.work
	resumed, err := b.returning(server, place)
	if err != nil {
		return nil, err
	}
	bare, err := place.StartBare(readRule)
	if err != nil {
		return nil, err
	}
	defer bare.End(syscall.SIGKILL)
	most := &lineSide{program: bare, work: b.each(func(i int) load.Step {
		requests := fmt.Appendf(nil, "USER %d %s\r\nPING\r\n", place.Users[i].ID, place.Users[i].Login)
		return func() (int, error) { return 1, comeBack(bare.Addr(), requests) }
	})}
	var ceiling load.Summary
	var byHeld, byResumed []report.Round
	for range b.rounds {
		var rates [3]load.Summary
		for i, turn := range []struct {
			side
			work []load.Step
		}{{server, held}, {pages, nil}, {server, resumed}} {
			server.work = turn.work
			if rates[i], err = b.turn(ctx, place, m, turn.side); err != nil {
				return nil, err
			}
		}
		if ceiling, err = b.turn(ctx, place, m, most); err != nil {
			return nil, err
		}
		byHeld = append(byHeld, report.Round{Server: rates[0], Bare: &rates[1]})
		byResumed = append(byResumed, report.Round{Server: rates[2], Bare: &rates[1]})
	}
	resuming := timesFlask("connexion + REPRENDRE + QUI, sur une requête Flask", resumedTimes, byResumed)
	resuming.Detail += fmt.Sprintf(" ; connexion + deux lignes au serveur nu, sans magasin : %.0f/s", ceiling.Rate)
	return []report.Figure{timesFlask("QUOTA, connexion tenue, sur une requête Flask", heldTimes, byHeld), resuming}, nil
}

func timesFlask(name string, wanted float64, rounds []report.Round) report.Figure {
	row := report.Row{Rounds: rounds}
	middle, low, high := row.Ratio()
	last := rounds[len(rounds)-1]
	return report.Figure{
		Name: name, Value: middle, Unit: "×", Wanted: wanted, AtLeast: true,
		Detail: fmt.Sprintf("%.1f–%.1f ; dernier tour %.0f/s sur %.0f/s", low, high, last.Server.Rate, last.Bare.Rate),
	}
}

// flaskSide is spoken to in HTTP, on connections that are held.
type flaskSide struct {
	program *site.Flask
	work    []load.Step
}

func (s *flaskSide) steps() []load.Step { return s.work }
func (s *flaskSide) turn() error        { return nil }
func (s *flaskSide) pid() int           { return s.program.Pid() }
func (s *flaskSide) end()               {}

// visitors log in to the Flask site and then ask for a page each.
func (b *banc) visitors(program *site.Flask, place *site.Place) ([]load.Step, error) {
	steps := make([]load.Step, b.conns)
	for i := range steps {
		client := &http.Client{Transport: &http.Transport{}}
		response, err := client.Get(program.URL + "/login/" + place.Users[i].Login)
		if err != nil {
			return nil, err
		}
		cookies := response.Cookies()
		_ = response.Body.Close()
		request, err := http.NewRequest(http.MethodGet, program.URL+"/quota", http.NoBody)
		if err != nil {
			return nil, err
		}
		for _, c := range cookies {
			request.AddCookie(c)
		}
		steps[i] = func() (int, error) { return 1, page(client, request) }
	}
	return steps, nil
}

func page(client *http.Client, request *http.Request) error {
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return &load.Refused{Line: response.Status}
	}
	return nil
}

// errNoToken is a login whose reply held none.
var errNoToken = errors.New("pas de jeton dans la réponse")

// returning are students who connect anew for each request.
func (b *banc) returning(server *lineSide, place *site.Place) ([]load.Step, error) {
	steps, addr := make([]load.Step, b.conns), server.program.Addr()
	for i := range steps {
		c, err := load.Dial(addr)
		if err != nil {
			return nil, err
		}
		reply, err := c.Line("AUTH " + place.Users[b.conns+i].Login + " " + place.Password)
		_ = c.Close()
		if err != nil {
			return nil, err
		}
		_, token, found := strings.Cut(reply, "jeton=")
		if !found {
			return nil, errNoToken
		}
		token, _, _ = strings.Cut(token, " ")
		requests := []byte("REPRENDRE " + token + "\r\nQUI\r\n")
		steps[i] = func() (int, error) { return 1, comeBack(addr, requests) }
	}
	return steps, nil
}

func comeBack(addr string, requests []byte) error {
	c, err := load.Dial(addr)
	if err != nil {
		return err
	}
	return errors.Join(c.Ask(requests, 2), c.Close())
}
