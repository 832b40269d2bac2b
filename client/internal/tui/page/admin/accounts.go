package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/form"
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
)

// accounts is everybody, as the server searches them.
type accounts struct {
	page.Size
	e      *page.Env
	table  widget.Table
	search form.Search
	list   page.Pager[api.Account]
	asks   int // counts the changes of the search, for the pause in typing
}

func newAccounts(e *page.Env) *accounts { return &accounts{e: e, search: form.NewSearch()} }

func (p *accounts) setSize(w, h int) {
	p.SetSize(w, h)
	p.table.SetHeight(h - 5) // search, head, blank, what can be done, foot
}

func (p *accounts) show() tea.Cmd {
	if p.list.First.Has && p.e.Now().Sub(p.list.First.At) < page.StaleAfter {
		return nil
	}
	return p.reload()
}

// find shows somebody's account.
func (p *accounts) find(login string) tea.Cmd {
	p.search.Clear()
	p.search.Set(login)
	p.table.Cur = 0
	return p.reload()
}

// fetch asks for a part of what is searched for now.
func (p *accounts) fetch() func(context.Context, string) (page.Part[api.Account], error) {
	words := p.search.Words()
	return func(ctx context.Context, after string) (page.Part[api.Account], error) {
		got, err := p.e.API.Accounts(ctx, words, pageRows, after)
		return page.Part[api.Account]{Rows: got.Accounts, Next: got.Next}, err
	}
}

func (p *accounts) reload() tea.Cmd { return p.list.Reload(p.e, p.fetch(), p.arrived) }

// follow asks for the next rows when the cursor comes near the end.
func (p *accounts) follow() tea.Cmd {
	return p.list.Follow(p.e, p.table.Cur+2*p.table.Height(), p.fetch(), func() tea.Cmd { return nil })
}

func (p *accounts) update(m tea.Msg) tea.Cmd {
	if m, is := m.(done); is {
		p.changed(m)
	}
	return nil
}

// arrived shows the answer, with the cursor on the account where it was.
func (p *accounts) arrived(before []api.Account) tea.Cmd {
	if p.list.First.Err != nil {
		return nil
	}
	if at := p.table.Cur; at < len(before) {
		if i := slices.IndexFunc(p.list.Rows, func(a api.Account) bool { return a.Login == before[at].Login }); i >= 0 {
			p.table.Cur = i
		}
	}
	p.table.Clamp(len(p.list.Rows))
	return p.follow()
}

// changed puts an order's effect into the list at once: asking for all of it
// again would lose the place.
func (p *accounts) changed(m done) {
	standing, known := map[order]api.Standing{
		blocked: api.AccountBlocked, unblocked: api.AccountActive, expelledLong: api.AccountExpelled,
	}[m.what]
	keep := p.list.Rows[:0:0]
	for _, a := range p.list.Rows {
		switch {
		case a.Login != m.login:
		case m.what == deleted:
			continue
		case known && !(standing == api.AccountExpelled && a.Standing == api.AccountBlocked):
			a.Standing = standing
		}
		keep = append(keep, a)
	}
	p.list.Rows = keep
	p.table.Clamp(len(p.list.Rows))
}

func (p *accounts) current() (a api.Account, ok bool) {
	if p.table.Cur < 0 || p.table.Cur >= len(p.list.Rows) {
		return a, false
	}
	return p.list.Rows[p.table.Cur], true
}

func (p *accounts) key(k tea.KeyMsg) tea.Cmd {
	if changed, used := p.search.Key(k); changed {
		p.asks++
		p.table.Cur = 0
		asks := p.asks
		return p.e.Later(typingPause, func() tea.Cmd {
			if asks != p.asks {
				return nil
			}
			return p.reload()
		})
	} else if used {
		return nil
	}
	if a, there := p.current(); there && !p.typing() && p.order(k, a) {
		return nil
	}
	switch {
	case p.typing(): // the arrows: one looks while searching
	case keys.Back.Is(k):
		return p.e.Back()
	case keys.Refresh.Is(k):
		return p.reload()
	}
	p.table.Key(k, len(p.list.Rows))
	return p.follow()
}

