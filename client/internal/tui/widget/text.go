// Package widget holds the parts that pages are made of. A widget draws what
// it is given in the width it is given; it does no I/O and knows no page.
package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/theme"
)

// Width is how many cells s takes.
func Width(s string) int { return cells.Width(s) }

// Fit makes s exactly w cells: cut with "…", or padded on the right.
func Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := Width(s)
	if n > w {
		s = ansi.Truncate(s, w, "…")
		n = Width(s) // a wide character may leave a cell free
	}
	return s + strings.Repeat(" ", max(0, w-n))
}

// FitRight is Fit with the padding on the left, for numbers.
func FitRight(s string, w int) string {
	if n := Width(s); n < w {
		return strings.Repeat(" ", w-n) + s
	}
	return Fit(s, w)
}

// Ends puts left and right at the two ends of a line of w cells; left gives way first.
func Ends(left, right string, w int) string {
	free := w - Width(right)
	if free < 1 {
		return Fit(right, w)
	}
	return Fit(left, free) + right
}

// Frame makes a text exactly w x h cells: what a page or the screen must be.
func Frame(s string, w, h int) string {
	h = max(0, h)
	lines := append(strings.Split(s, "\n"), make([]string, h)...)[:h]
	for i, line := range lines {
		lines[i] = Fit(line, w)
	}
	return strings.Join(lines, "\n")
}

// Wrap breaks a text into lines of at most w cells, at blanks where it can.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, w, ""), "\n")
}

// Middle puts a block of width block into the middle of w x h cells, at the top if too high.
func Middle(s string, w, h, block int) string {
	return strings.Repeat("\n", max(0, (h-strings.Count(s, "\n")-1)/2)) + Indent(s, max(0, (w-block)/2))
}

// Indent puts n blanks before every line.
func Indent(s string, n int) string {
	pad := strings.Repeat(" ", n)
	return pad + strings.ReplaceAll(s, "\n", "\n"+pad)
}

// Tabs draws names in a row, the one at cur marked.
func Tabs(th *theme.Theme, cur int, names ...string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		if i == cur {
			parts[i] = th.Selected.Render(theme.Cursor + name + " ")
			continue
		}
		parts[i] = " " + name + " "
	}
	return strings.Join(parts, " ")
}

// Buttons draws buttons, the one at focus (negative: none) with the cursor. They
// are zones, the first with the number first.
func Buttons(th *theme.Theme, first, focus int, names ...string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		if i == focus {
			name = cells.Caret + th.Button.Render(theme.Cursor+" "+name+"  ")
		} else {
			name = "[ " + name + " ]"
		}
		parts[i] = RowZone(first+i, name)
	}
	return strings.Join(parts, "  ")
}

// Lines gathers the lines of a page.
type Lines []string

// Add adds texts, each of one line or more.
func (l *Lines) Add(texts ...string) {
	for _, t := range texts {
		*l = append(*l, strings.Split(t, "\n")...)
	}
}

// String joins the lines.
func (l Lines) String() string { return strings.Join(l, "\n") }

// Foot puts foot at the bottom of h lines; where there is no room for both, the foot wins.
func (l Lines) Foot(h int, foot ...string) string {
	top := max(0, h-len(foot))
	for len(l) < top {
		l = append(l, "")
	}
	return strings.Join(append(l[:top:top], foot...), "\n")
}
