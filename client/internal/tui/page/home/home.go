// Package home is the first screen after the login: what is left of both
// quotas, what one can do, what happened.
package home

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// menu is what one can do, by the digit that does it from anywhere.
var menu = []struct {
	kind  page.Kind
	digit string
	name  i18n.Msg
	cost  i18n.Msg
}{
	{page.Catalog, "2", i18n.HomeCatalog, i18n.Free},
	{page.Sell, "3", i18n.HomeSell, i18n.HomeSale},
	{page.Mine, "4", i18n.HomeMine, i18n.Free},
	{page.Boards, "5", i18n.HomeBoards, i18n.Free},
	{page.Account, "6", i18n.HomeAccount, i18n.Free},
}

// countAge is how old the number of people may get while the page is on.
const countAge = 30 * time.Second

// Page is the home screen.
type Page struct {
	page.Base
	e     *page.Env
	cur   int
	count page.Load[api.Count]
}

// New makes the screen.
func New(e *page.Env) *Page { return &Page{e: e} }

// Show asks how many are there; the quotas are kept by the root.
func (p *Page) Show(any) tea.Cmd {
	return tea.Batch(p.e.AskQuotas(), p.count.Start(p.e, p.e.API.Count, nil))
}

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Resync:
		return p.Show(nil)
	case page.Second:
		if p.count.Has && !p.count.Busy() && p.e.Now().Sub(p.count.At) >= countAge {
			return p.count.Start(p.e, p.e.API.Count, nil)
		}
	case page.Left:
		p.cur = 0
		p.count.Forget()
	case tea.KeyMsg:
		switch {
		case keys.Up.Is(m):
			p.cur = max(0, p.cur-1)
		case keys.Down.Is(m):
			p.cur = min(len(menu)-1, p.cur+1)
		case keys.Enter.Is(m):
			return p.e.Go(menu[p.cur].kind, nil)
		case keys.Refresh.Is(m):
			return p.Show(nil)
		}
	}
	return nil
}

// View draws the page.
func (p *Page) View() string {
	e, th, w := p.e, p.e.Theme, min(page.ReadWidth, p.W-2)
	var l widget.Lines
	name := e.Profile.FirstName
	if name == "" {
		name = e.Session.Login
	}
	here := ""
	if p.count.Has {
		here = th.Faint.Render(e.T.N(i18n.HomeUsers, p.count.Data.Users))
	}
	l.Add(widget.Ends(th.Title.Render(e.S(i18n.HomeHello, name)), here, w))
	if p.H >= 19 {
		l.Add("")
	}
	services, logins := e.Quotas.Services, e.Quotas.Connections
	next, _ := e.Quotas.NextService(e.Now())
	l.Add(page.QuotaView(e, i18n.QuotaServices, services, next, w))
	l.Add(page.QuotaView(e, i18n.QuotaLogins, logins, logins.Next, w), "")
	l.Add(widget.Ends(th.Strong.Render(e.S(i18n.HomeWhat)), th.Faint.Render(e.S(i18n.HomeCost)), w))
	for i, item := range menu {
		l.Add(p.item(i, item.digit+"  "+e.S(item.name), item.cost, w))
	}
	p.events(&l, w)
	return widget.Indent(l.String(), (p.W-w)/2)
}

func (p *Page) item(i int, name string, cost i18n.Msg, w int) string {
	e, th := p.e, p.e.Theme
	said := e.S(cost)
	if i == p.cur {
		return cells.Caret + th.Selected.Render(widget.Ends(theme.Cursor+" "+name, said, w))
	}
	if cost == i18n.Free {
		said = th.Faint.Render(said)
	}
	return widget.Ends("  "+name, said, w)
}

// events fills what height is left with the newest events.
func (p *Page) events(l *widget.Lines, w int) {
	e, th := p.e, p.e.Theme
	room := p.H - len(*l) - 2
	if room < 1 {
		return
	}
	l.Add("", widget.Ends(th.Strong.Render(e.S(i18n.HomeEvents)), e.Hint(keys.Messages.To(i18n.HomeEventsMore)), w))
	notes := e.Inbox.Rows
	if len(notes) == 0 {
		l.Add("  " + th.Faint.Render(e.S(i18n.HomeNoEvent)))
	}
	for _, n := range notes[:min(room, len(notes))] {
		mood, text := page.NewsLine(e, n)
		l.Add("  " + th.Faint.Render(e.T.Clock(n.At)) + "  " + e.Sign(mood) + " " + text)
	}
}

// Title is the name of the page.
func (p *Page) Title() string { return p.e.S(i18n.HomeTitle) }

// Keys are those that matter here.
func (p *Page) Keys() []keys.Key {
	e := p.e
	return []keys.Key{
		keys.Arrows, keys.Enter.To(i18n.DoOpen), keys.Screens(e.IsAdmin()),
		keys.Messages, keys.Help, keys.QuitLetter,
	}
}
