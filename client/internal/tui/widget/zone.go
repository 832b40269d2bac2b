package widget

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/cells"
)

// A zone is a part of the frame that can be clicked on. Its two marks are control strings of
// no width (APC), so lines can be cut and joined without knowing of them; they never reach
// the terminal.
const (
	zoneBegin = "\x1b_"
	zoneEnd   = "\x1b\\"
)

// KeyZone is a zone that stands for a key, by its code.
func KeyZone(code, s string) string { return zone("k"+code, s) }

// RowZone is a zone with a number: a row of a list, a field of a form.
func RowZone(i int, s string) string { return zone("r"+strconv.Itoa(i), s) }

// zone marks every line of s: a zone does not go beyond the end of its line.
func zone(name, s string) string {
	const end = zoneBegin + zoneEnd
	begin := zoneBegin + name + zoneEnd
	return begin + strings.ReplaceAll(s, "\n", end+"\n"+begin) + end
}

// WithoutZones takes the marks out of a frame.
func WithoutZones(s string) string {
	before, rest, found := strings.Cut(s, zoneBegin)
	if !found {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for ; found; before, rest, found = strings.Cut(rest, zoneBegin) {
		b.WriteString(before)
		_, rest, _ = strings.Cut(rest, zoneEnd)
	}
	return b.String() + before
}

// ZoneAt is the zone of a frame at a cell, if any: the code of its key, or else its number.
func ZoneAt(frame string, x, y int) (code string, row int, ok bool) {
	lines := strings.Split(frame, "\n")
	if y < 0 || y >= len(lines) {
		return "", 0, false
	}
	name, col := "", 0
	for rest := lines[y]; rest != ""; {
		if after, is := strings.CutPrefix(rest, zoneBegin); is {
			name, rest, _ = strings.Cut(after, zoneEnd)
			continue
		}
		seq, _, n, _ := ansi.DecodeSequence(rest, 0, nil)
		rest = rest[n:]
		if col += cells.Width(seq); col > x {
			break
		}
	}
	code, is := strings.CutPrefix(name, "k")
	if col <= x || is {
		return code, 0, is && col > x
	}
	row, err := strconv.Atoi(strings.TrimPrefix(name, "r"))
	return "", row, err == nil
}
