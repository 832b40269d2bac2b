// Package messages is the list of what happened to the user, newest first, as
// the server keeps it. What was shown here becomes read, and nothing else does.
package messages

import (
	"cmp"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Page is the list.
type Page struct {
	page.Base
	e     *page.Env
	table widget.Table
	on    string          // the row under the cursor, which stays there when others come
	fresh map[string]bool // what was not read when this visit began, or came since
}

// New makes the screen.
func New(e *page.Env) *Page { return &Page{e: e} }

// Show asks for the newest.
func (p *Page) Show(any) tea.Cmd {
	p.table.Cur, p.on, p.fresh = 0, "", map[string]bool{}
	return tea.Batch(p.came(), p.e.Inbox.Reload(p.e))
}

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.NewsCame:
		return p.came()
	case page.Second:
		return p.seen() // a screen that was too small may have grown
	case tea.KeyMsg:
		return p.key(m)
	case page.Click:
		again := p.table.Click(int(m), len(p.e.Inbox.Rows))
		n, there := p.current()
		if p.on = n.ID; again && there && n.Article != "" {
			return p.e.Push(page.Article, article(p.e, n))
		}
	}
	return nil
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	n, there := p.current()
	switch {
	case keys.Back.Is(k):
		return p.e.Back()
	case keys.Refresh.Is(k):
		return p.e.Inbox.Reload(p.e)
	case there && keys.Enter.Is(k) && n.Article != "":
		return p.e.Push(page.Article, article(p.e, n))
	case there && keys.Copy.Is(k):
		_, text := page.NewsLine(p.e, n)
		p.e.Copy(cmp.Or(n.Contact, text))
	case p.table.Key(k, len(p.e.Inbox.Rows)):
		if n, ok := p.current(); ok {
			p.on = n.ID
		}
		return tea.Batch(p.e.Inbox.More(p.e, p.table.Cur+p.table.Height()), p.seen())
	}
	return nil
}

// article is what the news of a sale tell of it.
func article(e *page.Env, n api.News) api.Article {
	return api.Article{ID: n.Article, Title: n.Title, Cents: -1, Seller: e.Session.Login, Status: api.Sold, SoldAt: n.At, Other: n.Buyer, Contact: n.Contact}
}

func (p *Page) current() (api.News, bool) {
	rows := p.e.Inbox.Rows
	if p.table.Cur >= len(rows) {
		return api.News{}, false
	}
	return rows[p.table.Cur], true
}

// came takes the rows that the inbox has now.
func (p *Page) came() tea.Cmd {
	rows := p.e.Inbox.Rows
	p.table.Cur = max(0, slices.IndexFunc(rows, func(n api.News) bool { return n.ID == p.on }))
	return p.seen()
}

// seen makes read what is in sight and all below it.
func (p *Page) seen() tea.Cmd {
	if !p.e.InSight(page.Messages) {
		return nil
	}
	rows := p.e.Inbox.Rows
	p.table.Clamp(len(rows))
	for _, n := range rows {
		if !n.Read {
			p.fresh[n.ID] = true
		}
	}
	return p.e.Inbox.Seen(p.e, p.table.Top())
}

// footLines is the room under the list for the whole text of one row.
const footLines = 4

// SetSize sets the size of the page and of its table.
func (p *Page) SetSize(w, h int) {
	p.Base.SetSize(w, h)
	p.table.SetHeight(h - footLines - 2)
}

// View draws the page.
func (p *Page) View() string {
	e, th, rows := p.e, p.e.Theme, p.e.Inbox.Rows
	var l widget.Lines
	if s := page.ListState(e, &e.Inbox.First, len(rows), p.W, i18n.MessagesNone, i18n.MessagesWhat); s != "" {
		return s
	}
	cols := []widget.Column{{Width: 1}, {Width: 13, Style: &th.Faint}, {Width: 1}, {}}
	l.Add(p.table.View(th, cols, len(rows), p.W, true, func(i int) []string {
		n := rows[i]
		mood, text := page.NewsLine(e, n)
		unread := " "
		if p.fresh[n.ID] {
			unread = theme.Dot
		}
		return []string{unread, e.T.Date(n.At, e.Now()), sign(mood), text}
	}))
	n, _ := p.current()
	_, text := page.NewsLine(e, n)
	whole := widget.Wrap(text, p.W-4)
	foot := make([]string, 0, footLines)
	for _, s := range whole[:min(len(whole), footLines-1)] {
		foot = append(foot, "  "+s)
	}
	if n.Contact != "" && len(foot) < footLines {
		foot = append(foot, "  "+e.Hint(keys.Copy)+" "+th.Strong.Render(n.Contact))
	}
	return l.Foot(p.H, foot...)
}

func sign(m page.Mood) string {
	switch m {
	case page.Good:
		return theme.Check
	case page.Bad:
		return theme.Cross
	}
	return theme.Dot
}

// Title is the name of the page.
func (p *Page) Title() string { return p.e.S(i18n.MessagesTitle) }

// Keys are those that matter here.
func (p *Page) Keys() []keys.Key {
	list := []keys.Key{keys.Arrows}
	n, there := p.current()
	if there && n.Article != "" {
		list = append(list, keys.Enter.To(i18n.DoOpen))
	}
	if there {
		list = append(list, keys.Copy)
	}
	return append(list, keys.Refresh, keys.Back, keys.Screens(p.e.IsAdmin()), keys.Help)
}
