package widget

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/theme"
)

// Panel is a framed part of a page. lipgloss.Style.Border has no place for a
// title, a foot or a scroll bar in its lines: only its characters are used.
type Panel struct {
	Title   string
	Right   string // at the right end of the top line: a count, a key
	Foot    string // at the right end of the bottom line: position, age
	Focused bool   // the keys go here
	// Style is that of the frame and the title where it says something: a sale.
	Style *lipgloss.Style
	// Top, Shown and Total are the rows above, in sight and in all: where some
	// are out of sight, the right side is a scroll bar.
	Top, Shown, Total int
}

// PanelW and PanelH are what a frame takes of the width and of the height.
const (
	PanelW = 4
	PanelH = 2
)

// View draws the panel in w x h cells, the frame included.
func (p Panel) View(th *theme.Theme, body string, w, h int) string {
	if w < PanelW || h < PanelH {
		return Frame("", w, h)
	}
	border, line, title := lipgloss.RoundedBorder(), th.Border, th.Strong
	mark := ""
	if p.Focused {
		line, title = th.BorderFocus, th.Title
		mark = th.Accent.Render(theme.Cursor) + " "
	}
	if p.Style != nil {
		line, title, mark = *p.Style, *p.Style, ""
	}
	in, rows := w-PanelW, h-PanelH
	var b strings.Builder
	b.WriteString(line.Render(border.TopLeft) + p.edge(th, line, mark, title, w-2) + line.Render(border.TopRight))
	left, right := line.Render(border.Left), line.Render(border.Right)
	from, to := p.thumb(rows)
	lines := append(strings.Split(body, "\n"), make([]string, rows)...)[:rows]
	for i, text := range lines {
		side := right
		if i >= from && i < to {
			side = th.Accent.Render(theme.Thumb)
		}
		b.WriteString("\n" + left + " " + Fit(text, in) + " " + side)
	}
	foot := ""
	if n := Width(p.Foot); n > 0 && n+4 <= w-2 { // a style around nothing is nothing
		foot = " " + p.Foot + " " + line.Render(border.Bottom)
	}
	b.WriteString("\n" + line.Render(border.BottomLeft+strings.Repeat(border.Bottom, w-2-Width(foot))) + foot + line.Render(border.BottomRight))
	return b.String()
}

// edge is the top line in w cells without its corners.
func (p Panel) edge(th *theme.Theme, line lipgloss.Style, mark string, title lipgloss.Style, w int) string {
	if p.Title == "" || w < 5 {
		return line.Render(strings.Repeat(theme.Rule, w))
	}
	right := ""
	if p.Right != "" {
		right = " " + th.Faint.Render(p.Right) + " " + line.Render(theme.Rule)
	}
	room := w - 3 - Width(mark)
	if Width(p.Title)+Width(right)+1 > room {
		right = ""
	}
	text := p.Title
	if Width(text) > room {
		text = Fit(text, room)
	}
	left := line.Render(theme.Rule) + " " + mark + title.Render(text) + " "
	return left + line.Render(strings.Repeat(theme.Rule, max(0, w-Width(left)-Width(right)))) + right
}

// thumb is which rows of the right side are the scroll bar.
func (p Panel) thumb(rows int) (from, to int) {
	if p.Shown <= 0 || p.Total <= p.Shown || rows <= 0 {
		return 0, 0
	}
	size := max(1, rows*p.Shown/p.Total)
	from = (rows - size) * p.Top / (p.Total - p.Shown)
	return from, from + size
}

// Gutter is how many blanks stand between two panels side by side.
const Gutter = 1

// Columns puts blocks side by side, each as high as the first and of lines of one width,
// with a gutter between them. (lipgloss.JoinHorizontal would measure every line again.)
func Columns(blocks ...string) string {
	rows := strings.Split(blocks[0], "\n")
	for _, block := range blocks[1:] {
		lines := strings.Split(block, "\n")
		for i := range min(len(rows), len(lines)) {
			rows[i] += strings.Repeat(" ", Gutter) + lines[i]
		}
	}
	return strings.Join(rows, "\n")
}

// Rows puts blocks one below the other.
func Rows(blocks ...string) string { return strings.Join(blocks, "\n") }

// Share shares total cells by weight. The parts, with gap cells between each two, add up
// to total.
func Share(total, gap int, weights ...int) []int {
	free, sum := max(0, total-gap*(len(weights)-1)), 0
	for _, n := range weights {
		sum += n
	}
	parts := make([]int, len(weights))
	for i, n := range weights {
		parts[i] = free * n / sum
		free, sum = free-parts[i], sum-n
	}
	return parts
}

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
	bw, bh := lipgloss.Size(box)
	return Overlay(base, box, max(0, (w-bw)/2), max(0, (h-bh)/2))
}

// Card draws lines of w cells in a frame of a style with a title, for what asks nothing.
func Card(th *theme.Theme, style lipgloss.Style, title string, lines []string, w int) string {
	return Panel{Title: title, Style: &style}.View(th, strings.Join(lines, "\n"), w+PanelW, len(lines)+PanelH)
}

// Box is the frame of a dialog of inner width w, with a blank line above its text.
func Box(th *theme.Theme, title string, lines []string, w int) string {
	return Card(th, th.Title, title, append([]string{""}, lines...), w)
}
