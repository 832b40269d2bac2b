package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

const (
	// pageRows is how many accounts one request brings: the most there is.
	pageRows = protocol.MaxPage
	// typingPause is how long no key must come before the server is asked.
	typingPause = 150 * time.Millisecond
	// maxSorted is how many accounts are asked for to put them in another order:
	// the foot of the list says where there are more.
	maxSorted = 100_000
)

// accounts is everybody, as the server searches them.
type accounts struct {
	searched[api.Account]
	list  page.Pager[api.Account]
	typed page.Debounce // of the search
}

func newAccounts(e *page.Env, lookUp func(login string)) *accounts {
	return &accounts{searched: newSearched[api.Account](e, lookUp)}
}

func (p *accounts) SetSize(w, h int) {
	p.Size.SetSize(w, h)
	p.table.SetHeight(h - widget.PanelH - 3) // search, head, what can be done
}

func (p *accounts) show() {
	if p.list.First.Has && p.e.Now().Sub(p.list.First.At) < page.StaleAfter {
		return
	}
	p.reload()
}

// fetch asks for a part of what is searched for now.
func (p *accounts) fetch() page.Fetch[api.Account] {
	words := p.search.Words()
	return func(ctx context.Context, after string) (api.Page[api.Account], error) {
		return p.e.API.Accounts(ctx, words, pageRows, after)
	}
}

func (p *accounts) reload() { p.list.Reload(p.e, p.fetch(), p.arrived) }

// follow asks for the next rows when the cursor comes near the end. The server
// gives them by login: in another order all of them are needed.
func (p *accounts) follow() {
	row := p.table.Cur + 2*p.table.Height()
	if p.by != 0 && len(p.list.Rows) < maxSorted {
		row = len(p.list.Rows)
	}
	p.list.Follow(p.e, row, p.fetch(), func() {
		// Sorted after each part, a long list would take the square of its length.
		n, top := len(p.list.Rows), p.table.Cur == 0
		if p.by == 0 || p.list.Next == "" || n >= maxSorted || n >= 2*len(p.rows) {
			p.order()
		}
		if top {
			p.table.Cur = 0 // whoever is first now
		}
		p.follow()
	})
}

// order puts the rows in the order chosen, with the cursor on the account where it
// was.
func (p *accounts) order() {
	rows := p.list.Rows
	if p.by != 0 {
		rows = p.columns()[p.by].sorted(rows)
	}
	p.put(rows, func(a, b api.Account) bool { return a.Login == b.Login })
}

func (p *accounts) update(m tea.Msg) {
	if m, is := m.(done); is {
		p.changed(m)
	}
}

// arrived shows the answer.
func (p *accounts) arrived([]api.Account) {
	if p.list.First.Err != nil {
		return
	}
	p.order()
	p.follow()
}

// changed puts an order's effect into the list at once: asking for all of it
// again would lose the place.
func (p *accounts) changed(m done) {
	p.list.Rows = slices.Clone(p.list.Rows)
	if i := slices.IndexFunc(p.list.Rows, func(a api.Account) bool { return a.Login == m.login }); i >= 0 {
		switch a := &p.list.Rows[i]; {
		case m.what == deleted:
			p.list.Rows = slices.Delete(p.list.Rows, i, i+1)
		case m.what == blocked:
			a.Standing = api.AccountBlocked
		case m.what == unblocked:
			a.Standing = api.AccountActive
		case m.what == expelledLong && a.Standing != api.AccountBlocked:
			a.Standing = api.AccountExpelled
		}
	}
	p.order()
}

func (p *accounts) key(k tea.KeyMsg) {
	changed, used := p.search.Key(k)
	typing := p.Typing()
	switch a, there := p.current(); {
	case changed:
		p.table.Cur = 0
		p.typed.Later(p.e, typingPause, p.reload)
	case used:
	case !typing && keys.Back.Is(k):
		p.e.Back()
	case !typing && keys.Refresh.Is(k):
		p.reload()
	case !typing && there && keys.Enter.Is(k):
		p.lookUp(a.Login)
	case !typing && keys.Sort.Is(k):
		p.by = (p.by + 1) % len(p.columns())
		p.order()
		p.table.Cur = 0
		p.follow()
	case !typing && keys.Export.Is(k):
		p.export()
	case !typing && there && act(p.e, k, a):
	default: // the arrows: one looks while searching
		p.table.Key(k, len(p.rows))
		p.follow()
	}
}

