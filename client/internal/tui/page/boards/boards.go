// Package boards is the screen of the four leaderboards: one at a time, or all
// where the screen is large enough.
package boards

import (
	"context"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// The screen from which all four stand side by side: ten rows twice, with
// their heads.
const (
	gridW = 100
	gridH = 28
)

var boards = []struct{ name, is i18n.Msg }{
	{i18n.BoardLatest, i18n.BoardLatestIs},
	{i18n.BoardTop, i18n.BoardTopIs},
	{i18n.BoardLeast, i18n.BoardLeastIs},
	{i18n.BoardServices, i18n.BoardServIs},
}

// Page is the screen.
type Page struct {
	page.Size
	page.Still
	e   *page.Env
	tab int
	all page.Load[api.Boards]
}

// New makes the screen.
func New(e *page.Env) *Page { return &Page{e: e} }

// Show asks for the four at once: one round trip, and it is free.
func (p *Page) Show(any) tea.Cmd {
	return p.all.Start(p.e, func(ctx context.Context) (api.Boards, error) {
		return p.e.API.Boards(ctx, api.AllBoards)
	})
}

// Update takes a message.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	if p.all.Update(p.e, m) {
		return nil
	}
	switch m := m.(type) {
	case page.Resync:
		return p.Show(nil)
	case page.Left:
		p.all.Forget()
	case tea.KeyMsg:
		switch {
		case key.Matches(m, keys.Back):
			return page.Send(page.Back{})
		case key.Matches(m, keys.NextTab), key.Matches(m, keys.Down):
			p.tab = (p.tab + 1) % len(boards)
		case key.Matches(m, keys.PrevTab), key.Matches(m, keys.Up):
			p.tab = (p.tab + len(boards) - 1) % len(boards)
		case key.Matches(m, keys.Refresh):
			return p.Show(nil)
		}
	}
	return nil
}

func (p *Page) ranks(i int) []api.Rank {
	return [][]api.Rank{p.all.Data.Latest, p.all.Data.Top, p.all.Data.Least, p.all.Data.Services}[i]
}

// View is part of page.Page.
func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	rows := 0
	for i := range boards {
		rows += len(p.ranks(i))
	}
	state := page.State(e, &p.all, rows, p.W, i18n.BoardEmpty, i18n.BoardFirst)
	foot := ""
	if state == "" {
		foot = " " + page.Foot(e, &p.all)
	}
	var l widget.Lines
	if p.grid() {
		if state != "" {
			l.Add(state)
			return l.Foot(p.H, foot)
		}
		half := (p.W - 6) / 2
		for i := 0; i < len(boards); i += 2 {
			for i > 0 && len(l) < p.H/2 {
				l.Add("")
			}
			l.Add("", columns(p.titled(i, half), p.titled(i+1, half), half))
		}
		return l.Foot(p.H, foot)
	}
	names := make([]string, len(boards))
	for i, b := range boards {
		names[i] = e.S(b.name)
	}
	tabs := widget.Tabs(th, p.tab, names...)
	if widget.Width(tabs)+1 > p.W { // the smallest screen has room for one name
		tabs = th.Title.Render("← "+names[p.tab]+" →") + "  " + th.Faint.Render(e.T.Int(int64(p.tab+1))+"/"+e.T.Int(int64(len(boards))))
	}
	l.Add(" "+tabs, "")
	if state != "" {
		l.Add(state)
	} else {
		l.Add(widget.Indent(th.Faint.Render(e.S(boards[p.tab].is))+"\n\n"+p.board(p.tab, p.W-4), 2))
	}
	return l.Foot(p.H, foot)
}

// grid says that all four are in sight.
func (p *Page) grid() bool { return p.W >= gridW && p.H >= gridH }

// titled is a board with its name, for the grid.
func (p *Page) titled(i, w int) string {
	e, th := p.e, p.e.Theme
	return th.Title.Render(e.S(boards[i].name)) + "\n" + th.Faint.Render(e.S(boards[i].is)) + "\n\n" + p.board(i, w)
}

// columns puts two texts side by side.
func columns(left, right string, w int) string {
	ll, rl := strings.Split(left, "\n"), strings.Split(right, "\n")
	out := make([]string, max(len(ll), len(rl)))
	for i := range out {
		a, b := "", ""
		if i < len(ll) {
			a = ll[i]
		}
		if i < len(rl) {
			b = rl[i]
		}
		out[i] = "  " + widget.Fit(a, w) + "  " + b
	}
	return strings.Join(out, "\n")
}

// Title is part of page.Page.
func (p *Page) Title() string { return p.e.S(i18n.BoardsTitle) }

// Hints are part of page.Page.
func (p *Page) Hints() []page.Hint {
	e := p.e
	hints := []page.Hint{}
	if !p.grid() {
		hints = append(hints, e.H(i18n.KeyBoth, i18n.DoTab))
	}
	return append(hints,
		e.H(i18n.KeyR, i18n.DoRefresh), e.H(i18n.KeyEsc, i18n.DoBack),
		e.H(i18n.KeyScreens, i18n.DoScreen), e.H(i18n.KeyHelp, i18n.DoHelp))
}
