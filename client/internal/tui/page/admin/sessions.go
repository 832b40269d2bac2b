package admin

import (
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// sessionsAge is how old the list may get in sight: the server's own is right
// to 5 s.
const sessionsAge = 5 * time.Second

// sessions is who is logged in, on which server and from where.
type sessions struct {
	page.Base
	e      *page.Env
	table  widget.Table
	search form.Search
	all    page.Load[[]api.Connected]
	rows   []api.Connected            // those that the search leaves
	lookUp func(login string) tea.Cmd // shows the account
}

func newSessions(e *page.Env, lookUp func(login string) tea.Cmd) *sessions {
	return &sessions{e: e, lookUp: lookUp, search: form.NewSearch()}
}

func (p *sessions) setSize(w, h int) {
	p.SetSize(w, h)
	p.table.SetHeight(h - 3) // search, head, foot
}

func (p *sessions) show() tea.Cmd {
	return p.all.Start(p.e, p.e.API.Sessions, func() tea.Cmd {
		p.narrow()
		return nil
	})
}

func (p *sessions) update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Second:
		if p.all.Has && !p.all.Busy() && p.e.Now().Sub(p.all.At) >= sessionsAge {
			return p.show()
		}
	case done:
		switch m.what {
		case blocked, expelled, expelledLong, deleted:
			keep := p.all.Data[:0:0]
			for _, c := range p.all.Data {
				if c.Login != m.login {
					keep = append(keep, c)
				}
			}
			p.all.Data = keep
			p.narrow()
		}
	}
	return nil
}

// narrow shows what the search leaves, with the cursor on the session where it
// was.
func (p *sessions) narrow() {
	at, there := p.current()
	words := strings.Fields(i18n.Fold(p.search.Words()))
	p.rows = nil
	for _, c := range p.all.Data {
		text := i18n.Fold(c.Login + " " + c.Server + " " + c.Address)
		missing := func(w string) bool { return !strings.Contains(text, w) }
		if !slices.ContainsFunc(words, missing) {
			p.rows = append(p.rows, c)
		}
	}
	for i, c := range p.rows {
		if there && c == at {
			p.table.Cur = i
		}
	}
	p.table.Clamp(len(p.rows))
}

func (p *sessions) current() (c api.Connected, ok bool) {
	if p.table.Cur < 0 || p.table.Cur >= len(p.rows) {
		return c, false
	}
	return p.rows[p.table.Cur], true
}

func (p *sessions) key(k tea.KeyMsg) tea.Cmd {
	if changed, used := p.search.Key(k); used {
		if changed {
			p.narrow()
		}
		return nil
	}
	c, there := p.current()
	switch {
	case p.typing(): // the arrows: one looks while searching
	case keys.Back.Is(k):
		return p.e.Back()
	case keys.Refresh.Is(k):
		return p.show()
	case there && keys.Enter.Is(k):
		return p.lookUp(c.Login)
	case there && keys.Copy.Is(k):
		p.e.Copy(c.Address)
		return nil
	case there && keys.Expel.Is(k):
		if !isSelf(p.e, c.Login) {
			expel(p.e, c.Login)
		}
		return nil
	}
	p.table.Key(k, len(p.rows))
	return nil
}

func (p *sessions) view() string {
	e, th := p.e, p.e.Theme
	var l widget.Lines
	l.Add(p.search.View(e, i18n.CatalogNoSearch, "", p.W))
	next := i18n.SessionsAgain
	if len(p.all.Data) > 0 {
		next = i18n.AccountsWiden
	}
	if s := page.ListState(e, &p.all, len(p.rows), p.W, i18n.SessionsNone, next); s != "" {
		l.Add(s)
		return l.String()
	}
	cols := []widget.Column{
		{Title: e.S(i18n.ColLogin)},
		{Title: e.S(i18n.ColServer), Width: 16, Style: &th.Faint},
		{Title: e.S(i18n.ColAddress), Width: 22, From: 68, Style: &th.Faint},
		{Title: e.S(i18n.ColSince), Width: 8, Right: true, Style: &th.Faint},
	}
	now := e.Now()
	l.Add(p.table.View(th, cols, len(p.rows), min(p.W, page.ReadWidth), true, func(i int) []string {
		c := p.rows[i]
		login := c.Login
		if login == e.Session.Login {
			login += " (" + e.S(i18n.You) + ")"
		}
		return []string{login, c.Server, c.Address, e.T.Age(now.Sub(c.Since))}
	}))
	return l.Foot(p.H, " "+page.ListFoot(e, &p.all))
}

func (p *sessions) keys() []keys.Key {
	if p.typing() {
		return p.search.Keys()
	}
	return []keys.Key{keys.Expel, keys.Enter.To(i18n.DoAccount), keys.Search}
}

func (p *sessions) typing() bool { return p.search.Typing() }

func (p *sessions) forget() {
	p.all.Forget()
	p.search.Clear()
	p.rows, p.table.Cur = nil, 0
}