// export writes all that the search finds, in the order of the logins.
func (p *accounts) export() {
	fetch := p.fetch()
	export(p.e, &p.file, "comptes", []string{"login", "prenom", "nom", "email", "role", "etat"}, func(ctx context.Context) (rows [][]string, err error) {
		all, err := page.Whole(ctx, fetch, "")
		for _, a := range all.Rows {
			rows = append(rows, []string{a.Login, a.FirstName, a.LastName, a.Email, string(a.Role), string(a.Standing)})
		}
		return rows, err
	})
}

func (p *accounts) forget() {
	p.searched.forget()
	p.list.Forget()
	p.typed.Cancel()
}

func (p *accounts) columns() []sortable[api.Account] {
	e := p.e
	return []sortable[api.Account]{
		{Column: widget.Column{Title: e.S(i18n.Col.Login), Width: max(14, min(24, p.W/6))}, key: func(a api.Account) string { return a.Login }},
		{Column: widget.Column{Title: e.S(i18n.Col.Name)}, key: func(a api.Account) string { return i18n.Fold(a.LastName + " " + a.FirstName) }},
		{Column: widget.Column{Title: e.S(i18n.Col.Email), Width: p.W * 3 / 10, From: 72, Style: &e.Theme.Faint}, key: func(a api.Account) string { return i18n.Fold(a.Email) }},
		{Column: widget.Column{Title: e.S(i18n.Col.State), Width: 10}, key: func(a api.Account) string { return string(a.Standing) + string(a.Role) }, down: true},
	}
}

func (p *accounts) view() string {
	e, th := p.e, p.e.Theme
	panel := p.table.Panel(e.S(i18n.Admin.Accounts), len(p.rows))
	panel.Foot = page.ListFoot(e, &p.list.First)
	in := p.W - widget.PanelW
	var l widget.Lines
	l.Add(p.search.View(e, i18n.Accounts.Find, in))
	if s := page.ListState(e, &p.list.First, len(p.rows), in, i18n.Accounts.None, i18n.Accounts.Widen); s != "" {
		l.Add(s)
		return panel.View(th, l.String(), p.W, p.H)
	}
	panel.Right = position(e, p.table.Cur, len(p.rows), p.list.Next != "")
	if p.by != 0 && p.list.Next != "" && len(p.rows) >= maxSorted && panel.Foot == "" {
		panel.Foot = th.Warn.Render(theme.Alert + " " + e.S(i18n.Accounts.First, e.T.Int(maxSorted)))
	}
	l.Add(p.table.View(th, columnsOf(p.columns(), p.by), len(p.rows), in, true, func(i int) []string {
		a := p.rows[i]
		state, style := standing(e, a)
		return []string{a.Login, a.FirstName + " " + a.LastName, a.Email, style.Render(state)}
	}))
	a, _ := p.current()
	return panel.View(th, l.String(), p.W, p.H-1) + "\n" + actionsLine(e, a, p.W)
}

// position is the place of the cursor in a list, which may go on.
func position(e *page.Env, cur, n int, more bool) string {
	total := e.T.Int(int64(n))
	if more {
		total += "+"
	}
	return e.S(i18n.Common.OutOf, e.T.Int(int64(cur+1)), total)
}

// standing is a sign and a word, and whether it is an administrator.
func standing(e *page.Env, a api.Account) (text string, style lipgloss.Style) {
	th, word := e.Theme, e.T.Name(i18n.Standings, string(a.Standing))
	switch {
	case a.Standing == api.AccountBlocked:
		return theme.Cross + " " + word, th.Err
	case a.Standing == api.AccountExpelled:
		return theme.Alert + " " + word, th.Warn
	case a.Role == api.Admin:
		return theme.Dot + " " + e.S(i18n.Accounts.Admin), th.Accent
	}
	return theme.Dot + " " + word, th.OK
}

// actionsLine is the keys for an account, behind its name.
func actionsLine(e *page.Env, a api.Account, w int) string {
	gate := i18n.Do.Block
	if a.Standing != api.AccountActive {
		gate = i18n.Do.Unblock
	}
	parts := []string{e.Theme.Strong.Render(widget.Fit(a.Login, min(14, widget.Width(a.Login))))}
	for _, k := range []keys.Key{keys.Block.To(gate), keys.Expel, keys.Reset, keys.Give, keys.Delete} {
		parts = append(parts, e.Hint(k))
	}
	sep := e.Theme.Faint.Render(" " + theme.Sep + " ")
	s := " " + strings.Join(parts, sep)
	if widget.Width(s) > w { // the keys matter more than the name
		s = " " + strings.Join(parts[1:], sep)
	}
	return widget.Fit(s, w)
}

func (p *accounts) keys() []keys.Key {
	if p.Typing() {
		return p.search.Keys()
	}
	return []keys.Key{keys.Enter.To(i18n.Do.Account), keys.Search, keys.Sort, keys.Export.When(!p.e.Remote), keys.Copy}
}
