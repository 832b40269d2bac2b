package admin

import (
	"math"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Rows of the live view. What is left of the screen is shared by the curve and
// the feed; the curve takes no more than tallest, or its shape gets lost.
const (
	panelRows = 4
	fixedRows = 6 + panelRows // figures 3, curve's head and foot, last measure
	airyFrom  = 18            // from this height blank rows stand between the parts
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
	l.Add(p.panels(w, s, now))
	l.Add(p.feed(w, max(0, p.H-1-len(l)))...)
	return l.Foot(p.H, " "+p.age())
}

// curve is the commands per second, with what its height and length mean.
func (p *live) curve(w liveData, now time.Time, rows int) []string {
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

// feed is what happened, the newest first, in n rows.
func (p *live) feed(w liveData, n int) []string {
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

// figure is one number with its name, and how it changed within a minute.
type figure struct {
	name  i18n.Msg
	exact int // decimals
	of    func(api.Stats) float64
	time  bool // 0 says that nothing was measured
}

func (p *live) figures(w liveData, s api.Stats) []string {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	all := []figure{
		{name: i18n.LiveUsers, of: func(s api.Stats) float64 { return float64(s.Users) }},
		{name: i18n.LiveCommands, exact: 1, of: func(s api.Stats) float64 { return s.CommandsPerSecond }},
		{name: i18n.LiveLogins, of: func(s api.Stats) float64 { return float64(s.LoginsPerMinute) }},
		{name: i18n.LiveConnections, of: func(s api.Stats) float64 { return float64(s.Connections) }},
		{name: i18n.LiveP50, exact: 1, of: func(s api.Stats) float64 { return ms(s.P50) }, time: true},
		{name: i18n.LiveRefusals, of: func(s api.Stats) float64 { return float64(s.RefusalsPerMinute) }},
		{name: i18n.LiveServers, of: func(s api.Stats) float64 { return float64(s.Servers) }},
		{name: i18n.LiveP99, exact: 1, of: func(s api.Stats) float64 { return ms(s.P99) }, time: true},
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

// services and nearQuota side by side.
func (p *live) panels(w liveData, s api.Stats, now time.Time) string {
	const between = 3
	left := min(page.ReadWidth, p.W-2) * 3 / 5
	right := p.W - 2 - left - between
	return widget.Indent(lipgloss.JoinHorizontal(lipgloss.Top,
		widget.Frame(strings.Join(p.services(s, left), "\n"), left+between, panelRows),
		widget.Frame(strings.Join(p.nearQuota(w, now, right, panelRows-1), "\n"), right, panelRows)), 1)
}

func (p *live) services(s api.Stats, w int) []string {
	e, th := p.e, p.e.Theme
	all := []struct {
		name      string
		ever, min int
	}{{"achat", int(s.Purchases), s.PurchasesPerMinute}, {"vente", int(s.Sales), s.SalesPerMinute}}
	most, widest, calls := 0, 0, make([]string, len(all))
	for i, a := range all {
		calls[i] = e.S(i18n.LiveCalls, e.T.Int(int64(a.ever)), e.T.Int(int64(a.min)))
		most, widest = max(most, a.ever), max(widest, widget.Width(calls[i]))
	}
	const names = 8 // cells of a service's name
	out := []string{th.Title.Render(e.S(i18n.LiveServices))}
	for i, a := range all {
		bar := widget.Strip(th, a.ever, most, w-names-widest-3) // one scale for all
		out = append(out, widget.Ends(widget.Fit(e.T.Service(a.name), names)+" "+bar, calls[i], w))
	}
	other := s.RefusalsPerMinute - s.RefusedQuota - s.RefusedKey
	return append(out, th.Faint.Render(e.S(i18n.LiveRefused,
		e.T.Int(int64(s.RefusedQuota)), e.T.Int(int64(s.RefusedKey)), e.T.Int(int64(max(0, other))))))
}

// nearQuota are those who were refused for their quota within a window, and those
// who are near its end.
func (p *live) nearQuota(w liveData, now time.Time, width, n int) []string {
	e, th := p.e, p.e.Theme
	window := e.Quotas.Services.Window
	since := now.Add(-window)
	all := w.near.list(since)
	head := e.S(i18n.LiveNear)
	if len(all) > 0 {
		head += " " + e.T.Int(int64(len(all)))
	}
	out := []string{th.Title.Render(head)}
	if len(all) == 0 && window == 0 { // not told yet
		return out
	}
	if len(all) == 0 {
		return append(out, th.Faint.Render(widget.Fit(e.S(i18n.AdminNoTrouble, e.T.Duration(window)), width)))
	}
	for _, s := range all[:min(n, len(all))] {
		sign, what, when := th.Warn.Render(theme.Stop), e.T.Int(int64(s.times))+"×", s.refused
		if !s.refusedLately(since) {
			sign, what, when = th.Faint.Render(theme.Dot), e.T.Int(int64(s.used))+"/"+e.T.Int(int64(s.max)), s.called
		}
		right := what + " " + th.Faint.Render(widget.FitRight(e.T.Age(now.Sub(when)), 6))
		out = append(out, widget.Ends(sign+" "+s.login, right, width))
	}
	return out
}

// line puts something that happened in words, with its sign.
func line(e *page.Env, a api.Activity) string {
	th, f := e.Theme, a.Fields
	sign, text := th.OK.Render(theme.Check), a.Type+" "+a.Login
	amount := func() string {
		cents, err := protocol.ParsePrice(f.Get("prix"))
		if err != nil {
			return "?"
		}
		return e.T.Amount(cents)
	}
	switch a.Type {
	case "CONNEXION":
		sign, text = th.Faint.Render(theme.Dot), e.S(i18n.FeedLogin, a.Login, f.Get("adresse"))
	case "VENTE":
		text = e.S(i18n.FeedSale, a.Login, f.Get("titre"), amount())
	case "ACHAT":
		text = e.S(i18n.FeedBuy, a.Login, f.Get("titre"), f.Get("vendeur"), amount())
	case "REFUS":
		who := a.Login
		if who == "" {
			who = e.S(i18n.FeedNobody)
		}
		sign = th.Warn.Render(theme.Alert)
		text = e.S(i18n.FeedRefused, who, f.Get("verbe"), e.T.Refusal(f.Get("code")), f.Get("adresse"))
	}
	return th.Faint.Render(e.T.ClockSeconds(a.At.At)) + " " + sign + " " + text
}
