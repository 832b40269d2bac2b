// Package boards is the screen of the four leaderboards: one at a time, or all
// where the screen is large enough.
package boards

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

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
	page.Base
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
	}, nil)
}

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Resync:
		return p.Show(nil)
	case page.Left:
		p.all.Forget()
	case tea.KeyMsg:
		switch {
		case keys.Back.Is(m):
			return p.e.Back()
		case keys.NextTab.Is(m), keys.Down.Is(m):
			p.tab = (p.tab + 1) % len(boards)
		case keys.PrevTab.Is(m), keys.Up.Is(m):
			p.tab = (p.tab + len(boards) - 1) % len(boards)
		case keys.Refresh.Is(m):
			return p.Show(nil)
		}
	}
	return nil
}

func (p *Page) ranks(i int) []api.Rank {
	return [][]api.Rank{p.all.Data.Latest, p.all.Data.Top, p.all.Data.Least, p.all.Data.Services}[i]
}

// View draws the page.
func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	rows := 0
	for i := range boards {
		rows += len(p.ranks(i))
	}
	state := page.ListState(e, &p.all, rows, p.W, i18n.BoardEmpty, i18n.BoardFirst)
	foot := ""
	if state == "" {
		foot = " " + page.ListFoot(e, &p.all)
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
			l.Add("", widget.Indent(lipgloss.JoinHorizontal(lipgloss.Top,
				p.titled(i, half), "  ", p.titled(i+1, half)), 2))
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
	board := p.board(i, w)
	_, h := widget.Size(board)
	return widget.Frame(th.Title.Render(e.S(boards[i].name))+"\n"+th.Faint.Render(e.S(boards[i].is))+"\n\n"+board, w, h+3)
}

// Title is the name of the page.
func (p *Page) Title() string { return p.e.S(i18n.BoardsTitle) }

// Keys are those that matter here.
func (p *Page) Keys() []keys.Key {
	e := p.e
	list := []keys.Key{}
	if !p.grid() {
		list = append(list, keys.Tabs)
	}
	return append(list,
		keys.Refresh, keys.Back,
		keys.Screens(e.IsAdmin()), keys.Help)
}
