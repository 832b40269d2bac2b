package renderer

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/cells"
)

// anchor makes a line stand in a terminal that counts its cells otherwise:
// behind characters whose width terminals disagree about, the column is said
// anew wherever the next thing has its place. First the line is drawn with blanks
// from each of them up to the next column that is said, in the right style: a
// terminal that takes fewer cells leaves nothing else there. Then it is drawn
// with them, stepping over the gaps: where they take more room than we believe,
// all of a text still shows as long as its gap lasts.
func anchor(line string) (anchored string, doubt bool) {
	if ascii(line) {
		return line, false
	}
	var without, with strings.Builder
	var state byte
	col, off := 0, false
	say := func() {
		with.WriteString("\x1b[" + strconv.Itoa(col+1) + "G")
		off = false
	}
	for rest := line; rest != ""; {
		seq, width, n, next := ansi.DecodeSequence(rest, state, nil)
		rest, state = rest[n:], next
		switch {
		case seq[0] == 0x1b:
		case off && seq == " ":
			after := strings.TrimLeft(rest, " ")
			more := len(rest) - len(after)
			if more == 0 && after != "" && after[0] != 0x1b {
				break // between two words
			}
			without.WriteString(rest[:more])
			rest = after
			col += more
			say()
		case off && sign(seq):
			say()
		case cells.Doubtful(seq):
			off, doubt = true, true
		}
		if off && seq[0] != 0x1b {
			without.WriteString(strings.Repeat(" ", width))
		} else {
			without.WriteString(seq)
		}
		with.WriteString(cells.Simple(seq, width))
		col += width
	}
	if !doubt {
		return line, false
	}
	return without.String() + eraseRest + "\r" + with.String(), true
}

// sign says that a cluster is one of the program's, with a place of its own.
func sign(cluster string) bool {
	r, _ := utf8.DecodeRuneInString(cluster)
	return (r == '…' || r >= 0x2190 && r < 0x2900) && !cells.Doubtful(cluster)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
