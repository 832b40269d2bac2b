package widget

import (
	"math"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/tui/theme"
)

// Gap is a column of a chart for which there is no measure: it stays empty,
// where a measured zero is a line at the bottom.
var Gap = math.NaN()

// Chart draws one column a value, h rows high, in a style; top is the value of a
// full column. Exact to an eighth of a row.
func Chart(style lipgloss.Style, values []float64, top float64, h int) []string {
	const steps = 8 // of a cell
	rows := make([]strings.Builder, max(0, h))
	for _, v := range values {
		level := 0
		switch {
		case math.IsNaN(v):
		case top <= 0 || v <= 0:
			level = 1
		default:
			level = max(1, min(h*steps, int(math.Round(v/top*float64(h*steps)))))
		}
		for i := range rows {
			under := (h - 1 - i) * steps
			rows[i].WriteString(theme.Heights[max(0, min(steps, level-under))])
		}
	}
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = style.Render(rows[i].String())
	}
	return out
}
