package widget

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
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

// Card draws lines of w cells in a frame of a style with a title, for what asks
// nothing.
func Card(th *theme.Theme, style lipgloss.Style, title string, lines []string, w int) string {
	return Panel{Title: title, Style: &style}.View(th, strings.Join(lines, "\n"), w+PanelW, len(lines)+PanelH)
}

// Box is the frame of a dialog of inner width w, with a blank line above its
// text.
func Box(th *theme.Theme, title string, lines []string, w int) string {
	return Card(th, th.Title, title, append([]string{""}, lines...), w)
}
