package main

import (
	"fmt"
	"math/rand/v2"

	"etuservices/server/bench/load"
	"etuservices/server/bench/site"
)

// students is the measure of a mix of everything, arriving at a rate: what a
// person waits who comes while others are at work.
const students = "ETUDIANTS"

// habits are what a student does, with how often of a hundred times.
var habits = []struct {
	share int
	do    func(c *load.Conn, place *site.Place, chance *rand.Rand) (int, error)
}{
	{30, ask("ARTICLES")},
	{10, ask("ARTICLES categorie=livre tri=prix")},
	{15, ask("ARTICLES q=algebre")},
	{10, func(c *load.Conn, place *site.Place, chance *rand.Rand) (int, error) {
		return 1, c.Ask(fmt.Appendf(nil, "ARTICLE %d\r\n", 1+chance.IntN(len(place.Users))), 1)
	}},
	{10, func(c *load.Conn, _ *site.Place, chance *rand.Rand) (int, error) {
		return 1, c.Ask([]byte(sale(chance.IntN(len(site.Offers)))+"\r\n"), 1)
	}},
	{10, func(c *load.Conn, place *site.Place, _ *rand.Rand) (int, error) { return buy(c, place) }},
	{10, ask("STATS")},
	{5, ask("QUOTA")},
}

func ask(request string) func(*load.Conn, *site.Place, *rand.Rand) (int, error) {
	line := []byte(request + "\r\n")
	return func(c *load.Conn, _ *site.Place, _ *rand.Rand) (int, error) { return 1, c.Ask(line, 1) }
}

// student is one of them, the same at every run.
func student(c *load.Conn, place *site.Place, i int) load.Step {
	chance := rand.New(rand.NewPCG(uint64(i), 0)) //nolint:gosec // a mix, not a secret
	return func() (int, error) {
		n := chance.IntN(100)
		for _, h := range habits {
			if n -= h.share; n < 0 {
				return h.do(c, place, chance)
			}
		}
		return 0, load.ErrDone // the shares are a hundred: never
	}
}
