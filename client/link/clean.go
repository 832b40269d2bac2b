package link

import (
	"strings"
	"unicode/utf8"

	"etuservices/protocol"
)

// Clean removes from foreign text what would drive a terminal or turn what
// stands around it: control characters (and with ESC and CSI every escape
// sequence), bidirectional marks, bytes that are no UTF-8 (shown as U+FFFD). It is
// called once, where a line enters the program.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteByte(' ')
		case !hostile(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isClean(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return utf8.ValidString(s) && !strings.ContainsFunc(s, hostile)
		}
	}
	return true
}

// hostile adds to the protocol's rule the marks that may stand in stored text
// but have no place in a table on a screen.
func hostile(r rune) bool {
	switch r {
	case 0x061c, 0x200e, 0x200f, 0xfeff:
		return true
	}
	return protocol.Hostile(r)
}
