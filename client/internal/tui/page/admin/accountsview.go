package admin

import (
	"strings"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

func (p *accounts) view() string {
	e, th := p.e, p.e.Theme
	var l widget.Lines
	l.Add(p.search.view(e, i18n.AccountsFind, p.W))
	if s := page.State(e, &p.first, len(p.rows), p.W, i18n.AccountsNone, i18n.AccountsWiden); s != "" {
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
	l.Add(p.table.View(th, cols, len(p.rows), w, true, func(i int) []string {
		a := p.rows[i]
		return []string{a.Login, a.FirstName + " " + a.LastName, a.Email, p.standing(a)}
	}))
	return l.Foot(p.H, "", p.orders(), " "+page.Foot(e, &p.first))
}

// standing is a sign and a word, and whether it is an administrator.
func (p *accounts) standing(a api.Account) string {
	sign := theme.Dot
	switch {
	case a.Standing == api.ShutOut:
		sign = theme.Cross
	case a.Standing == api.SentAway:
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
	if a.Standing != api.MayEnter {
		gate = i18n.DoUnblock
	}
	parts := []string{e.Theme.Strong.Render(widget.Fit(a.Login, min(14, widget.Width(a.Login))))}
	for _, h := range [][2]i18n.Msg{
		{i18n.KeyB, gate}, {i18n.KeyX, i18n.DoExpel}, {i18n.KeyZ, i18n.DoReset}, {i18n.KeyP, i18n.DoGive}, {i18n.KeyD, i18n.DoDelete},
	} {
		parts = append(parts, e.Hint(h[0], h[1]))
	}
	sep := e.Theme.Faint.Render(" " + theme.Sep + " ")
	s := " " + strings.Join(parts, sep)
	if widget.Width(s) > p.W { // the keys matter more than the name
		s = " " + strings.Join(parts[1:], sep)
	}
	return s
}

func (p *accounts) hints() []page.Hint {
	e := p.e
	if p.typing() {
		return searchHints(e)
	}
	return []page.Hint{e.H(i18n.KeyArrows, i18n.DoChoose), e.H(i18n.KeySlash, i18n.DoSearch), e.H(i18n.KeyC, i18n.DoCopy)}
}
