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
	"etuservices/server/internal/wait"
)

// kind says what an instance does with an event.
type kind string

const (
	kindUser     kind = "dire"    // a line for one user
	kindAll      kind = "annonce" // a line for everybody who is logged in
	kindSessions kind = "jetons"  // sessions end
	kindFeed     kind = "suivi"   // lines for those who follow
)

// event is a message between instances, as JSON.
type event struct {
	Kind    kind     `json:"type"`
	From    string   `json:"de"`
	User    int64    `json:"pour,omitempty"`
	Article int64    `json:"article,omitempty"`
	Tokens  []string `json:"jetons,omitempty"` // hashes, as the stores have them
	Line    string   `json:"ligne,omitempty"`
	Lines   int      `json:"lignes,omitempty"`
	Lost    int      `json:"perdus,omitempty"`

	until time.Time // when it is given up
}

const (
	// maxOutgoing bounds the events that wait to be sent to the other instances.
	maxOutgoing = 1024
	// outgoingLife is how long an event waits for Redis: whoever subscribes again later
	// reads the state anew (resync).
	outgoingLife = 10 * time.Second
	// retryPause between two tries.
	retryPause = 250 * time.Millisecond
)

// Sold tells a seller, on whichever instance, that an article was bought. It
// never waits: a seller who does not get it now gets it at the next AUTH or REPRENDRE, or
// when the channel is subscribed to again.
func (h *Hub) Sold(seller, article int64, line string) {
	h.publishAsync(event{Kind: kindUser, User: seller, Article: article, Line: line})
}

// SendTo tells a user something, on whichever instance.
func (h *Hub) SendTo(ctx context.Context, user int64, line string) {
	h.publish(ctx, event{Kind: kindUser, User: user, Line: line})
}

// Broadcast tells everybody who is logged in.
func (h *Hub) Broadcast(ctx context.Context, line string) {
	h.publish(ctx, event{Kind: kindAll, Line: line})
}

// EndSessions ends the sessions that hold these tokens (hashes) on all instances. line,
// when not empty, is said to them before their connections are closed.
func (h *Hub) EndSessions(ctx context.Context, tokens []string, line string) {
	if len(tokens) > 0 {
		h.publish(ctx, event{Kind: kindSessions, Tokens: tokens, Line: line})
	}
}

// PublishFeed brings n lines to those who follow on all instances; lost were dropped
// before. It is not tried again. Errors: store.ErrUnavailable.
func (h *Hub) PublishFeed(ctx context.Context, lines string, n, lost int) error {
	e := event{Kind: kindFeed, Line: lines, Lines: n, Lost: lost}
	h.deliver(ctx, e)
	return h.send(ctx, e)
}

// publish brings an event to this process at once, and to the others before it
// returns, or later where Redis does not answer.
func (h *Hub) publish(ctx context.Context, e event) {
	h.deliver(ctx, e)
	if err := h.send(ctx, e); err != nil {
		h.Log.Warn("événement retenu : Redis ne répond pas", "type", e.Kind, "erreur", err)
		h.sendLater(e)
	}
}

// publishAsync is publish for callers who do not wait.
func (h *Hub) publishAsync(e event) {
	h.deliver(context.Background(), e)
	h.sendLater(e)
}

// sendLater has sendLoop send an event to the other instances; it never waits.
func (h *Hub) sendLater(e event) {
	e.until = time.Now().Add(outgoingLife)
	select {
	case h.outgoing <- e:
	default:
		h.dropped.Add(1)
	}
}

// sendLoop sends the events of outgoing, one after the other.
func (h *Hub) sendLoop(ctx context.Context) {
	for {
		var e event
		select {
		case <-ctx.Done():
			return
		case e = <-h.outgoing:
		}
		for time.Now().Before(e.until) && h.send(ctx, e) != nil {
			if wait.For(ctx, retryPause) != nil {
				return
			}
		}
	}
}

func (h *Hub) send(ctx context.Context, e event) error {
	e.From = h.proc
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("cluster: event: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	return h.DB.Publish(ctx, h.Channel, text).Err()
}

// deliver brings an event to the connections of this process.
func (h *Hub) deliver(ctx context.Context, e event) {
	switch e.Kind {
	case kindUser:
		var sent func()
		if e.Article != 0 {
			sent = func() { h.Notices.AckNotice(e.Article) }
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		for m := range h.users[e.User] {
			if !m.dead() {
				m.conn.Send(e.Line, sent)
			}
		}
	case kindAll:
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, members := range h.users {
			for m := range members {
				if !m.dead() {
					m.conn.Send(e.Line, nil)
				}
			}
		}
	case kindSessions:
		h.Registry.EndSessions(ctx, e.Tokens, e.Line)
	case kindFeed:
		h.Local.ReceiveFeed(e.Line, e.Lines, e.Lost)
	}
}

const (
	// silence after which a PING is sent over the subscription; a second silence
	// after that ends it.
	silence = 2 * time.Second
	// listenPause before a subscription is made anew.
	listenPause = 250 * time.Millisecond
)

// problemEvents names the problem of an instance that receives no events.
const problemEvents = "evenements"

// errSilent is a subscription that does not answer.
var errSilent = errors.New("cluster: subscription does not answer")

// listenLoop holds the one subscription of this process.
func (h *Hub) listenLoop(ctx context.Context) {
	for lost := false; ; lost = true {
		err := h.listen(ctx, lost)
		if ctx.Err() != nil {
			return
		}
		switch {
		case redis.IsPermissionError(err): // no wait mends it
			h.Health.Report(h.Log, problemEvents, fmt.Errorf("le compte de Redis n'a plus droit au canal %s : rendez-le-lui par ACL SETUSER … &etu:* : %w", h.Channel, err))
		case !lost:
			h.Log.Warn("abonnement aux événements perdu ; il reprend seul", "erreur", err)
		}
		if wait.For(ctx, listenPause) != nil {
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
			err = errors.Join(errSilent, err)
		}
		if err != nil {
			return err
		}
		switch m := msg.(type) {
		case *redis.Subscription:
			h.Health.Report(h.Log, problemEvents, nil)
			if again {
				h.resync(ctx)
			}
			again = true
		case *redis.Message:
			h.receive(ctx, m.Payload)
		}
	}
	return ctx.Err()
}

func (h *Hub) receive(ctx context.Context, text string) {
	var e event
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		h.Log.Warn("événement illisible", "erreur", err)
		return
	}
	if e.From != h.proc { // ours were delivered before they were sent
		h.deliver(ctx, e)
	}
}

// resync makes up for events that may have been lost while the subscription was.
func (h *Hub) resync(ctx context.Context) {
	err := h.Registry.Revalidate(ctx)
	pending, noticesErr := h.Notices.PendingNotices(ctx, h.localUsers()...)
	for _, n := range pending {
		h.deliver(ctx, event{Kind: kindUser, User: n.Seller, Article: n.Article, Line: n.Line})
	}
	if err := errors.Join(err, noticesErr); err != nil {
		h.Log.Warn("état non relu après une coupure des événements", "erreur", err)
	}
}
