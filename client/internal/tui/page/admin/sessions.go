package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// sessionsAge is how old the list may get in sight: the server's own is right
// to 5 s.
const sessionsAge = 5 * time.Second

// sessions is who is logged in, on which server and from where.
type sessions struct {
	searched[api.Connected]
	all page.Load[[]api.Connected]
}

func newSessions(e *page.Env, lookUp func(login string)) *sessions {
	return &sessions{searched: newSearched[api.Connected](e, lookUp)}
}

func (p *sessions) SetSize(w, h int) {
	p.Size.SetSize(w, h)
	p.table.SetHeight(h - widget.PanelH - 2) // search, head
}

func (p *sessions) show() {
	p.all.Start(p.e, p.e.API.Sessions, p.narrow)
}

func (p *sessions) update(m tea.Msg) {
	switch m := m.(type) {
	case page.Second:
		if p.all.Has && !p.all.Busy() && p.e.Now().Sub(p.all.At) >= sessionsAge {
			p.show()
		}
	case done:
		switch m.what {
		case blocked, expelled, expelledLong, deleted:
			p.all.Data = slices.DeleteFunc(slices.Clone(p.all.Data), func(c api.Connected) bool { return c.Login == m.login })
			p.narrow()
		}
	}
}

// narrow shows what the search leaves, with the cursor on the session where it
// was.
func (p *sessions) narrow() {
	words := strings.Fields(i18n.Fold(p.search.Words()))
	rows := slices.DeleteFunc(slices.Clone(p.all.Data), func(c api.Connected) bool {
		text := i18n.Fold(c.Login + " " + c.Server + " " + c.Address)
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
	p.put(p.columns()[p.by].sorted(rows), func(a, b api.Connected) bool { return a == b })
}

func (p *sessions) key(k tea.KeyMsg) {
	changed, used := p.search.Key(k)
	typing := p.Typing()
	switch c, there := p.current(); {
	case changed:
		p.narrow()
	case used:
	case !typing && keys.Back.Is(k):
		p.e.Back()
	case !typing && keys.Refresh.Is(k):
		p.show()
	case !typing && there && keys.Enter.Is(k):
		p.lookUp(c.Login)
	case !typing && keys.Sort.Is(k):
		p.by = (p.by + 1) % len(p.columns())
		p.narrow()
		p.table.Cur = 0
	case !typing && keys.Export.Is(k):
		p.export()
	case !typing && there && keys.Copy.Is(k):
		p.e.Copy(c.Address)
	case !typing && there && keys.Expel.Is(k):
		if !isSelf(p.e, c.Login) {
			expel(p.e, c.Login).ask(p.e)
		}
	default: // the arrows: one looks while searching
		p.table.Key(k, len(p.rows))
	}
}

// export writes what is shown.
func (p *sessions) export() {
	shown := p.rows
	export(p.e, &p.file, "sessions", []string{"login", "serveur", "adresse", "depuis"}, func(context.Context) (rows [][]string, err error) {
		for _, c := range shown {
			rows = append(rows, []string{c.Login, c.Server, c.Address, c.Since.UTC().Format(time.RFC3339)})
		}
		return rows, nil
	})
}

func (p *sessions) columns() []sortable[api.Connected] {
	e, faint := p.e, &p.e.Theme.Faint
	return []sortable[api.Connected]{
		{Column: widget.Column{Title: e.S(i18n.Col.Login)}, key: func(c api.Connected) string { return c.Login }},
		{Column: widget.Column{Title: e.S(i18n.Col.Server), Width: 16, Style: faint}, key: func(c api.Connected) string { return c.Server }},
		{Column: widget.Column{Title: e.S(i18n.Col.Address), Width: max(16, p.W/4), From: 68, Style: faint}, key: func(c api.Connected) string { return c.Address }},
		{Column: widget.Column{Title: e.S(i18n.Col.Since), Width: 10, Right: true, Style: faint}, key: func(c api.Connected) string { return c.Since.UTC().Format(time.RFC3339Nano) }, down: true},
	}
}

func (p *sessions) view() string {
	e, th := p.e, p.e.Theme
	panel := p.table.Panel(e.S(i18n.Details.Sessions), len(p.rows))
	panel.Foot = page.ListFoot(e, &p.all)
	in := p.W - widget.PanelW
	var l widget.Lines
	l.Add(p.search.View(e, i18n.Sessions.Find, in))
	next := i18n.Sessions.Again
	if len(p.all.Data) > 0 {
		next = i18n.Accounts.Widen
	}
	if s := page.ListState(e, &p.all, len(p.rows), in, i18n.Sessions.None, next); s != "" {
		l.Add(s)
		return panel.View(th, l.String(), p.W, p.H)
	}
	panel.Right = position(e, p.table.Cur, len(p.rows), false)
	now := e.Now()
	l.Add(p.table.View(th, columnsOf(p.columns(), p.by), len(p.rows), in, true, func(i int) []string {
		c := p.rows[i]
		login := c.Login
		if login == e.Session.Login {
			login += " (" + e.S(i18n.Common.You) + ")"
		}
		return []string{login, c.Server, c.Address, e.T.Age(now.Sub(c.Since))}
	}))
	return panel.View(th, l.String(), p.W, p.H)
}

func (p *sessions) keys() []keys.Key {
	if p.Typing() {
		return p.search.Keys()
	}
	return []keys.Key{keys.Enter.To(i18n.Do.Account), keys.Expel, keys.Search, keys.Sort, keys.Export.When(!p.e.Remote)}
}

func (p *sessions) forget() {
	p.searched.forget()
	p.all.Forget()
}
