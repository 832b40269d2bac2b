package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
)

// kind says what an event asks of an instance.
type kind string

const (
	tell   kind = "dire"    // a line for one user
	tellAl kind = "annonce" // a line for everybody who is logged in
	end    kind = "jetons"  // sessions end
	flow   kind = "suivi"   // lines for those who follow
)

// event is what instances say to each other, as JSON.
type event struct {
	Kind    kind     `json:"type"`
	From    string   `json:"de"`
	User    int64    `json:"pour,omitempty"`
	Article int64    `json:"article,omitempty"`
	Tokens  []string `json:"jetons,omitempty"` // hashes, as the stores have them
	Line    string   `json:"ligne,omitempty"`
	Lines   int      `json:"lignes,omitempty"`
	Lost    int      `json:"perdus,omitempty"`

	until time.Time // kept for another try until then
}

const (
	// maxLate bounds the events that wait for Redis to come back.
	maxLate = 1024
	// lateLife is how long one waits: what comes later is a state that the
	// resync after a cut has already told.
	lateLife = 10 * time.Second
	// latePause between two tries.
	latePause = 250 * time.Millisecond
)

// Sold tells a seller, on whichever instance, that an article was bought. It
// never waits: a seller who is not told now is told when he logs in next.
func (h *Hub) Sold(seller, article int64, line string) {
	h.publishAsync(event{Kind: tell, User: seller, Article: article, Line: line})
}

// Remind tells a seller who is logged in on this process.
func (h *Hub) Remind(seller, article int64, line string) {
	h.deliver(event{Kind: tell, User: seller, Article: article, Line: line})
}

// SendTo tells a user something, on whichever instance.
func (h *Hub) SendTo(ctx context.Context, user int64, line string) {
	h.publish(ctx, event{Kind: tell, User: user, Line: line})
}

// Broadcast tells everybody who is logged in.
func (h *Hub) Broadcast(ctx context.Context, line string) {
	h.publish(ctx, event{Kind: tellAl, Line: line})
}

// EndSessions ends the sessions that hold these tokens (hashes) on all instances. line,
// when not empty, is said to them before their connections are closed.
func (h *Hub) EndSessions(ctx context.Context, tokens []string, line string) {
	if len(tokens) > 0 {
		h.publish(ctx, event{Kind: end, Tokens: tokens, Line: line})
	}
}

// publish brings an event to this process at once, and to the others before it
// returns, or later where Redis does not answer.
func (h *Hub) publish(ctx context.Context, e event) {
	h.deliver(e)
	if h.DB == nil {
		return
	}
	if err := h.send(ctx, e); err != nil {
		h.Log.Warn("événement retenu : Redis ne répond pas", "type", e.Kind, "erreur", err)
		h.retryLater(e)
	}
}

// publishAsync is publish for callers who do not wait.
func (h *Hub) publishAsync(e event) {
	h.deliver(e)
	if h.DB != nil {
		h.retryLater(e)
	}
}

func (h *Hub) retryLater(e event) {
	e.until = time.Now().Add(lateLife)
	select {
	case h.late <- e:
	default:
		h.Counters.dropped.Add(1)
	}
}

// retryLoop sends what callers did not wait for.
func (h *Hub) retryLoop(ctx context.Context) {
	for {
		var e event
		select {
		case <-ctx.Done():
			return
		case e = <-h.late:
		}
		for time.Now().Before(e.until) && h.send(ctx, e) != nil {
			if !pause(ctx, latePause) {
				return
			}
		}
	}
}

func (h *Hub) send(ctx context.Context, e event) error {
	e.From = h.proc
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("live: event: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	return store.Classify(h.DB.Publish(ctx, h.Channel, text).Err())
}

// deliver brings an event to the connections of this process.
func (h *Hub) deliver(e event) {
	switch e.Kind {
	case tell:
		var sent func()
		if e.Article != 0 && h.AckNotice != nil {
			sent = func() { h.AckNotice(e.Article) }
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		for m := range h.users[e.User] {
			if !m.dead() {
				m.conn.Send(e.Line, sent)
			}
		}
	case tellAl:
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, members := range h.users {
			for m := range members {
				if !m.dead() {
					m.conn.Send(e.Line, nil)
				}
			}
		}
	case end:
		if h.Revoke != nil {
			h.Revoke(e.Tokens, e.Line)
		}
	case flow:
		h.feed.in.add(e.Line, e.Lines, e.Lost)
	}
}

// pause waits; it is false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

const (
	// silence after which the subscription is asked whether it still lives; a
	// second one unanswered ends it.
	silence = 2 * time.Second
	// listenPause before a subscription is made anew.
	listenPause = 250 * time.Millisecond
)

// problemEvents names the problem of an instance that is told of no event.
const problemEvents = "evenements"

// errDeaf is a subscription that does not answer.
var errDeaf = errors.New("live: subscription does not answer")

// listenLoop holds the one subscription of this process.
func (h *Hub) listenLoop(ctx context.Context) {
	for lost := false; ; lost = true {
		err := h.listen(ctx, lost)
		if ctx.Err() != nil {
			return
		}
		switch {
		case redis.IsPermissionError(err): // no wait mends it
			h.problem(problemEvents, fmt.Errorf("le compte de Redis n'a plus droit au canal %s : rendez-le-lui par ACL SETUSER … &etu:* : %w", h.Channel, err))
		case !lost:
			h.Log.Warn("abonnement aux événements perdu ; il reprend seul", "erreur", err)
		}
		if !pause(ctx, listenPause) {
			return
		}
	}
}

// listen serves one subscription until it breaks. go-redis makes the connection
// anew under the same subscription; each time, events may have been missed.
func (h *Hub) listen(ctx context.Context, again bool) error {
	sub := h.DB.Subscribe(ctx, h.Channel)
	defer func() { _ = sub.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = sub.Close() }) // go-redis waits on
	defer stop()
	asked := false
	for ctx.Err() == nil {
		msg, err := sub.ReceiveTimeout(ctx, silence)
		var slow net.Error
		switch {
		case err == nil:
			asked = false
		case errors.As(err, &slow) && slow.Timeout() && !asked:
			asked = true
			err = sub.Ping(ctx)
		case asked:
			err = errors.Join(errDeaf, err)
		}
		if err != nil {
			return err
		}
		switch m := msg.(type) {
		case *redis.Subscription:
			h.problem(problemEvents, nil)
			if again && h.Resync != nil {
				h.Resync(ctx)
			}
			again = true
		case *redis.Message:
			h.receive(m.Payload)
		}
	}
	return ctx.Err()
}

func (h *Hub) receive(text string) {
	var e event
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		h.Log.Warn("événement illisible", "erreur", err)
		return
	}
	if e.From != h.proc { // ours were delivered before they were sent
		h.deliver(e)
	}
}
