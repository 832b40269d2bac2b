package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/theme"
)

// Overlay lays box over base with its corner at (x, y); base stays visible
// around it. Cells are counted, so a wide character cut in two becomes a blank.
func Overlay(base, box string, x, y int) string {
	lines := strings.Split(base, "\n")
	for i, row := range strings.Split(box, "\n") {
		at := y + i
		if at < 0 || at >= len(lines) {
			continue
		}
		w := Width(row)
		left := Fit(ansi.Truncate(lines[at], x, ""), x)
		free := max(0, Width(lines[at])-x-w)
		right := ansi.TruncateLeft(lines[at], x+w, "")
		for more := 1; Width(right) > free; more++ {
			right = ansi.TruncateLeft(lines[at], x+w+more, "")
		}
		right = FitRight(right, free)
		lines[at] = left + row + right
	}
	return strings.Join(lines, "\n")
}

// OverlayCenter lays box over the middle of a base of w x h cells.
func OverlayCenter(base, box string, w, h int) string {
	bw, bh := Size(box)
	return Overlay(base, box, max(0, (w-bw)/2), max(0, (h-bh)/2))
}

// Size is the width and height of a text.
func Size(s string) (w, h int) {
	for line := range strings.SplitSeq(s, "\n") {
		w, h = max(w, Width(line)), h+1
	}
	return w, h
}

// Card draws lines of w cells in a border, for what asks nothing.
func Card(th *theme.Theme, lines []string, w int) string {
	side := th.Title.Render("│")
	rule := strings.Repeat("─", w+2)
	out := []string{th.Title.Render("╭" + rule + "╮")}
	for _, l := range lines {
		out = append(out, side+" "+Fit(l, w)+" "+side)
	}
	return strings.Join(append(out, th.Title.Render("╰"+rule+"╯")), "\n")
}

// Box draws a dialog of inner width w: a border, a title in it, a blank line
// above and below the text.
func Box(th *theme.Theme, title string, lines []string, w int) string {
	var b strings.Builder
	title = ansi.Truncate(title, max(0, w-4), "…")
	rest := max(0, w+1-Width(title)-2)
	b.WriteString(th.Faint.Render("╭─ ") + th.Title.Render(title) + th.Faint.Render(" "+strings.Repeat("─", rest)+"╮"))
	side := th.Faint.Render("│")
	row := func(s string) {
		b.WriteString("\n" + side + " " + Fit(s, w) + " " + side)
	}
	row("")
	for _, l := range lines {
		row(l)
	}
	b.WriteString("\n" + th.Faint.Render("╰"+strings.Repeat("─", w+2)+"╯"))
	return b.String()
}
