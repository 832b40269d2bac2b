package admin

import (
	"slices"
	"strings"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// instancesView is the servers in a panel, those in trouble first.
func instancesView(e *page.Env, all *page.Load[[]api.Instance], w, h int) string {
	th := e.Theme
	p := widget.Panel{Title: e.S(i18n.Live.Servers)}
	switch {
	case all.Err != nil && !all.Has:
		return p.View(th, e.Failure(all.Err, w-widget.PanelW), w, h)
	case !all.Has:
		return p.View(th, e.Waiting(), w, h)
	}
	rows := slices.Clone(all.Data)
	slices.SortStableFunc(rows, func(a, b api.Instance) int { return trouble(b) - trouble(a) })
	connections, users := 0, 0
	for _, i := range rows {
		connections, users = connections+i.Connections, users+i.Users
	}
	p.Title += " " + e.T.Int(int64(len(rows)))
	p.Right = e.S(i18n.Live.Presence, e.T.N(i18n.Live.Connections, connections), e.T.N(i18n.Live.Users, users))
	in, room := w-widget.PanelW, h-widget.PanelH
	if room > 1 {
		room-- // the head
	}
	if more := len(rows) - room; more > 0 {
		p.Foot = th.Faint.Render(e.S(i18n.Live.More, e.T.Int(int64(more))))
	}
	table := widget.Table{Height: room}
	text := widget.WithoutZones(table.View(th, []widget.Column{
		{Title: e.S(i18n.Col.Server)},
		{Title: e.S(i18n.Col.Version), Width: max(12, min(40, in/8)), From: 100, Style: &th.Faint},
		{Title: e.S(i18n.Col.Since), Width: 8, From: 66, Right: true, Style: &th.Faint},
		{Title: e.S(i18n.Col.Connections), Width: 10, From: 84, Right: true},
		{Title: e.S(i18n.Col.Users), Width: 10, From: 100, Right: true},
		{Title: e.S(i18n.Col.Rate), Width: 7, Right: true},
		{Title: e.S(i18n.Col.P99), Width: 7, From: 58, Right: true},
		{Title: "MySQL", Width: 7},
		{Title: "Redis", Width: 7},
	}, len(rows), in, false, func(n int) []string {
		i := rows[n]
		if i.Lost {
			return []string{th.Err.Render(theme.Cross + " " + e.S(i18n.Live.Lost, i.Name)), "", e.T.Age(e.Now().Sub(i.Since)), "", "", "", "", "", ""}
		}
		p99 := th.Faint.Render("-")
		if i.P99 > 0 {
			p99 = e.T.Decimal(milliseconds(i.P99), decimals(milliseconds(i.P99), 1))
		}
		return []string{
			th.OK.Render(theme.Dot) + " " + th.Strong.Render(i.Name), i.Version, e.T.Age(e.Now().Sub(i.Since)), e.T.Int(int64(i.Connections)), e.T.Int(int64(i.Users)),
			e.T.Decimal(i.CommandsPerSecond, 1), p99, health(e, i.MySQL), health(e, i.Redis),
		}
	}))
	if h-widget.PanelH <= 1 { // no room for the head
		_, text, _ = strings.Cut(text, "\n")
	}
	return p.View(th, text, w, h)
}

// trouble orders the servers: the gone first, then those without a store.
func trouble(i api.Instance) int {
	switch {
	case i.Lost:
		return 2
	case !i.MySQL, !i.Redis:
		return 1
	}
	return 0
}

func health(e *page.Env, ok bool) string {
	if ok {
		return e.Theme.OK.Render(theme.Check + " " + e.S(i18n.Live.StoreOK))
	}
	return e.Theme.Err.Render(theme.Cross + " " + e.S(i18n.Live.StoreAway))
}
