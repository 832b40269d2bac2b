package admin

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/key"
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
	page.Size
	e      *page.Env
	now    watched
	frozen *watched // what is shown while paused
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
	})
}

func (p *live) update(m tea.Msg) tea.Cmd {
	if p.ask.Update(p.e, m) {
		return nil
	}
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
	case key.Matches(k, keys.Back):
		return page.Send(page.Back{})
	case key.Matches(k, keys.Pause) && p.frozen != nil:
		p.frozen = nil
	case key.Matches(k, keys.Pause):
		still := p.now.freeze()
		p.frozen, p.paused = &still, p.e.Now()
	case key.Matches(k, keys.Left):
		p.window = max(0, p.window-1)
	case key.Matches(k, keys.Right):
		p.window = min(len(windows)-1, p.window+1)
	case key.Matches(k, keys.Refresh):
		return p.follow()
	}
	return nil
}

// shown is what is drawn, and the instant at which it is the present.
func (p *live) shown() (w watched, now time.Time) {
	if p.frozen != nil {
		return *p.frozen, p.paused
	}
	return p.now, p.e.Now()
}

func (p *live) forget() {
	p.ask.Forget()
	p.now, p.frozen, p.window = watched{}, nil, 0
}

func (p *live) typing() bool { return false }

func (p *live) hints() []page.Hint {
	e, pause := p.e, i18n.DoPause
	if p.frozen != nil {
		pause = i18n.DoResume
	}
	return []page.Hint{e.H(i18n.KeySpace, pause), e.H(i18n.KeySides, i18n.DoWindow)}
}
