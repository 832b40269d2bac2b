package lineserver

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestStopSpreadsTheGoodbyes: clients leave over the time given, so that
// they do not fall upon another instance at once. Of so many, all in one half of
// it would be chance once in 10^10.
func TestStopSpreadsTheGoodbyes(t *testing.T) {
	const clients, spread = 40, 20 * time.Second
	synctest.Test(t, func(t *testing.T) {
		shop, l := newShop(), newPipes()
		s := shop.server(clients)
		run(t, shop, s, l)
		left := make(chan time.Duration, clients)
		start := time.Now()
		for range clients {
			p := l.dial(t).greeted()
			go func() {
				p.wants("! ARRET")
				p.wants("-ERR ARRET")
				left <- time.Since(start)
			}()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Stop(ctx, spread); err != nil {
			t.Error(err)
		}
		first, last := spread, time.Duration(0)
		for range clients {
			at := <-left
			first, last = min(first, at), max(last, at)
		}
		if last > spread || last-first < spread/2 {
			t.Errorf("from %v to %v", first, last)
		}
	})
}
