// Package boards is the screen of the four leaderboards, all in sight, and live.
package boards

import (
	"cmp"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// pollEvery is how often the boards are asked for while in sight: STATS is free.
const pollEvery = 5 * time.Second

type board struct {
	api.Board
	name, is i18n.Msg
	full     int // how many rows it has at most
}

var (
	latest   = board{api.Latest, i18n.Boards.Latest, i18n.Boards.LatestIs, 10}
	least    = board{api.Least, i18n.Boards.Least, i18n.Boards.LeastIs, 10}
	top      = board{api.Top, i18n.Boards.Top, i18n.Boards.TopIs, 3}
	services = board{api.Services, i18n.Boards.Services, i18n.Boards.ServicesIs, 3}
)

// Page is the leaderboards.
type Page struct {
	page.Base
	e   *page.Env
	all page.Load[api.Boards]
}

// New makes the page.
func New(e *page.Env) *Page { return &Page{Base: page.NewBase(i18n.Boards.Title), e: e} }

// Show asks for the four at once: one round trip, and it is free.
func (p *Page) Show(any) { p.all.Start(p.e, p.e.API.Boards, nil) }

func (p *Page) Update(m tea.Msg) {
	switch m := m.(type) {
	case page.Resync:
		p.Show(nil)
	case page.Second:
		if p.all.Due(p.e, pollEvery) && p.all.Err == nil && p.e.InSight(page.Boards) {
			p.Show(nil)
		}
	case tea.KeyMsg:
		switch {
		case keys.Back.Is(m):
			p.e.Back()
		case keys.Refresh.Is(m):
			p.Show(nil)
		}
	}
}

func (p *Page) View() string {
	const low = 5 // the three rows of the short boards in their frames
	below := max(low, p.H*3/10)
	above, w := p.H-below, widget.Share(p.W, widget.Gutter, 1, 1)
	return widget.Rows(
		widget.Columns(p.panel(latest, w[0], above, ""), p.panel(least, w[1], above, "")),
		widget.Columns(p.panel(top, w[0], below, ""), p.panel(services, w[1], below, p.foot())),
	)
}

// foot is the age of what is shown, under the last board.
func (p *Page) foot() string {
	e := p.e
	if !p.all.Has {
		return ""
	}
	if p.all.Err != nil || e.Now().Sub(p.all.At) >= page.StaleAfter {
		return page.ListFoot(e, &p.all)
	}
	return e.Live(p.all.At)
}

func (p *Page) panel(b board, w, h int, foot string) string {
	e := p.e
	panel := widget.Panel{Title: e.S(b.name), Right: e.S(b.is), Foot: foot}
	inner := w - widget.PanelW
	if s := page.ListState(e, &p.all, len(p.all.Data[b.Board]), inner, i18n.Boards.Empty, i18n.Boards.First); s != "" {
		return panel.View(e.Theme, s, w, h)
	}
	return panel.View(e.Theme, p.rows(b, inner, h-widget.PanelH), w, h)
}

func (p *Page) Keys() []keys.Key {
	return []keys.Key{keys.Refresh, keys.Back, keys.Screens(p.e.IsAdmin()), keys.Help}
}

// rows draws a board in w x h cells: rank, name, bar, figure. What height is left goes
// between the rows.
func (p *Page) rows(b board, w, h int) string {
	e, th, board, ranks := p.e, p.e.Theme, b.Board, p.all.Data[b.Board]
	const mostApart = 3
	apart := max(1, min(mostApart, h/b.full))
	const longFrom = 44 // cells for a figure with its words
	names, most, widest := 0, 0, 0
	for _, r := range ranks {
		most = max(most, r.Count)
		names = max(names, widget.Width(p.name(r)))
		widest = max(widest, widget.Width(p.figure(board, r, w >= longFrom)))
	}
	names = min(names, max(8, w/3))
	you := widget.Width(e.S(i18n.Boards.You)) + 1
	bar := w - 4 - names - 2 - widest - 2 - you
	var l widget.Lines
	for i, r := range ranks {
		for n := 1; n < apart && i > 0; n++ {
			l.Add("")
		}
		mark := ""
		name := widget.Fit(p.name(r), names)
		if r.Login != "" && r.Login == e.Session.Login {
			mark = " " + th.Title.Render(e.S(i18n.Boards.You))
			name = th.Title.Render(name)
		}
		figure := widget.FitRight(p.figure(board, r, w >= longFrom), widest)
		switch {
		case board == api.Latest: // instants read from the left
			figure = widget.Fit(p.figure(board, r, w >= longFrom), widest)
		case bar > 0:
			figure = widget.Fit(widget.Strip(th, r.Count, most, bar), bar) + "  " + figure
		}
		l.Add(widget.FitRight(e.T.Int(int64(r.Rank)), 2) + "  " + name + "  " + figure + mark)
	}
	return l.String()
}

func (p *Page) name(r api.Rank) string { return cmp.Or(r.Login, p.e.T.Name(i18n.Services, r.Name)) }

// figure is what a row is ranked by, in words where there is room for them.
func (p *Page) figure(board api.Board, r api.Rank, long bool) string {
	e := p.e
	switch {
	case board == api.Latest && long:
		return e.T.Date(r.When, e.Now()) + " " + theme.Sep + " " + e.S(i18n.Boards.Ago, e.T.Age(e.Now().Sub(r.When)))
	case board == api.Latest:
		return e.T.Age(e.Now().Sub(r.When))
	case !long:
		return e.T.Int(int64(r.Count))
	case board == api.Top:
		return e.T.N(i18n.Boards.Logins, r.Count)
	}
	return e.T.N(i18n.Common.Cost, r.Count)
}
