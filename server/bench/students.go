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

// shop is where students find articles.
type shop interface {
	Any(chance *rand.Rand) (id int64)
	Article() (id int64, ok bool) // one to buy; false: the run is at its end
	Sold(reply string)            // what VENTE answered
}

// placeShop is a place's stock.
type placeShop struct{ *site.Place }

func (s placeShop) Any(chance *rand.Rand) int64 { return 1 + chance.Int64N(int64(len(s.Users))) }
func (placeShop) Sold(string)                   {}

// habit is one thing that a student does.
type habit func(c *load.Conn, s shop, chance *rand.Rand) (int, error)

// habits are what a student does, with how often of a hundred times.
var habits = []struct {
	share int
	do    habit
}{
	{30, ask("ARTICLES")},
	{10, ask("ARTICLES categorie=livre tri=prix")},
	{15, ask("ARTICLES q=algebre")},
	{10, func(c *load.Conn, s shop, chance *rand.Rand) (int, error) {
		return 1, c.Ask(fmt.Appendf(nil, "ARTICLE %d\r\n", s.Any(chance)), 1)
	}},
	{10, func(c *load.Conn, s shop, chance *rand.Rand) (int, error) {
		reply, err := c.Line(sale(chance.IntN(len(site.Offers))))
		s.Sold(reply)
		return 1, err
	}},
	{10, func(c *load.Conn, s shop, _ *rand.Rand) (int, error) { return buy(c, s) }},
	{10, ask("STATS")},
	{5, ask("QUOTA")},
}

func ask(request string) habit {
	line := []byte(request + "\r\n")
	return func(c *load.Conn, _ shop, _ *rand.Rand) (int, error) { return 1, c.Ask(line, 1) }
}

// habitOf chooses one.
func habitOf(chance *rand.Rand) habit {
	n := chance.IntN(100)
	for _, h := range habits {
		if n -= h.share; n < 0 {
			return h.do
		}
	}
	panic("the shares are a hundred") // TestStudentsDoAllTheirHabits
}

// student is one of them, the same at every run.
func student(c *load.Conn, place *site.Place, i int) load.Step {
	chance := rand.New(rand.NewPCG(uint64(i), 0)) //nolint:gosec // a mix, not a secret
	return func() (int, error) { return habitOf(chance)(c, placeShop{place}, chance) }
}
