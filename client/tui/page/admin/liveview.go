package admin

import (
	"cmp"
	"math"
	"slices"
	"time"

	"etuservices/client/api"
	"etuservices/client/i18n"
	"etuservices/client/tui/page"
	"etuservices/client/tui/theme"
	"etuservices/client/tui/widget"
)

// Rows of the live view. What is left of the screen is shared by the curve and
// the feed; the curve takes no more than tallest, or its shape gets lost.
const (
	fixedRows = 10 // figures 3, curve's head and foot, panels 4, last measure
	airyFrom  = 18 // from this height blank rows stand between the parts
	airRows   = 2
	tallest   = 8
	shortest  = 1
)

// view draws the panel.
func (p *live) view() string {
	e := p.e
	w, now := p.shown()
	s, ok := w.last()
	if !ok {
		if p.ask.Err != nil {
			return widget.Indent("\n"+e.Trouble(p.ask.Err, p.W-4), 2)
		}
		return "\n  " + e.Waiting()
	}
	room := p.H - fixedRows
	var l widget.Lines
	gap := func() {
		if p.H >= airyFrom {
			l.Add("")
		}
	}
	if p.H >= airyFrom {
		room -= airRows
	}
	rows := max(shortest, min(tallest, 2*(room+1)/3))
	l.Add(p.figures(w, s)...)
	gap()
	l.Add(p.curve(w, now, rows)...)
	gap()
	l.Add(p.sides(w, s, now)...)
	l.Add(p.feed(w, max(0, p.H-1-len(l)))...)
	return l.Foot(p.H, " "+p.age())
}

// figure is one number with its name, and how it changed within a minute.
type figure struct {
	name  i18n.Msg
	exact int // decimals
	of    func(api.Stats) float64
}

func (p *live) figures(w watched, s api.Stats) []string {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	all := []figure{
		{name: i18n.LiveUsers, of: func(s api.Stats) float64 { return float64(s.Users) }},
		{name: i18n.LiveCommands, exact: 1, of: func(s api.Stats) float64 { return s.CommandsPerSecond }},
		{name: i18n.LiveLogins, of: func(s api.Stats) float64 { return float64(s.LoginsPerMinute) }},
		{name: i18n.LiveConnections, of: func(s api.Stats) float64 { return float64(s.Connections) }},
		{name: i18n.LiveHalf, exact: 1, of: func(s api.Stats) float64 { return ms(s.P50) }},
		{name: i18n.LiveRefusals, of: func(s api.Stats) float64 { return float64(s.RefusalsPerMinute) }},
		{name: i18n.LiveServers, of: func(s api.Stats) float64 { return float64(s.Servers) }},
		{name: i18n.LiveMost, exact: 1, of: func(s api.Stats) float64 { return ms(s.P99) }},
		{name: i18n.LiveLost, of: func(api.Stats) float64 { return float64(w.lost) }},
	}
	const inRow = 3
	cell := min(32, (p.W-2)/inRow)
	before, known := w.minuteAgo()
	var out []string
	for i := 0; i < len(all); i += inRow {
		row := " "
		for _, f := range all[i : i+inRow] {
			row += widget.Fit(p.figure(f, s, before, known, cell), cell)
		}
		out = append(out, row)
	}
	return out
}

// trendRoom is the width from which a figure has room for its trend, in cells.
const trendRoom = 24

func (p *live) figure(f figure, s, before api.Stats, known bool, cell int) string {
	e, th := p.e, p.e.Theme
	v := f.of(s)
	value := e.T.Decimal(v, f.exact)
	name := th.Faint.Render(widget.Fit(e.S(f.name), 12))
	if cell < trendRoom {
		return name + " " + th.Strong.Render(widget.Fit(value, cell-14))
	}
	text := name + th.Strong.Render(widget.FitRight(value, 7))
	scale := math.Pow10(f.exact)
	if d := math.Round((v-f.of(before))*scale) / scale; known && d != 0 {
		text += " " + th.Faint.Render(trend(e, d, f.exact))
	}
	return text
}

// trend is a change in at most five cells: its figures matter less the larger
// it is.
func trend(e *page.Env, d float64, decimals int) string {
	arrow, unit := "↑", ""
	if d < 0 {
		arrow, d = "↓", -d
	}
	switch {
	case d >= 1000:
		d, decimals, unit = d/1000, 1, "k"
	case d >= 10:
		decimals = 0
	}
	return arrow + e.T.Decimal(d, decimals) + unit
}

