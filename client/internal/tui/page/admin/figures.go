package admin

import (
	"math"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
)

// figure is one number with its name, and how it changed within a minute.
type figure struct {
	name  i18n.Msg
	exact int // decimals
	of    func(api.Stats) float64
	time  bool // 0 says that nothing was measured
}

func (p *live) figures(w watched, s api.Stats) []string {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	all := []figure{
		{name: i18n.LiveUsers, of: func(s api.Stats) float64 { return float64(s.Users) }},
		{name: i18n.LiveCommands, exact: 1, of: func(s api.Stats) float64 { return s.CommandsPerSecond }},
		{name: i18n.LiveLogins, of: func(s api.Stats) float64 { return float64(s.LoginsPerMinute) }},
		{name: i18n.LiveConnections, of: func(s api.Stats) float64 { return float64(s.Connections) }},
		{name: i18n.LiveHalf, exact: 1, of: func(s api.Stats) float64 { return ms(s.P50) }, time: true},
		{name: i18n.LiveRefusals, of: func(s api.Stats) float64 { return float64(s.RefusalsPerMinute) }},
		{name: i18n.LiveServers, of: func(s api.Stats) float64 { return float64(s.Servers) }},
		{name: i18n.LiveMost, exact: 1, of: func(s api.Stats) float64 { return ms(s.P99) }, time: true},
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
	if f.time && v == 0 {
		value, known = "-", false
	}
	name := th.Faint.Render(widget.Fit(e.S(f.name), 12))
	if cell < trendRoom {
		return name + " " + th.Strong.Render(widget.Fit(value, cell-14))
	}
	text := name + th.Strong.Render(widget.FitRight(value, 7))
	scale := math.Pow10(f.exact)
	was := f.of(before)
	if d := math.Round((v-was)*scale) / scale; known && d != 0 && (!f.time || was != 0) {
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
