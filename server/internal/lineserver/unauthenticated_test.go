package lineserver

import (
	"fmt"
	"net"
	"testing"
	"testing/synctest"
)

// TestStrangersPart has n-1, n and n+1 of those who are not logged in, for
// several parts of several numbers of places.
func TestStrangersPart(t *testing.T) {
	for _, c := range []struct{ places, part, anonymous int }{
		{8, 4, 2},
		{8, 3, 2}, // rounded down
		{8, 2, 4},
		{8, 1, 8}, // off: all places
		{3, 4, 1}, // one at least, or nobody could log in
		{4, 4, 1},
	} {
		t.Run(fmt.Sprintf("1 of %d of %d", c.part, c.places), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop, l := newShop(), newPipes()
				l.from = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 40000} // RFC 5737's, of no exempt network
				shop.limits.UnauthenticatedShare = c.part
				s := shop.server(c.places)
				run(t, shop, s, l)
				full := func() {
					t.Helper()
					for range 2 { // a refusal takes no place
						l.dial(t).ends("PLEIN")
					}
				}
				leaves := func(p *peer) {
					_ = p.Close()
					synctest.Wait()
				}

				var in []*peer
				for range c.anonymous {
					in = append(in, l.dial(t).greeted())
				}
				full()
				if c.anonymous == c.places {
					return
				}
				in[0].asks("IN", "+OK IN") // frees one place of those not logged in, and one only
				extra := l.dial(t).greeted()
				full()
				in[0].asks("OUT", "+OK OUT") // he stays: one more than there are places
				full()
				leaves(extra) // as many as there are places
				full()
				leaves(in[0])
				l.dial(t).greeted()
				full()
			})
		})
	}
	// Whoever is logged in may have every place.
	synctest.Test(t, func(t *testing.T) {
		const places = 8
		shop, l := newShop(), newPipes()
		l.from = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 40000}
		run(t, shop, shop.server(places), l)
		for range places {
			l.dial(t).greeted().asks("IN", "+OK IN")
		}
		l.dial(t).ends("PLEIN")
	})
}
