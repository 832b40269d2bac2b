package main

import (
	"bytes"
	"strconv"

	"etuservices/server/bench/load"
	"etuservices/server/bench/site"
)

// lines gives what each connection does in a measure.
func (b *banc) lines(conns []*load.Conn, place *site.Place, m measure) []load.Step {
	if conns == nil {
		return nil
	}
	return b.each(func(i int) load.Step {
		c, user := conns[i], place.Users[i]
		switch m.verb {
		case "VENTE":
			n := i
			return func() (int, error) { n++; return 1, c.Ask([]byte(sale(n)+"\r\n"), 1) }
		case "ACHAT":
			return func() (int, error) { return buy(c, placeShop{place}) }
		case "AUTH":
			// Only who is not logged in may log in. One write: the login begins as
			// soon as the logout has ended.
			pair := []byte("DECONNEXION\r\nAUTH " + user.Login + " " + place.Password + "\r\n")
			return func() (int, error) { return 1, c.Ask(pair, 2) }
		case students:
			return student(c, place, i)
		default:
			request := bytes.Repeat([]byte(m.verb+"\r\n"), m.depth)
			return func() (int, error) { return m.depth, c.Ask(request, m.depth) }
		}
	})
}

func buy(c *load.Conn, s shop) (int, error) {
	id, ok := s.Article()
	if !ok {
		return 0, load.ErrDone
	}
	return 1, c.Ask(append(strconv.AppendInt([]byte("ACHAT "), id, 10), "\r\n"...), 1)
}
