package admin

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
)

const (
	period       = 1                        // of the measures, in seconds
	staleAfter   = 3 * period * time.Second // the age from which the last one is said to be old
	instancesAge = 2 * time.Second          // how old the list of servers may get in sight
)

// live is the service now: servers, alerts, the last quarter of an hour, what users do.
type live struct {
	page.Base
	e         *page.Env
	series    series
	stats     api.Stats // the last measure
	near      quotaUses
	feed      *feed
	alerts    alerts
	instances page.Load[[]api.Instance]
	history   page.Load[[]api.Slot]
	ask       page.Load[struct{}]
	opened    time.Time // since when events come without a gap
	lookUp    func(login string)
}

func newLive(e *page.Env, lookUp func(login string)) *live {
	return &live{e: e, feed: newFeed(e), near: quotaUses{}, lookUp: lookUp}
}

func (p *live) Show(any) { p.askInstances() }

// follow asks for the measures, and for what was before them. It may be called again.
func (p *live) follow() {
	if p.stale() { // at first, too
		p.opened = p.e.Now()
	}
	p.ask.Start(p.e, func(ctx context.Context) (struct{}, error) { return struct{}{}, p.e.API.Follow(ctx, period) }, nil)
	p.history.Start(p.e, func(ctx context.Context) ([]api.Slot, error) { return p.e.API.History(ctx, historyMinutes) }, func() {
		if p.history.Err == nil {
			p.series = p.series.fill(p.history.Data, p.e.Now())
		}
	})
}

func (p *live) askInstances() {
	p.instances.Start(p.e, p.e.API.Instances, func() {
		if p.instances.Err == nil {
			for _, a := range p.alerts.instances(p.e.Now(), p.instances.Data) {
				p.e.Alert(a.text(p.e))
			}
		}
	})
}

func (p *live) Update(m tea.Msg) {
	switch m := m.(type) {
	case tea.KeyMsg:
		p.key(m)
	case page.Click:
		if p.feed.table.Click(int(m), len(p.feed.shown)) {
			p.key(keys.Enter.Press())
		}
	case page.Live:
		p.came(m)
	case page.Second:
		// The server may have forgotten us: refused while Redis was away.
		if p.stale() && p.ask.Due(p.e, staleAfter) {
			p.follow()
		}
		if p.instances.Due(p.e, instancesAge) {
			p.askInstances()
		}
	}
}

// came takes measures and events; the feed is put in order once for all of them.
func (p *live) came(all page.Live) {
	for _, ev := range all {
		switch ev := ev.(type) {
		case api.Stats:
			if p.stats.Servers != 0 && ev.Servers != p.stats.Servers { // also out of sight
				p.askInstances()
			}
			p.measured(ev)
		case api.Activity:
			p.feed.happened(ev)
			p.near.happened(ev, p.e.Quotas.Services.Window)
		}
	}
	p.feed.arrived()
}

func (p *live) measured(s api.Stats) {
	p.stats = s
	p.feed.lost += s.Lost
	n := pointOf(s)
	p.series = p.series.add(n)
	check := func(kind alertKind, figure float64, limit int) {
		if a := p.alerts.check(s.At, subject{kind: kind}, limit > 0 && figure > float64(limit), figure); a != nil {
			p.e.Alert(a.text(p.e))
		}
	}
	check(slow, n.p99, p.e.Alerts.P99)
	check(refusing, n.refusals, p.e.Alerts.Refusals)
}

// stale says that what is shown as the present is not.
func (p *live) stale() bool { return p.e.Now().Sub(p.stats.At) > staleAfter }

func (p *live) key(k tea.KeyMsg) {
	n, there := p.feed.current()
	switch {
	case p.feed.key(k):
	case keys.Back.Is(k):
		p.e.Back()
	case keys.Enter.Is(k) && there && n.Login != "":
		p.lookUp(n.Login)
	case keys.Refresh.Is(k):
		p.follow()
		p.askInstances()
	}
}

func (p *live) Typing() bool { return p.feed.search.Typing() }

func (p *live) Keys() []keys.Key {
	if p.Typing() {
		return p.feed.search.Keys()
	}
	return p.feed.keys()
}
