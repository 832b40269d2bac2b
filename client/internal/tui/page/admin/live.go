package admin

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
)

// staleAfter is the age from which the last measure is said to be old: three
// that did not come are no accident of the way.
const staleAfter = 3 * period * time.Second

// live is the service as it is now.
type live struct {
	page.Base
	e      *page.Env
	now    liveData
	frozen *liveData // what is shown while paused
	paused time.Time
	window int // of windows
	ask    page.Load[struct{}]
	asked  time.Time
}

func newLive(e *page.Env) *live { return &live{e: e} }

func (p *live) setSize(w, h int) { p.SetSize(w, h) }

func (p *live) show() tea.Cmd { return nil }

// follow asks for the measures. Asking twice changes nothing.
func (p *live) follow() tea.Cmd {
	p.asked = p.e.Now()
	return p.ask.Start(p.e, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, p.e.API.Follow(ctx, period)
	}, nil)
}

func (p *live) update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Live:
		for _, ev := range m {
			switch ev := ev.(type) {
			case api.Stats:
				p.now.measure(ev)
			case api.Activity:
				p.now.happened(ev, p.e.Quotas.Services.Window)
			}
		}
	case page.Second:
		// The server may have forgotten us: refused while Redis was away.
		if p.stale() && !p.ask.Busy() && p.e.Now().Sub(p.asked) >= staleAfter {
			return p.follow()
		}
	}
	return nil
}

// stale says that what is shown as the present is not.
func (p *live) stale() bool {
	last, ok := p.now.last()
	return !ok || p.e.Now().Sub(last.At.At) > staleAfter
}

func (p *live) key(k tea.KeyMsg) tea.Cmd {
	switch {
	case keys.Back.Is(k):
		return p.e.Back()
	case keys.Pause.Is(k) && p.frozen != nil:
		p.frozen = nil
	case keys.Pause.Is(k):
		still := p.now.freeze()
		p.frozen, p.paused = &still, p.e.Now()
	case keys.Left.Is(k):
		p.window = max(0, p.window-1)
	case keys.Right.Is(k):
		p.window = min(len(windows)-1, p.window+1)
	case keys.Refresh.Is(k):
		return p.follow()
	}
	return nil
}

// shown is what is drawn, and the instant at which it is the present.
func (p *live) shown() (w liveData, now time.Time) {
	if p.frozen != nil {
		return *p.frozen, p.paused
	}
	return p.now, p.e.Now()
}

func (p *live) forget() {
	p.ask.Forget()
	p.now, p.frozen, p.window = liveData{}, nil, 0
}

func (p *live) typing() bool { return false }

func (p *live) keys() []keys.Key {
	pause := i18n.DoPause
	if p.frozen != nil {
		pause = i18n.DoResume
	}
	return []keys.Key{keys.Pause.To(pause), keys.Sides.To(i18n.DoWindow)}
}
