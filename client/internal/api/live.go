package api

import (
	"context"
	"math"
	"strconv"
	"time"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// Follow makes the server send Stats every so many seconds, and Activity at
// once, to Live, also after a reconnection; Unfollow ends it. INTERDIT by code.
func (c *Client) Follow(ctx context.Context, seconds int) error {
	if err := c.order(ctx, follow(seconds)); err != nil {
		return err
	}
	c.locked(func() { c.period = seconds })
	return nil
}

// Unfollow ends Follow.
func (c *Client) Unfollow(ctx context.Context) error {
	c.locked(func() { c.period = 0 })
	return c.order(ctx, request("STOP").repeat())
}

func follow(seconds int) builder { return request("SUIVRE").number("periode", seconds).repeat() }

// take puts an event of the link where it is read.
func (c *Client) take(e link.Event) {
	if c.opt.OnEvent != nil {
		c.opt.OnEvent(e)
		return
	}
	switch e := c.event(e).(type) {
	case Stats, Activity:
		c.put(c.live, e)
	default:
		c.put(c.events, e)
	}
}

// put enqueues e in place of the oldest event of a full channel. The next Stats.Lost counts
// the Activity dropped so.
func (c *Client) put(box chan Event, e Event) {
	if s, ok := e.(Stats); ok {
		s.Lost += int(c.dropped.Swap(0))
		e = s
	}
	for {
		select {
		case box <- e:
			return
		default:
		}
		select {
		case old := <-box:
			if _, ok := old.(Activity); ok {
				c.dropped.Add(1)
			}
		default:
		}
	}
}

func (c *Client) event(e link.Event) Event {
	f := e.Fields
	switch e.Word {
	case "VENDU":
		return ArticleSold{f.Get("id"), f.Get("titre"), f.Get("acheteur"), f.Get("contact")}
	case "ANNONCE":
		return Announced{e.Text}
	case "EXPULSE":
		c.locked(func() { c.expelled = e.Text })
		return Expelled{e.Text}
	case "STATS":
		return stats(f, e.At)
	case "CONNEXION", "REFUS", "VENTE", "ACHAT":
		return Activity{e.At, e.Word, f.Get("login"), f, e.Text}
	}
	return Unknown{e.Message}
}

func stats(f protocol.Fields, at time.Time) Stats {
	n := func(key string) int { return count(f, key) }
	return Stats{
		At: at, Connections: n("connexions"), Users: n("utilisateurs"),
		CommandsPerSecond: decimal(f.Get("commandes_s")), P50: milliseconds(f, "p50_ms"), P99: milliseconds(f, "p99_ms"),
		LoginsPerMinute: n("connexions_min"), Sales: int64(n("ventes")), Purchases: int64(n("achats")),
		SalesPerMinute: n("ventes_min"), PurchasesPerMinute: n("achats_min"),
		RefusalsPerMinute: n("refus"), RefusedQuota: n("refus_quota"), RefusedKey: n("refus_echec"),
		Servers: n("serveurs"), Lost: n("perdus"),
	}
}

// decimal reads a number that only people look at; what is none counts as 0.
func decimal(s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0
	}
	return min(max(n, 0), mostCounted)
}

// Event is one of the types below.
type Event any

// ArticleSold: someone bought the user's article (VENDU).
type ArticleSold struct{ ID, Title, Buyer, Contact string }

// Announced is a word of the administration to everybody (ANNONCE).
type Announced struct{ Text string }

// Expelled: an administrator ended the session (EXPULSE); SessionEnded follows.
type Expelled struct{ Reason string }

// SessionEnded: the token is dead, whoever wants to go on logs in again. The reason
// is the administration's, empty when the token ran out.
type SessionEnded struct{ Reason string }

// Unknown is an event of a later version of the protocol.
type Unknown struct{ protocol.Message }

// Stats is a measure of the whole service, over all instances (SUIVRE). What is
// counted by the minute is of the last 60 s; sales and purchases are the calls
// since ever, as on the board of services.
type Stats struct {
	At                       time.Time
	Connections, Users       int
	CommandsPerSecond        float64 // during the period that was asked for, as are P50 and P99
	P50, P99                 time.Duration
	LoginsPerMinute          int
	Sales, Purchases         int64
	SalesPerMinute           int // articles put up, and bought
	PurchasesPerMinute       int
	RefusalsPerMinute        int // of which two are told apart:
	RefusedQuota, RefusedKey int // over the quota; wrong password
	Servers                  int
	Lost                     int // events that did not come, since the last measure
}

// Activity is something that a user did just now (CONNEXION, REFUS, VENTE, ACHAT).
type Activity struct {
	At     time.Time
	Type   string // the event's word
	Login  string
	Fields protocol.Fields // everything that was told
	Text   string
}
