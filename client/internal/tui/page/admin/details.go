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
)

// details is all that is known of one account, and what can be done about it.
type details struct {
	page.Base
	e      *page.Env
	login  string // "" where it is not open
	all    page.Load[api.AccountDetails]
	scroll widget.Table // where the lists share one panel: Cur is the first line in sight
	tops   int          // how many lines can be the first
}

func (p *details) open(login string) {
	p.all.Forget()
	p.login, p.scroll.Cur = login, 0
	p.Show(nil)
}

func (p *details) Show(any) {
	login := p.login
	p.all.Start(p.e, func(ctx context.Context) (api.AccountDetails, error) {
		return p.e.API.AccountDetails(ctx, login)
	}, nil)
}

func (p *details) Update(m tea.Msg) {
	switch m := m.(type) {
	case tea.KeyMsg:
		p.key(m)
	case page.Second:
		if p.all.Due(p.e, listAge) && p.all.Err == nil {
			p.Show(nil)
		}
	case done:
		switch {
		case p.login == "" || m.login != p.login:
		case m.what == deleted:
			p.login = ""
		default:
			p.Show(nil)
		}
	}
}

func (p *details) key(k tea.KeyMsg) {
	switch {
	case keys.Back.Is(k):
		p.login = ""
	case keys.Refresh.Is(k):
		p.Show(nil)
	case p.all.Has && act(p.e, k, p.all.Data.Account):
	default:
		p.scroll.Key(k, p.tops)
	}
}

func (p *details) Keys() []keys.Key { return []keys.Key{keys.Back, keys.Copy, keys.Refresh} }

// View draws the account, its lists and what can be done.
func (p *details) View() string {
	e := p.e
	if !p.all.Has {
		body := ""
		switch {
		case p.all.Err != nil:
			body = e.Trouble(p.all.Err, p.W-widget.PanelW)
		case p.all.Slow(e):
			body = e.Waiting()
		}
		return widget.Panel{Title: p.login, Focused: true}.View(e.Theme, body, p.W, p.H)
	}
	head := p.head()
	rest := p.H - lipgloss.Height(head) - 1
	columns := max(1, min(3, p.W/36))
	lists := p.lists(p.W/columns < 46)
	rows := (len(lists) + columns - 1) / columns
	parts := []string{head}
	const leastRows = 5 // of a list with its frame
	if rest/rows < leastRows {
		parts = append(parts, p.scrolled(lists, rest))
	} else {
		heights := widget.Share(rest, 0, slices.Repeat([]int{1}, rows)...)
		widths := widget.Share(p.W, widget.Gutter, slices.Repeat([]int{1}, columns)...)
		for row, h := range heights {
			var blocks []string
			for i, list := range lists[row*columns : min(len(lists), (row+1)*columns)] {
				in := widths[i] - widget.PanelW
				panel := widget.Panel{Title: e.S(list.title), Right: list.count(e)}
				blocks = append(blocks, panel.View(e.Theme, strings.Join(list.text(e, in), "\n"), widths[i], h))
			}
			parts = append(parts, widget.Columns(blocks...))
		}
	}
	return widget.Rows(append(parts, actionsLine(e, p.login, p.W, orderKeys(p.all.Data.Account)...))...)
}

// scrolled is all lists one below the other in one panel.
func (p *details) scrolled(lists []list, h int) string {
	e := p.e
	var l widget.Lines
	for _, list := range lists {
		l.Add(e.Theme.Title.Render(e.S(list.title)) + " " + e.Theme.Faint.Render(list.count(e)))
		l.Add(list.text(e, p.W-widget.PanelW)...)
	}
	shown := max(1, h-widget.PanelH)
	p.scroll.Height, p.tops = p.H/2, len(l)-shown+1
	p.scroll.Clamp(p.tops)
	top := p.scroll.Cur
	panel := widget.Panel{Title: e.S(i18n.Details.Title), Focused: true, Top: top, Shown: shown, Total: len(l)}
	return panel.View(e.Theme, l[top:].String(), p.W, h)
}

// leastBelow is how many rows stand below the head: a panel of one line, what can be done.
const leastBelow = widget.PanelH + 1 + 1

// head is who it is, both quotas, and why the account is shut.
func (p *details) head() string {
	e, th, d := p.e, p.e.Theme, p.all.Data
	in := p.W - widget.PanelW
	sign, style := standing(e, d.Account)
	l := widget.Lines{
		widget.Ends(th.Strong.Render(d.FirstName+" "+d.LastName)+" "+th.Faint.Render(theme.Sep+" "+d.Email), " "+style.Render(sign), in),
		th.Faint.Render(e.S(i18n.Details.Since, e.T.Date(d.Registered, e.Now()))),
		quotaLine(e, e.S(i18n.Details.Services), d.Quotas.Services, in),
		quotaLine(e, e.S(i18n.Details.Logins), d.Quotas.Connections, in),
	}
	if shut := d.Shut; shut.By != "" {
		why := e.S(i18n.Details.ShutBy, shut.By, e.T.Date(shut.At, e.Now()), shut.Reason)
		if !shut.Until.IsZero() {
			why = e.S(i18n.Details.ShutUntil, e.T.Date(shut.Until, e.Now())) + " " + why
		}
		lines := widget.Wrap(why, in)
		if room := max(1, p.H-leastBelow-len(l)-widget.PanelH); len(lines) > room {
			lines = append(lines[:room-1], widget.Fit(lines[room-1]+" "+lines[room], in))
		}
		for _, line := range lines {
			l.Add(style.Render(line))
		}
	}
	foot := ""
	if p.all.Err != nil {
		foot = th.Warn.Render(theme.Alert + " " + e.Age(p.all.At))
	}
	return widget.Panel{Title: p.login, Focused: true, Right: e.S(i18n.Details.Back), Foot: foot}.View(th, l.String(), p.W, widget.PanelH+len(l))
}

