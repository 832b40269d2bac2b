package link

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"etuservices/protocol"
)

// call is one request on its way: queued, on the wire of one connection (its
// owner then is that connection), or answered.
type call struct {
	Request
	ctx   context.Context
	reply Reply
	size  int  // bytes of the reply so far
	sent  int  // how often it was written
	wired bool // written on the present connection
	err   error
	done  chan struct{} // closed once reply and err are final
}

func newCall(ctx context.Context, r Request) (*call, error) {
	switch {
	case strings.Trim(r.Line, " \t") == "":
		return nil, fmt.Errorf("%w: it is empty", ErrLine)
	case len(r.Line)+1 > protocol.MaxLine:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrLine, protocol.MaxLine)
	case strings.ContainsAny(r.Line, "\r\n\x00"), !utf8.ValidString(r.Line):
		return nil, fmt.Errorf("%w: control characters or no UTF-8", ErrLine)
	}
	return &call{Request: r, ctx: ctx, done: make(chan struct{})}, nil
}

func (c *call) wait() (Reply, error) {
	select {
	case <-c.done:
		return c.reply, c.err
	case <-c.ctx.Done():
	}
	select {
	case <-c.done: // the answer may be what ended it
		return c.reply, c.err
	default:
		return Reply{}, fmt.Errorf("link: given up waiting: %w", context.Cause(c.ctx))
	}
}

// finish answers the caller, who may have gone, once.
func (c *call) finish(err error) {
	c.err = err
	close(c.done)
}

// enqueue puts a call at the end of the line.
func (l *Link) enqueue(c *call) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.final != nil {
		return l.final
	}
	if len(l.queue) >= maxWaiting {
		l.queue = slices.DeleteFunc(l.queue, func(c *call) bool { return c.ctx.Err() != nil })
	}
	if len(l.queue) >= maxWaiting {
		return ErrBusy
	}
	l.queue = append(l.queue, c)
	signal(l.wake)
	return nil
}

// take gives up to n calls whose callers still wait.
func (l *Link) take(n int) []*call {
	l.mu.Lock()
	defer l.mu.Unlock()
	var calls []*call
	for len(calls) < n && len(l.queue) > 0 {
		if c := l.queue[0]; c.ctx.Err() == nil {
			calls = append(calls, c)
		}
		l.queue = l.queue[1:]
	}
	return calls
}

// waiting says whether somebody waits for a connection.
func (l *Link) waiting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.queue, func(c *call) bool { return c.ctx.Err() == nil })
}

// reclaim takes what a dead connection left unanswered: back to the head of
// the line where that is safe, else the caller learns that it is lost.
func (l *Link) reclaim(c *conn) {
	c.mu.Lock()
	flight := c.flight
	c.flight = nil
	c.mu.Unlock()
	var again []*call
	why := context.Cause(c.ctx)
	for _, k := range flight {
		mayRepeat := k.Repeat && k.sent <= maxRepeats && !errors.Is(why, ErrProtocol)
		switch {
		case k.ctx.Err() != nil:
		case c.unprocessed, !k.wired, mayRepeat:
			k.reply, k.size, k.wired = Reply{}, 0, false
			again = append(again, k)
		default:
			k.reply = Reply{}
			k.finish(fmt.Errorf("%w: %w", ErrLost, why))
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(again, l.queue...)
	if len(again) > 0 {
		signal(l.wake)
	}
}

// finishAll ends the link: whoever waits gets err.
func (l *Link) finishAll(err error) {
	l.mu.Lock()
	l.final = err
	calls := l.queue
	l.queue = nil
	l.mu.Unlock()
	for _, c := range calls {
		c.finish(err)
	}
}
