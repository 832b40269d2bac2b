package link

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"etuservices/protocol"
)

// run makes connection after connection until the link is closed.
func (l *Link) run() {
	var cause error
	for fails := 0; l.ctx.Err() == nil; {
		c, err := l.connect()
		online, useful := err == nil, false
		if online {
			useful = l.serve(c, &err) >= settled
		}
		if useful {
			fails = 0
		}
		cause = &AddrError{Addr: l.opt.Addr, Err: err}
		if l.opt.Once {
			break
		}
		if online && idle(cause) && !l.wanted() {
			fails = 0
			l.rest()
			continue
		}
		if useful && idle(cause) {
			l.setState(State{Phase: Connecting, Attempt: 1, Err: cause})
			continue // the server closed a healthy connection: reconnect without showing Offline
		}
		fails++
		l.pause(fails, online, cause)
	}
	if l.ctx.Err() != nil {
		cause = l.ctx.Err()
	}
	l.draining.Wait()
	cause = fmt.Errorf("%w: %w", ErrClosed, cause)
	l.finishAll(cause)
	l.setState(State{Phase: Closed, Err: cause})
}

// idle says that the server ended a connection that nobody used.
func idle(err error) bool {
	code := CodeOf(err)
	return code == protocol.DELAI || code == protocol.INACTIF
}

func (l *Link) wanted() bool { return l.waiting() || l.opt.Keep != nil && l.opt.Keep() }

// rest waits, not connected, until there is something to do.
func (l *Link) rest() {
	l.setState(State{Phase: Idle})
	for !l.wanted() {
		select {
		case <-l.wake:
		case <-l.retry:
			l.setState(State{Phase: Connecting, Attempt: 1})
			return
		case <-l.ctx.Done():
			return
		}
	}
	l.setState(State{Phase: Connecting, Attempt: 1})
}

// pause waits before the next attempt and shows it; fails counts the failures
// in a row. The first one after a loss is not called Offline: a restarted
// server is back before anybody has read the word.
func (l *Link) pause(fails int, wasOnline bool, err error) {
	var e *Error
	wait := pauseOf(fails)
	if errors.As(err, &e) {
		wait = max(wait, e.After())
	}
	s := State{Phase: Offline, Attempt: fails + 1, RetryAt: time.Now().Add(wait), Err: err}
	if wasOnline && fails == 1 {
		s.Phase, s.Attempt = Connecting, 1
	}
	l.setState(s)
	select {
	case <-time.After(wait):
	case <-l.retry:
	case <-l.ctx.Done():
		return
	}
	s.RetryAt = time.Time{}
	l.setState(s)
}

// pauseOf doubles from firstPause to lastPause, give or take jitter.
func pauseOf(fails int) time.Duration {
	p := lastPause
	if fails < 16 { // beyond, the shift would mean nothing
		p = min(firstPause<<(fails-1), lastPause)
	}
	return time.Duration(float64(p) * (1 - jitter + 2*jitter*rand.Float64()))
}

// serve uses a connection until it ends for the reason err, and gives how long
// the last one lived. On ARRET it moves to another one before the first ends.
func (l *Link) serve(c *conn, err *error) (lived time.Duration) {
	l.use(c)
	var move <-chan time.Time
	failed := 0
	for {
		select {
		case after := <-c.leaving:
			move = time.After(after + rand.N(moveSpread))
		case <-move:
			next, e := l.connect()
			if e != nil { // nobody else yet: the old one still works
				failed++
				move = time.After(pauseOf(failed))
				continue
			}
			move, failed = nil, 0
			old := c
			c = next
			old.leave()
			l.drain(old)
			l.use(c)
		case <-c.ctx.Done():
			c.running.Wait()
			l.reclaim(c)
			*err = context.Cause(c.ctx)
			return time.Since(c.since)
		}
	}
}

// use makes a connection the one that requests go to.
func (l *Link) use(c *conn) {
	l.setState(State{Phase: Online})
	c.running.Go(func() { l.write(c) })
}

// drain waits, in the background, for the replies due after ARRET, and queues the rest again.
func (l *Link) drain(old *conn) {
	l.draining.Go(func() {
		<-old.ctx.Done()
		old.running.Wait()
		l.reclaim(old)
	})
}

// write puts queued calls on the wire as the window allows.
func (l *Link) write(c *conn) {
	for {
		if calls := l.take(c.room()); len(calls) > 0 {
			c.send(calls)
			continue
		}
		select {
		case <-l.wake:
			continue
		case <-c.free:
			continue
		case <-c.retire:
		case <-c.ctx.Done():
		}
		signal(l.wake) // what it may have swallowed is for the next one
		return
	}
}
