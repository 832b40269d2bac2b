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

// Column is one column of a table. It is as wide as what is shown of it, its title
// included. Exactly one should have Width 0: it takes what is left.
type Column struct {
	Title string
	Width int             // at most, where there is not room for all
	Right bool            // numbers
	From  int             // shown only from this many cells of table width
	Style *lipgloss.Style // nil: plain
}

// Table is a cursor over n rows and a window on them. It keeps no row: only
// those in sight are asked for, so 100,000 cost what 20 do.
type Table struct {
	Cur    int
	Top    int // the first row in sight
	Height int // how many rows are in sight, the head not counted
}

// Panel is the panel around the table of n rows, which the keys go to.
func (t *Table) Panel(title string, n int) Panel {
	t.Clamp(n)
	return Panel{Title: title, Focused: true, Top: t.Top, Shown: t.Height, Total: n}
}

// Shift keeps the cursor and the window on their rows where n others came before them.
func (t *Table) Shift(n int) {
	t.Cur += n
	if t.Top > 0 {
		t.Top += n
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
		t.Cur -= t.Height
	case keys.PageDown.Is(k):
		t.Cur += t.Height
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

// Click moves the cursor to a row; again says that it stood there already.
func (t *Table) Click(i, n int) (again bool) {
	again = t.Cur == i
	t.Cur = i
	t.Clamp(n)
	return again
}

// Clamp brings the cursor and the window back inside n rows.
func (t *Table) Clamp(n int) {
	t.Height = max(1, t.Height)
	t.Cur = max(0, min(t.Cur, n-1))
	t.Top = min(t.Cur, max(t.Top, t.Cur-t.Height+1))
	t.Top = max(0, min(t.Top, n-t.Height))
}

// View draws the head, where a column has a title, and the rows in sight in w cells.
// focused is whether the cursor is the user's now. The cursor is a sign as well as a
// style: without colours styles are dropped.
func (t *Table) View(th *theme.Theme, cols []Column, n, w int, focused bool, row func(i int) []string) string {
	t.Clamp(n)
	var heads []string
	for _, c := range cols {
		heads = append(heads, c.Title)
	}
	var rows [][]string
	for i := t.Top; i < min(n, t.Top+t.Height); i++ {
		rows = append(rows, row(i))
	}
	widths := layout(cols, rows, w-2)
	var l Lines
	if head := line(cols, widths, heads, false); strings.TrimSpace(head) != "" {
		l.Add("  " + th.Faint.Render(head))
	}
	for k, texts := range rows {
		i := t.Top + k
		if i == t.Cur && focused { // it has one style, whatever its cells have
			selected := ansi.Strip(line(cols, widths, texts, false))
			l.Add(cells.Caret + RowZone(i, th.Selected.Render(theme.RowMark+" "+selected)))
			continue
		}
		l.Add("  " + RowZone(i, line(cols, widths, texts, true)))
	}
	return l.String()
}

// Grid draws rows without a head or a cursor.
func Grid(cols []Column, rows [][]string, w int) (l Lines) {
	widths := layout(cols, rows, w)
	for _, texts := range rows {
		l.Add(line(cols, widths, texts, true))
	}
	return l
}

// layout shares w cells between the columns that are shown; 0 hides one. Each gets
// what it needs, at most its Width; what the one without a Width leaves goes to those
// that need more.
func layout(cols []Column, rows [][]string, w int) []int {
	widths, need := make([]int, len(cols)), make([]int, len(cols))
	free, flex := w+gap, -1
	for i, c := range cols {
		if c.From > w {
			continue
		}
		need[i] = Width(c.Title)
		for _, texts := range rows {
			need[i] = max(need[i], Width(texts[i]))
		}
		if widths[i] = min(need[i], c.Width); c.Width == 0 {
			flex = i
		}
		if widths[i] > 0 || i == flex {
			free -= widths[i] + gap
		}
	}
	for i := range cols {
		more := min(need[i]-widths[i], free-need[flex])
		if i != flex && more > 0 {
			widths[i], free = widths[i]+more, free-more
		}
	}
	widths[flex] = max(1, free)
	return widths
}

const gap = 2 // how many blanks stand between two columns

func line(cols []Column, widths []int, texts []string, styled bool) string {
	var parts []string
	for i, c := range cols {
		if widths[i] == 0 {
			continue
		}
		s := Fit(texts[i], widths[i])
		if c.Right {
			s = FitRight(texts[i], widths[i])
		}
		if styled && c.Style != nil {
			s = c.Style.Render(s)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, strings.Repeat(" ", gap))
}