// order is a key about the account under the cursor.
func (p *accounts) order(k tea.KeyMsg, a api.Account) (used bool) {
	e := p.e
	switch {
	case keys.Copy.Is(k):
		e.Copy(a.Email)
	case keys.Reset.Is(k):
		reset(e, a.Login)
	case keys.Block.Is(k) && a.Standing != api.AccountActive:
		unblock(e, a.Login)
	case keys.Block.Is(k), keys.Expel.Is(k), keys.Give.Is(k), keys.Delete.Is(k):
		if isSelf(e, a.Login) {
			break
		}
		switch {
		case keys.Block.Is(k):
			block(e, a.Login)
		case keys.Expel.Is(k):
			expel(e, a.Login)
		case keys.Give.Is(k):
			give(e, a.Login)
		default:
			remove(e, a.Login)
		}
	default:
		return false
	}
	return true
}

func (p *accounts) typing() bool { return p.search.Typing() }

func (p *accounts) forget() {
	p.list.Forget()
	p.search.Clear()
	p.table.Cur = 0
	p.asks++
}

func (p *accounts) view() string {
	e, th := p.e, p.e.Theme
	var l widget.Lines
	l.Add(p.search.View(e, i18n.AccountsFind, "", p.W))
	if s := page.ListState(e, &p.list.First, len(p.list.Rows), p.W, i18n.AccountsNone, i18n.AccountsWiden); s != "" {
		l.Add(s)
		return l.String()
	}
	cols := []widget.Column{
		{Title: e.S(i18n.ColLogin), Width: 18},
		{Title: e.S(i18n.ColName)},
		{Title: e.S(i18n.ColEmail), Width: 28, From: 76, Style: &th.Faint},
		{Title: e.S(i18n.ColState), Width: 12},
	}
	w := min(p.W, 120) // a state further off is no longer seen with its login
	l.Add(p.table.View(th, cols, len(p.list.Rows), w, true, func(i int) []string {
		a := p.list.Rows[i]
		return []string{a.Login, a.FirstName + " " + a.LastName, a.Email, p.standing(a)}
	}))
	return l.Foot(p.H, "", p.orders(), " "+page.ListFoot(e, &p.list.First))
}

// standing is a sign and a word, and whether it is an administrator.
func (p *accounts) standing(a api.Account) string {
	sign := theme.Dot
	switch {
	case a.Standing == api.AccountBlocked:
		sign = theme.Cross
	case a.Standing == api.AccountExpelled:
		sign = theme.Alert
	case a.Role == api.Admin:
		return sign + " " + p.e.S(i18n.RoleAdmin)
	}
	return sign + " " + p.e.T.Standing(string(a.Standing))
}

// orders are the keys for the account under the cursor, by its name.
func (p *accounts) orders() string {
	e := p.e
	a, ok := p.current()
	if !ok {
		return ""
	}
	gate := i18n.DoBlock
	if a.Standing != api.AccountActive {
		gate = i18n.DoUnblock
	}
	parts := []string{e.Theme.Strong.Render(widget.Fit(a.Login, min(14, widget.Width(a.Login))))}
	for _, k := range []keys.Key{keys.Block.To(gate), keys.Expel, keys.Reset, keys.Give, keys.Delete} {
		parts = append(parts, e.Hint(k))
	}
	sep := e.Theme.Faint.Render(" " + theme.Sep + " ")
	s := " " + strings.Join(parts, sep)
	if widget.Width(s) > p.W { // the keys matter more than the name
		s = " " + strings.Join(parts[1:], sep)
	}
	return s
}

func (p *accounts) keys() []keys.Key {
	if p.typing() {
		return p.search.Keys()
	}
	return []keys.Key{keys.Arrows, keys.Search, keys.Copy}
}
