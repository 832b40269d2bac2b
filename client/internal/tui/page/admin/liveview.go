package admin

import (
	"time"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
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