// quotaLine is a quota as pips, in figures, and when the next one is free.
func quotaLine(e *page.Env, name string, q api.Quota, w int) string {
	th := e.Theme
	if q.Max == 0 {
		return widget.Fit(name, 18)
	}
	text := e.T.N(i18n.Quota.Left, q.Left, e.T.Int(int64(q.Max)))
	if q.Next.After(e.Now()) {
		text += " " + th.Faint.Render(theme.Sep+" "+e.S(i18n.Quota.OneBack, e.T.Clock(q.Next)))
	}
	return widget.Fit(name, 18) + widget.Pips(th, q.Left, q.Max, min(30, w/3)) + "  " +
		widget.LevelSign(th, q.Left, q.Max) + " " + text
}

// latest is how many of each but sessions the server gives at most (PROTOCOL.md, FICHE).
const latest = 10

type list struct {
	title i18n.Msg
	cols  []widget.Column
	rows  [][]string
}

// count is how many there are, or that these are the last.
func (l list) count(e *page.Env) string {
	n := e.T.Int(int64(len(l.rows)))
	if len(l.rows) == latest && l.title != i18n.Details.Sessions {
		return e.S(i18n.Details.Latest, n)
	}
	return n
}

func (l list) text(e *page.Env, w int) []string {
	if len(l.rows) == 0 {
		return []string{e.Theme.Faint.Render(e.S(i18n.Details.None))}
	}
	return widget.Grid(l.cols, l.rows, w)
}

// lists are all of them; narrow: there is room for ages in place of dates.
func (p *details) lists(narrow bool) []list {
	e, th, d := p.e, p.e.Theme, p.all.Data
	date := func(at time.Time) string {
		if narrow {
			return e.T.Age(e.Now().Sub(at))
		}
		return e.T.Date(at, e.Now())
	}
	when, rest := widget.Column{Width: i18n.DateWidth, Style: &th.Faint}, widget.Column{}
	where := []widget.Column{when, rest, {Width: 16, Style: &th.Faint}}
	place := func(c api.Connected) []string { return []string{date(c.Since), c.Address, c.Server} }
	goods := []widget.Column{rest, {Width: 10, Right: true, Style: &th.Price}, {Width: 10}}
	article := func(a api.Article) []string {
		sign, style := theme.Dot, th.OK
		switch a.Status {
		case api.Sold:
			sign, style = theme.Check, th.OK
		case api.Withdrawn:
			sign, style = theme.Cross, th.Faint
		}
		return []string{a.Title, e.T.Amount(a.Cents), style.Render(sign + " " + e.T.Name(i18n.Statuses, string(a.Status)))}
	}
	bought := func(a api.Article) []string {
		return []string{a.Title, e.T.Amount(a.Cents), th.OK.Render(theme.Check + " " + e.S(i18n.Details.Bought))}
	}
	return []list{
		{i18n.Details.Sessions, where, each(d.Sessions, place)},
		{i18n.Details.Logins, where, each(d.Logins, place)},
		{i18n.Details.Refusals, []widget.Column{when, rest}, each(d.Refusals, func(r api.QuotaRefusal) []string {
			name := i18n.Details.Services
			if r.Quota == "connexions" {
				name = i18n.Details.Logins
			}
			return []string{date(r.At), th.Warn.Render(theme.Alert + " " + e.S(name))}
		})},
		{i18n.Details.Calls, []widget.Column{when, {Width: 9}, {Width: 10, Style: &th.Faint}, rest}, each(d.Calls, func(c api.Call) []string {
			service, why := th.OK.Render(theme.Check)+" "+e.T.Name(i18n.Services, c.Service), ""
			if c.Result != "ok" {
				service, why = th.Err.Render(theme.Cross)+" "+e.T.Name(i18n.Services, c.Service), e.T.Name(i18n.Refusals, c.Result)
			}
			return []string{date(c.At), service, c.Article, th.Err.Render(why)}
		})},
		{i18n.Details.Sales, goods, each(d.Sales, article)},
		{i18n.Details.Purchases, goods, each(d.Purchases, bought)},
	}
}

// each makes a row of texts of each.
func each[T any](all []T, row func(T) []string) (rows [][]string) {
	for _, one := range all {
		rows = append(rows, row(one))
	}
	return rows
}
