package link

import (
	"strings"

	"etuservices/protocol"
)

// Clean removes from foreign text what would drive a terminal or turn, hide or
// overprint what stands around it: control characters (and with ESC and CSI every
// escape sequence), bidirectional marks, characters that nobody sees, piles of
// combining marks; bytes that are no UTF-8 are shown as U+FFFD. It is called once,
// where a line enters the program.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	return protocol.BoundMarks(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case protocol.Unprintable(r):
			return -1
		}
		return r // U+FFFD for a byte that is no UTF-8
	}, s))
}

func isClean(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return protocol.Legible(s)
		}
	}
	return true
}