// curve is the commands per second, with what its height and length mean.
func (p *live) curve(w watched, now time.Time, rows int) []string {
	e, th := p.e, p.e.Theme
	window := windows[p.window]
	columns := w.history.curve(now, window, p.W-2)
	most, mean := figures(columns)
	head := th.Title.Render(e.S(i18n.LiveRate, e.T.Duration(window)))
	peak := th.Faint.Render(e.S(i18n.LivePeak, e.T.Decimal(most, 1), e.T.Decimal(mean, 1)))
	out := []string{" " + widget.Ends(head, peak, p.W-2)}
	for _, row := range widget.Chart(th, columns, most, rows) {
		out = append(out, " "+row)
	}
	foot := widget.Ends("-"+e.T.Duration(window), e.S(i18n.LiveNow), p.W-2)
	return append(out, " "+th.Faint.Render(foot))
}

// sides are the services, and beside them who ran out of calls.
func (p *live) sides(w watched, s api.Stats, now time.Time) []string {
	const between = 3
	left := min(page.ReadWidth, p.W-2) * 3 / 5
	right := p.W - 2 - left - between
	a, b := p.services(s, left), p.troubled(w, now, right, 3)
	out := make([]string, max(len(a), len(b)))
	for i := range out {
		l, r := "", ""
		if i < len(a) {
			l = a[i]
		}
		if i < len(b) {
			r = b[i]
		}
		out[i] = " " + widget.Fit(l, left) + widget.Fit("", between) + widget.Fit(r, right)
	}
	return out
}

func (p *live) services(s api.Stats, w int) []string {
	e, th := p.e, p.e.Theme
	out := []string{th.Title.Render(e.S(i18n.LiveServices))}
	most := int(max(s.Sales, s.Purchases))
	for _, service := range []struct {
		name      string
		ever, min int
	}{{"achat", int(s.Purchases), s.PurchasesPerMinute}, {"vente", int(s.Sales), s.SalesPerMinute}} {
		name := widget.Fit(e.T.Service(service.name), 8)
		calls := e.S(i18n.LiveCalls, e.T.Int(int64(service.ever)), e.T.Int(int64(service.min)))
		bar := widget.Strip(th, service.ever, most, w-widget.Width(name)-widget.Width(calls)-3)
		out = append(out, widget.Ends(name+" "+bar, calls, w))
	}
	other := s.RefusalsPerMinute - s.RefusedQuota - s.RefusedKey
	return append(out, th.Faint.Render(e.S(i18n.LiveRefused,
		e.T.Int(int64(s.RefusedQuota)), e.T.Int(int64(s.RefusedKey)), e.T.Int(int64(max(0, other))))))
}

// troubled are those who were refused for their quota within a window, the
// latest first.
func (p *live) troubled(w watched, now time.Time, width, n int) []string {
	e, th := p.e, p.e.Theme
	type one struct {
		login string
		over
	}
	var all []one
	for login, o := range w.over {
		if now.Sub(o.last) <= overFor {
			all = append(all, one{login, o})
		}
	}
	slices.SortFunc(all, func(a, b one) int {
		return cmp.Or(b.last.Compare(a.last), cmp.Compare(a.login, b.login))
	})
	head := e.S(i18n.LiveOver)
	if len(all) > 0 {
		head += " " + e.T.Int(int64(len(all)))
	}
	out := []string{th.Title.Render(head)}
	if len(all) == 0 {
		return append(out, th.Faint.Render(widget.Fit(e.S(i18n.AdminNoTrouble), width)))
	}
	for _, o := range all[:min(n, len(all))] {
		right := e.T.Int(int64(o.times)) + "× " + th.Faint.Render(widget.FitRight(e.T.Age(now.Sub(o.last)), 6))
		out = append(out, widget.Ends(th.Warn.Render(theme.Stop)+" "+o.login, right, width))
	}
	return out
}

// feed is what happened, the newest first, in n rows.
func (p *live) feed(w watched, n int) []string {
	e := p.e
	if len(w.feed) == 0 && n > 0 {
		return []string{" " + e.Theme.Faint.Render(e.S(i18n.LiveQuiet))}
	}
	var out []string
	for i := len(w.feed) - 1; i >= 0 && len(out) < n; i-- {
		out = append(out, " "+line(e, w.feed[i]))
	}
	return out
}

// age says how old the last measure is, however long the screen stands still.
func (p *live) age() string {
	e, th := p.e, p.e.Theme
	last, _ := p.now.last()
	age := e.T.Age(e.Now().Sub(last.At.At))
	switch {
	case p.stale():
		return th.Err.Render(theme.Alert + " " + e.S(i18n.LiveStale, age))
	case p.frozen != nil:
		return th.Warn.Render(theme.Stop + " " + e.S(i18n.LivePaused, e.T.Age(e.Now().Sub(p.paused))))
	}
	s := th.OK.Render(theme.Dot) + " " + th.Faint.Render(e.S(i18n.LiveFresh, age))
	if lost := p.now.lost; lost > 0 {
		s += " " + th.Faint.Render(theme.Sep+" "+e.T.N(i18n.LiveMissed, lost))
	}
	return s
}
