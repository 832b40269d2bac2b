package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

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
