package renderer

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/cells"
)

const (
	reset     = "\x1b[0m"        // ends every style
	eraseRest = reset + "\x1b[K" // of the line
)

// changed is what has to be written where a line stood before: the column, the
// style that holds there, and the part up to where both are alike again. Both
// lines take the same cells, and no terminal counts them otherwise.
func changed(before, now string) (col int, style, part string) {
	n := 0
	for n < len(before) && n < len(now) && before[n] == now[n] {
		n++
	}
	var state byte
	from, ahead, at := 0, 0, 0
	styles := ""
	for at < n {
		seq, width, size, next := ansi.DecodeSequence(now[at:], state, nil)
		if at+size > n {
			break
		}
		if width > 0 { // the last cell in common may be of a longer cluster
			from, col, style = at, ahead, styles
		}
		at, ahead, state = at+size, ahead+width, next
		switch {
		case seq == reset || seq == "\x1b[m":
			styles = ""
		case seq[0] == 0x1b:
			styles += seq
		}
	}
	to := len(now)
	for same := len(before); to > from && same > from && before[same-1] == now[to-1]; {
		to, same = to-1, same-1
	}
	if i := strings.Index(now[to:], reset); i >= 0 { // from a reset on the style is known
		to += i + len(reset)
		if cells.Width(now[:to]) == cells.Width(before[:len(before)-(len(now)-to)]) {
			return col, style, now[from:to]
		}
	}
	if short := strings.TrimRight(now, " "); len(short) < len(now) && from < len(short) {
		return col, style, short[from:] + eraseRest
	}
	return col, style, now[from:]
}
