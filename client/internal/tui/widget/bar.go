package widget

import (
	"strings"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/tui/theme"
)

// Gauge is a bar of w cells of which part/whole is full, on a visible track.
// Anything above zero shows at least one full cell: "some left" must not look
// like "none left".
func Gauge(th *theme.Theme, part, whole, w int) string {
	if w <= 0 {
		return ""
	}
	full := 0
	if whole > 0 && part > 0 {
		full = min(w, max(1, (part*w+whole/2)/whole))
	}
	return barStyle(th, Level(part, whole)).Render(strings.Repeat(theme.Full, full)) +
		th.Track.Render(strings.Repeat(theme.Empty, w-full))
}

// QuotaLevel says how a quota stands.
type QuotaLevel uint8

// Low begins at 3 of 10.
const (
	Plenty QuotaLevel = iota
	Low
	None
)

// Level says how part of whole stands.
func Level(part, whole int) QuotaLevel {
	switch {
	case part <= 0:
		return None
	case part*10 <= whole*3:
		return Low
	}
	return Plenty
}

// barStyle is that of the filled part of a bar.
func barStyle(th *theme.Theme, l QuotaLevel) lipgloss.Style {
	switch l {
	case Low:
		return th.Warn
	case None:
		return th.Err
	}
	return th.Bar
}

// LevelSign is the sign that goes with a level, in its colour.
func LevelSign(th *theme.Theme, l QuotaLevel) string {
	switch l {
	case Low:
		return th.Warn.Render(theme.Alert)
	case None:
		return th.Err.Render(theme.Stop)
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
