package widget

import (
	"math"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/tui/theme"
)

// Gauge is a bar of w cells of which part/whole is full, on a visible track. Anything above
// zero shows at least one full cell.
func Gauge(th *theme.Theme, part, whole, w int) string {
	if w <= 0 {
		return ""
	}
	full := 0
	if whole > 0 && part > 0 {
		full = min(w, max(1, (part*w+whole/2)/whole))
	}
	return barStyle(th, part, whole).Render(strings.Repeat(theme.Full, full)) +
		th.Track.Render(strings.Repeat(theme.Empty, w-full))
}

// Pips shows a small quota: a sign for each, full for those that are left. In w
// cells; where they do not fit one for each, a gauge.
func Pips(th *theme.Theme, left, most, w int) string {
	style := barStyle(th, left, most)
	apart := 0
	switch {
	case most <= 0 || most > w:
		return Gauge(th, left, max(1, most), w)
	case most*3-2 <= w:
		apart = 2
	case most*2-1 <= w:
		apart = 1
	}
	row := func(sign string, n int) string {
		return strings.Repeat(sign+strings.Repeat(" ", apart), max(0, n))
	}
	left = max(0, min(left, most))
	full, gone := row(theme.Dot, left), row(theme.Ring, most-left)
	if gone == "" {
		full = strings.TrimRight(full, " ")
	}
	return style.Render(full) + th.Track.Render(strings.TrimRight(gone, " "))
}

// low says that little is left of a quota: from 3 of 10 on.
func low(left, most int) bool { return left*10 <= most*3 }

func barStyle(th *theme.Theme, left, most int) lipgloss.Style {
	switch {
	case left <= 0:
		return th.Err
	case low(left, most):
		return th.Warn
	}
	return th.Bar
}

// LevelSign says in a sign, in its colour, whether much, little or nothing is left.
func LevelSign(th *theme.Theme, left, most int) string {
	switch {
	case left <= 0:
		return th.Err.Render(theme.Stop)
	case low(left, most):
		return th.Warn.Render(theme.Alert)
	}
	return th.OK.Render(theme.Dot)
}

var eighths = []string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}

// Strip is a bar without a track, exact to an eighth of a cell, at most w
// cells long: for comparing figures one above the other.
func Strip(th *theme.Theme, value, most, w int) string {
	if w <= 0 || most <= 0 || value <= 0 {
		return ""
	}
	n := max(1, value*w*8/most)
	s := strings.Repeat(theme.Full, n/8)
	if !th.ASCII {
		s += eighths[n%8]
	}
	if s == "" {
		s = theme.Full
	}
	return th.Bar.Render(s)
}

// Gap is a column of a chart without a measure: it stays empty, unlike a measured zero.
var Gap = math.NaN()

// Chart draws one column a value, h rows high, in a style; top is the value of a
// full column. Exact to an eighth of a row.
func Chart(style lipgloss.Style, values []float64, top float64, h int) []string {
	const steps = 8 // of a cell
	level := func(v float64) int {
		switch {
		case math.IsNaN(v):
			return 0
		case top <= 0 || v <= 0:
			return 1
		}
		return max(1, min(h*steps, int(math.Round(v/top*float64(h*steps)))))
	}
	rows := make([]string, max(0, h))
	for i := range rows {
		var b strings.Builder
		for _, v := range values {
			b.WriteString(theme.Heights[max(0, min(steps, level(v)-(h-1-i)*steps))])
		}
		rows[i] = style.Render(b.String())
	}
	return rows
}
