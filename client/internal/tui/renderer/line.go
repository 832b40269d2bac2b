package renderer

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/cells"
)

const (
	reset     = "\x1b[0m"        // ends every style
	eraseRest = reset + "\x1b[K" // of the line
)

// cell is a character of a line with its style; the second of a wide one is empty.
type cell struct{ text, style string }

var blank = cell{text: " "}

// cellsOf are the cells of a line, and what of it stands before the first.
func cellsOf(line string) (list []cell) {
	var state byte
	style := ""
	for line != "" {
		seq, width, n, next := ansi.DecodeSequence(line, state, nil)
		line, state = line[n:], next
		switch {
		case width > 0:
			list = append(list, cell{seq, style})
			for range width - 1 {
				list = append(list, cell{style: style})
			}
		case seq == reset || seq == "\x1b[m":
			style = ""
		case seq[0] == 0x1b:
			style += seq
		case len(list) > 0: // a combining character of its own
			list[len(list)-1].text += seq
		}
	}
	return list
}

// changed is what has to be written for a line in a row (from 1) where another stood before:
// from the first cell that changed to the last. Both take the same cells, and no terminal
// counts them otherwise. The neighbours are written too: some fonts reach into them.
func changed(row int, before, now string) string {
	was, is := cellsOf(before), cellsOf(now)
	from, to, ink := 0, len(is), len(is)
	for ink > 0 && is[ink-1] == blank {
		ink--
	}
	same := func(i int) bool { return i < len(was) && was[i] == is[i] }
	for from < to && same(from) {
		from++
	}
	for to > from && same(to-1) {
		to--
	}
	if from == to {
		return ""
	}
	for from = max(0, from-1); from > 0 && is[from].text == ""; {
		from-- // to the first cell of a wide character
	}
	for to = min(len(is), to+1); to < len(is) && is[to].text == ""; {
		to++
	}
	var b strings.Builder
	b.WriteString("\x1b[" + strconv.Itoa(row) + ";" + strconv.Itoa(from+1) + "H")
	write(&b, is[from:max(from, min(to, ink))])
	if to > ink { // behind it all is blank
		b.WriteString(eraseRest)
	}
	return b.String()
}

// write draws cells, and leaves no style behind.
func write(b *strings.Builder, list []cell) {
	style := ""
	for _, c := range append(slices.Clip(list), cell{}) {
		if c.style != style {
			if style != "" {
				b.WriteString(reset)
			}
			style = c.style
			b.WriteString(style)
		}
		b.WriteString(c.text)
	}
}

// anchor makes a line stand in a terminal that counts its cells otherwise:
// behind characters whose width terminals disagree about, the column is said
// anew wherever the next thing has its place. First the line is drawn with blanks
// from each of them up to the next column that is said, in the right style: a
// terminal that takes fewer cells leaves nothing else there. Then it is drawn
// with them, stepping over the gaps: where they take more room than we believe,
// all of a text still shows as long as its gap lasts.
func anchor(line string) (anchored string, doubt bool) {
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
