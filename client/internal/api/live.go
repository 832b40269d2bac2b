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
	if _, err := c.do(ctx, follow(seconds)); err != nil {
		return err
	}
	c.setPeriod(seconds)
	return nil
}

// Unfollow ends Follow.
func (c *Client) Unfollow(ctx context.Context) error {
	c.setPeriod(0)
	_, err := c.do(ctx, request("STOP").repeat())
	return err
}

func follow(seconds int) builder { return request("SUIVRE").number("periode", seconds).repeat() }

func (c *Client) setPeriod(seconds int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.period = seconds
}

// translate makes events of lines, until ctx ends.
func (c *Client) translate(ctx context.Context, from <-chan link.Event, to chan Event) {
	defer c.done.Done()
	for {
		select {
		case e := <-from:
			c.put(to, c.event(e))
		case <-ctx.Done():
			return
		}
	}
}

// put enqueues e and drops the oldest event when the channel is full. Dropped
// Activity is added to the next Stats.Lost.
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
	f, at := e.Fields, At{e.At}
	switch e.Word {
	case "VENDU":
		return ArticleSold{at, f.Get("id"), f.Get("titre"), f.Get("acheteur"), f.Get("contact")}
	case "ANNONCE":
		return Announced{at, e.Text}
	case "EXPULSE":
		c.mu.Lock()
		c.expelled = e.Text
		c.mu.Unlock()
		return Expelled{at, e.Text}
	case "STATS":
		return stats(f, at)
	case "CONNEXION", "REFUS", "VENTE", "ACHAT":
		return Activity{at, e.Word, f.Get("login"), f, e.Text}
	}
	return Unknown{at, e.Message}
}

func stats(f protocol.Fields, at At) Stats {
	n := func(key string) int { return count(f, key) }
	return Stats{
		At: at, Period: time.Duration(n("periode")) * time.Second,
		Connections: n("connexions"), Users: n("utilisateurs"),
		CommandsPerSecond: decimal(f.Get("commandes_s")), P50: milliseconds(f, "p50_ms"), P99: milliseconds(f, "p99_ms"),
		LoginsPerMinute: n("connexions_min"), Sales: int64(n("ventes")), Purchases: int64(n("achats")),
		SalesPerMinute: n("ventes_min"), PurchasesPerMinute: n("achats_min"),
		RefusalsPerMinute: n("refus"), RefusedQuota: n("refus_quota"), RefusedKey: n("refus_echec"),
		Servers: n("serveurs"), Followers: n("suiveurs"), Lost: n("perdus"),
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
