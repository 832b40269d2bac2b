// Package messages is the list of what happened to the user, newest first, as
// the server keeps it. What was shown here becomes read, and nothing else does.
package messages

import (
	"cmp"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Page is the inbox.
type Page struct {
	page.Base
	e     *page.Env
	table widget.Table
	fresh map[string]bool // what was not read when this visit began, or came since
}

// New makes the page.
func New(e *page.Env) *Page { return &Page{Base: page.NewBase(i18n.Messages.Title), e: e} }

// Show asks for the newest.
func (p *Page) Show(any) {
	p.table.Cur, p.fresh = 0, map[string]bool{}
	p.seen()
	p.e.Inbox.Reload(p.e)
}

func (p *Page) Update(m tea.Msg) {
	switch m := m.(type) {
	case page.NewsCame:
		page.KeepPlace(&p.table, m.Before, p.e.Inbox.Rows, func(a, b api.News) bool { return a.ID == b.ID })
		p.seen()
	case page.Second:
		p.seen() // a screen that was too small may have grown
	case tea.KeyMsg:
		p.key(m)
	case page.Click:
		if p.table.Click(int(m), len(p.e.Inbox.Rows)) {
			p.key(keys.Enter.Press())
		}
	}
}

func (p *Page) key(k tea.KeyMsg) {
	n, there := p.current()
	switch {
	case keys.Back.Is(k):
		p.e.Back()
	case keys.Refresh.Is(k):
		p.e.Inbox.Reload(p.e)
	case there && keys.Enter.Is(k) && n.Article != "":
		p.e.Push(page.Article, article(p.e, n))
	case there && keys.Copy.Is(k):
		_, text := page.NewsLine(p.e, n)
		p.e.Copy(cmp.Or(n.Contact, text))
	case p.table.Key(k, len(p.e.Inbox.Rows)):
		p.e.Inbox.More(p.e, p.table.Cur+p.table.Height)
		p.seen()
	}
}

// article is what the news of a sale tell of it.
func article(e *page.Env, n api.News) api.Article {
	return api.Article{ID: n.Article, Title: n.Title, Cents: -1, Seller: e.Session.Login, Status: api.Sold, SoldAt: n.At, Other: n.Buyer, Contact: n.Contact}
}

func (p *Page) current() (api.News, bool) { return page.At(p.e.Inbox.Rows, p.table.Cur) }

// seen makes read what is in sight and all below it.
func (p *Page) seen() {
	if !p.e.InSight(page.Messages) {
		return
	}
	rows := p.e.Inbox.Rows
	p.table.Clamp(len(rows))
	for _, n := range rows {
		if !n.Read {
			p.fresh[n.ID] = true
		}
	}
	p.e.Inbox.Seen(p.e, p.table.Top)
}

// oneRows is the least height of a row's whole text, so that the list above seldom changes
// its height.
const oneRows = 4

func (p *Page) View() string {
	e, th, rows, inner := p.e, p.e.Theme, p.e.Inbox.Rows, p.W-widget.PanelW
	n, _ := p.current()
	one := p.one(n, inner)
	listH := p.H - max(oneRows, len(one)) - widget.PanelH
	if listH <= widget.PanelH {
		listH = 0 // the text needs it all
	}
	p.table.Height = listH - widget.PanelH
	whole := widget.Panel{Title: e.T.Date(n.At, e.Now())}.View(th, one.String(), p.W, p.H-listH)
	panel := p.table.Panel(e.S(i18n.Messages.Title), len(rows))
	panel.Right = e.S(i18n.Messages.Read)
	if e.Inbox.Unread > 0 {
		panel.Right = e.T.N(i18n.Messages.Unread, e.Inbox.Unread)
	}
	if s := page.ListState(e, &e.Inbox.First, len(rows), inner, i18n.Messages.None, i18n.Messages.What); s != "" {
		panel.Right = ""
		return panel.View(th, s, p.W, p.H)
	}
	cols := []widget.Column{{Width: 1}, {Width: i18n.DateWidth, Style: &th.Faint}, {Width: 1}, {}}
	list := p.table.View(th, cols, len(rows), inner, true, func(i int) []string {
		n := rows[i]
		mood, text := page.NewsLine(e, n)
		unread, at := " ", e.T.Date(n.At, e.Now())
		if p.W < 78 { // it stands below
			at = e.T.Age(e.Now().Sub(n.At))
		}
		if p.fresh[n.ID] {
			unread, text = theme.Dot, th.Strong.Render(text)
		}
		return []string{th.Accent.Render(unread), at, e.Sign(mood), text}
	})
	panel.Foot = strings.TrimSpace(page.ListFoot(e, &e.Inbox.First))
	if listH == 0 {
		return whole
	}
	return widget.Rows(panel.View(th, list, p.W, listH), whole)
}

// one is a row in full, and what can be done about it.
func (p *Page) one(n api.News, w int) (l widget.Lines) {
	e := p.e
	mood, text := page.NewsLine(e, n)
	l.Add(widget.Wrap(e.Sign(mood)+" "+text, w)...)
	var do []string
	if n.Article != "" {
		do = append(do, e.Hint(keys.Enter.To(i18n.Do.Open)))
	}
	if n.Contact != "" {
		l.Add("  " + e.Theme.Strong.Render(n.Contact))
		do = append(do, e.Hint(keys.Copy.To(i18n.Do.CopyAddress)))
	}
	if len(do) == 0 {
		return l
	}
	return strings.Split(l.Foot(max(oneRows, len(l)+1), strings.Join(do, "   ")), "\n")
}

func (p *Page) Keys() []keys.Key {
	list := []keys.Key{keys.Arrows}
	n, there := p.current()
	if there && n.Article != "" {
		list = append(list, keys.Enter.To(i18n.Do.Open))
	}
	if there {
		list = append(list, keys.Copy)
	}
	return append(list, keys.Refresh, keys.Back, keys.Screens(p.e.IsAdmin()), keys.Help)
}
