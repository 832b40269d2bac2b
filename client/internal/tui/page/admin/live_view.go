package admin

import (
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

const (
	headFrom    = 16 // the height from which the servers have a head
	moreServers = 9  // how many rows of the page there are for each server
	sideFrom    = 74 // the width from which alerts or quotas stand beside the curves
	bothFrom    = 12 // the height from which both do
	tallest     = 6  // how many rows a curve takes at most: its shape gets lost in more
)

// View draws servers, curves with alerts and quotas beside them, feed.
func (p *live) View() string {
	e := p.e
	if p.stats.At.IsZero() && p.ask.Err != nil {
		return widget.Panel{Title: e.S(i18n.Admin.Live)}.View(e.Theme, e.Trouble(p.ask.Err, p.W-widget.PanelW), p.W, p.H)
	}
	servers := widget.PanelH + max(1, min(len(p.instances.Data), p.H/moreServers))
	if p.H >= headFrom {
		servers++
	}
	rest := p.H - servers
	rows := max(1, min(tallest, (rest*3/5-widget.PanelH-1)/len(bands)))
	activity := widget.PanelH + len(bands)*rows
	if activity+1 <= rest*3/5 {
		activity++ // the times
	}
	return widget.Rows(
		instancesView(e, &p.instances, p.W, servers),
		p.middle(activity, rows),
		p.feed.view(p.W, rest-activity),
	)
}

// middle is the curves and, where there is room, the alerts and the quotas.
func (p *live) middle(h, rows int) string {
	switch {
	case p.W < sideFrom && p.alerts.unseen() > 0:
		return p.alerts.view(p.e, p.W, h)
	case p.W < sideFrom:
		return p.activity(p.W, h, rows)
	}
	weights := []int{2, 1}
	if p.W < 100 {
		weights = []int{5, 3}
	}
	w := widget.Share(p.W, widget.Gutter, weights...)
	var side string
	switch {
	case h >= bothFrom:
		side = widget.Rows(p.alerts.view(p.e, w[1], h/2), p.near.view(p.e, p.opened, w[1], h-h/2))
	case len(p.alerts.list) > 0:
		side = p.alerts.view(p.e, w[1], h)
	default:
		side = p.near.view(p.e, p.opened, w[1], h)
	}
	return widget.Columns(p.activity(w[0], h, rows), side)
}

type band struct {
	name     i18n.Msg
	decimals int
	of       func(point) float64
	style    func(*theme.Theme) lipgloss.Style
}

var bands = [...]band{
	{i18n.Live.Commands, 1, func(p point) float64 { return p.rate }, func(th *theme.Theme) lipgloss.Style { return th.Bar }},
	{i18n.Live.Logins, 0, func(p point) float64 { return p.logins }, func(th *theme.Theme) lipgloss.Style { return th.AccentEnd }},
	{i18n.Live.Refusals, 0, func(p point) float64 { return p.refusals }, func(th *theme.Theme) lipgloss.Style { return th.Warn }},
	{i18n.Live.P99, 1, func(p point) float64 {
		if p.p99 == 0 {
			return widget.Gap
		}
		return p.p99
	}, func(th *theme.Theme) lipgloss.Style { return th.OK }},
}

// The cells before a curve: the name and figure of a band, the values of its axis.
const (
	narrowName = 19
	wideName   = 26
	axisWidth  = 6
)

// activity draws the bands over one axis of time, in rows each.
func (p *live) activity(w, h, rows int) string {
	e, th := p.e, p.e.Theme
	in, name := w-widget.PanelW, narrowName
	if in >= 60 {
		name = wideName
	}
	columns := in - name - axisWidth
	var l widget.Lines
	for i, b := range bands {
		values := p.series.curve(e.Now(), span, columns, b.of)
		top := ceiling(values)
		style, over := b.style(th), p.over(i)
		if over {
			style = th.Err
		}
		chart := widget.Chart(style, values, top, rows)
		for row, line := range chart {
			l.Add(widget.Fit(p.bandText(b, row, rows, over, name), name) + th.Faint.Render(axis(e.T, top, row, rows)) + line)
		}
	}
	marks := e.T.S(i18n.Live.Now)
	if columns >= 48 {
		third := columns / 3
		marks = widget.Fit("-"+e.T.Duration(span), third) + widget.Fit("-"+e.T.Duration(span*2/3), third) + widget.Ends("-"+e.T.Duration(span/3), marks, columns-2*third)
	} else {
		marks = widget.Ends("-"+e.T.Duration(span), marks, columns)
	}
	l.Add(strings.Repeat(" ", name+axisWidth) + th.Faint.Render(marks))
	panel := widget.Panel{Title: e.S(i18n.Live.Activity), Foot: p.age()}
	if p.stats.Sales+p.stats.Purchases > 0 {
		panel.Right = e.S(i18n.Live.Calls, e.T.Int(int64(p.stats.Sales)), e.T.Int(int64(p.stats.Purchases)))
	}
	return panel.View(th, l.String(), w, h)
}

// over says that a band's figure is over its threshold.
func (p *live) over(i int) bool {
	n := p.series.last()
	return bands[i].name == i18n.Live.P99 && p.e.Alerts.P99 > 0 && n.p99 > float64(p.e.Alerts.P99) ||
		bands[i].name == i18n.Live.Refusals && p.e.Alerts.Refusals > 0 && n.refusals > float64(p.e.Alerts.Refusals)
}

// bandText is what stands before a row of a curve: its name, its figure, or both.
func (p *live) bandText(b band, row, rows int, over bool, w int) string {
	e, th := p.e, p.e.Theme
	now := p.series.last()
	figure := "-"
	if v := b.of(now); !math.IsNaN(v) {
		figure = e.T.Decimal(v, decimals(v, b.decimals))
	}
	style := th.Strong
	if over {
		style, figure = th.Err, theme.Alert+" "+figure
	}
	figure = style.Render(figure)
	if trend := p.trend(b); trend != "" && (rows > 1 || w >= wideName) {
		figure += " " + th.Faint.Render(trend)
	}
	switch {
	case rows == 1:
		return widget.Ends(e.S(b.name), figure, w)
	case row == 0:
		return e.S(b.name)
	case row == 1:
		return figure
	case row == 2 && b.name == i18n.Live.Refusals && now.refusals > 0:
		other := int(now.refusals) - now.refusedQuota - now.refusedKey
		return th.Faint.Render(e.S(i18n.Live.Refused, now.refusedQuota, now.refusedKey, max(0, other)))
	}
	return ""
}

func decimals(v float64, most int) int {
	if v >= 100 {
		return 0
	}
	return most
}

// axis is the value at the top of a curve and the 0 at its bottom.
func axis(t i18n.T, top float64, row, rows int) string {
	text, tick := "", theme.Pipe
	switch row {
	case 0:
		text, tick = t.Compact(top), "┤"
	case rows - 1:
		text, tick = "0", "┤"
	}
	return widget.FitRight(text, axisWidth-1) + tick
}

// trend is how a figure changed within a minute, in at most five cells.
func (p *live) trend(b band) string {
	now := p.series.last()
	before, known := p.series.minuteAgo()
	scale := math.Pow10(b.decimals)
	d := math.Round((b.of(now)-b.of(before))*scale) / scale
	if !known || math.IsNaN(d) || d == 0 {
		return ""
	}
	arrow := "↑"
	if d < 0 {
		arrow, d = "↓", -d
	}
	if d >= 10 {
		return arrow + p.e.T.Compact(d)
	}
	return arrow + p.e.T.Decimal(d, b.decimals)
}

// age says how old the last measure is, however long the screen stands still.
func (p *live) age() string {
	e, th := p.e, p.e.Theme
	age := e.T.Age(e.Now().Sub(p.stats.At))
	switch {
	case p.stats.At.IsZero():
		return e.Waiting()
	case p.stale():
		return th.Err.Render(theme.Alert + " " + e.S(i18n.Live.Stale, age))
	}
	return th.OK.Render(theme.Dot) + " " + th.Faint.Render(e.S(i18n.Live.Fresh, age))
}

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
