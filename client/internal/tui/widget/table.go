package widget

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/theme"
)

// Column is one column of a table. Exactly one should have Width 0: it takes
// what is left.
type Column struct {
	Title string
	Width int
	Right bool            // numbers
	From  int             // shown only from this many cells of table width
	Style *lipgloss.Style // nil: plain
}

// Table is a cursor over n rows and a window on them. It keeps no row: only
// those in sight are asked for, so 100,000 cost what 20 do.
type Table struct {
	Cur, top, height int
}

// SetHeight says how many rows are in sight, the head not counted.
func (t *Table) SetHeight(h int) { t.height = max(1, h) }

// Height is how many rows are in sight.
func (t *Table) Height() int { return t.height }

// Top is the first row in sight.
func (t *Table) Top() int { return t.top }

// Panel is the panel around the table of n rows, which the keys go to.
func (t *Table) Panel(title string, n int) Panel {
	t.Clamp(n)
	return Panel{Title: title, Focused: true, Top: t.top, Shown: t.height, Total: n}
}

// Shift keeps the cursor and the window on their rows where n others came before
// them.
func (t *Table) Shift(n int) {
	t.Cur += n
	if t.top > 0 {
		t.top += n
	}
}

// Key moves the cursor; used is false where the key is none of the table's.
func (t *Table) Key(k tea.KeyMsg, n int) (used bool) {
	switch {
	case keys.Up.Is(k):
		t.Cur--
	case keys.Down.Is(k):
		t.Cur++
	case keys.PageUp.Is(k):
		t.Cur -= t.height
	case keys.PageDown.Is(k):
		t.Cur += t.height
	case keys.Top.Is(k):
		t.Cur = 0
	case keys.Bottom.Is(k):
		t.Cur = n - 1
	default:
		return false
	}
	t.Clamp(n)
	return true
}

// Window is the rows in sight of n.
func (t *Table) Window(n int) (from, to int) {
	t.Clamp(n)
	return t.top, min(n, t.top+t.Height())
}

// Click moves the cursor to a row; again says that it stood there already.
func (t *Table) Click(i, n int) (again bool) {
	again = t.Cur == i
	t.Cur = i
	t.Clamp(n)
	return again
}

// Clamp brings the cursor and the window back inside n rows.
func (t *Table) Clamp(n int) {
	t.Cur = max(0, min(t.Cur, n-1))
	h := max(1, t.height)
	if t.Cur < t.top {
		t.top = t.Cur
	}
	if t.Cur >= t.top+h {
		t.top = t.Cur - h + 1
	}
	t.top = max(0, min(t.top, n-h))
}

// View draws the head, where a column has a title, and the rows in sight in w cells. focused is whether the
// cursor is the user's now. The cursor is a sign as well as a style: without
// colours styles are dropped.
func (t *Table) View(th *theme.Theme, cols []Column, n, w int, focused bool, row func(i int) []string) string {
	t.Clamp(n)
	widths := layout(cols, w-3)
	var b strings.Builder
	head := make([]string, len(cols))
	for i, c := range cols {
		head[i] = c.Title
	}
	if strings.Join(head, "") != "" {
		b.WriteString("   " + th.Faint.Render(line(cols, widths, head, false)) + "\n")
	}
	for i := t.top; i < min(n, t.top+max(1, t.height)); i++ {
		if i > t.top {
			b.WriteByte('\n')
		}
		if i == t.Cur && focused { // it has one style, whatever its cells have
			selected := ansi.Strip(line(cols, widths, row(i), false))
			b.WriteString(" " + cells.Caret + RowZone(i, th.Selected.Render(theme.RowMark+" "+selected)))
			continue
		}
		b.WriteString("   " + RowZone(i, line(cols, widths, row(i), true)))
	}
	return b.String()
}

// layout shares w cells between the columns that are shown; 0 hides one.
func layout(cols []Column, w int) []int {
	widths := make([]int, len(cols))
	free, flex := w, -1
	for i, c := range cols {
		switch {
		case c.From > w:
		case c.Width == 0:
			flex = i
		default:
			widths[i] = c.Width
			free -= c.Width + gap
		}
	}
	if flex >= 0 {
		widths[flex] = max(1, free)
	}
	return widths
}

// gap is how many blanks stand between two columns.
const gap = 2

func line(cols []Column, widths []int, cells []string, styled bool) string {
	var b strings.Builder
	first := true
	for i, c := range cols {
		if widths[i] == 0 || i >= len(cells) {
			continue
		}
		if !first {
			b.WriteString(strings.Repeat(" ", gap))
		}
		first = false
		s := Fit(cells[i], widths[i])
		if c.Right {
			s = FitRight(cells[i], widths[i])
		}
		if styled && c.Style != nil {
			s = c.Style.Render(s)
		}
		b.WriteString(s)
	}
	return b.String()
}
