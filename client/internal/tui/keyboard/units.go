package keyboard

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// unfinished is the beginning of a character at the end of b.
func unfinished(b []byte) []byte {
	for i := max(0, len(b)-utf8.UTFMax+1); i < len(b); i++ {
		if utf8.RuneStart(b[i]) && !utf8.FullRune(b[i:]) {
			return slices.Clone(b[i:])
		}
	}
	return nil
}

// next finds what b begins with: b[:n] is unit (empty: nothing that anybody
// wants). n is 0 where more bytes decide, within wait.
func next(b []byte) (n int, unit []byte, wait time.Duration) {
	switch {
	case b[0] == esc:
		return sequence(b)
	case b[0] < utf8.RuneSelf:
		return 1, b[:1], 0
	case !utf8.FullRune(b):
		return 0, nil, restWait
	}
	n, unit = character(b)
	return n, unit, 0
}

// character takes one character that is no ASCII.
func character(b []byte) (n int, unit []byte) {
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError || r < 0xa0 { // no text, and C1 controls
		return n, nil
	}
	return n, b[:n]
}

// sequence takes an escape sequence, or the Esc key alone.
func sequence(b []byte) (n int, unit []byte, wait time.Duration) {
	if len(b) == 1 {
		return 0, nil, escWait
	}
	switch b[1] {
	case '[':
		return csi(b)
	case 'O':
		return ss3(b)
	case '\\': // the end of a text
		return 2, nil, 0
	case ']', 'P', '_':
		if len(b) == 2 {
			return 0, nil, escWait
		}
		if kindOf(b) == text {
			if n, over := rest(b[2:], text); over {
				return 2 + n, b[:2+n], 0
			}
			return 0, nil, restWait
		}
	}
	if b[1] >= 'a' && b[1] <= 'z' { // Alt and a letter: a field edits by some
		return 2, b[:2], 0
	}
	return 1, b[:1], 0 // Esc, then another key
}

// isReply says that a whole sequence is the answer of a terminal: OSC, DCS or APC.
func isReply(unit []byte) bool {
	return len(unit) >= 3 && unit[0] == esc && (unit[1] == ']' || unit[1] == 'P' || unit[1] == '_')
}

// ss3 takes a key in application mode, of which bubbletea does not know Home and End.
func ss3(b []byte) (n int, unit []byte, wait time.Duration) {
	if len(b) == 2 {
		return 0, nil, escWait
	}
	switch b[2] {
	case 'A', 'B', 'C', 'D', 'P', 'Q', 'R', 'S':
		return 3, b[:3], 0
	case 'H', 'F':
		return 3, []byte{esc, '[', b[2]}, 0
	}
	return 1, b[:1], 0
}

// csi takes a control sequence. A control character ends an unfinished one.
func csi(b []byte) (n int, unit []byte, wait time.Duration) {
	if len(b) == 2 {
		return 0, nil, restWait
	}
	switch b[2] {
	case 'M': // a mouse report of three bytes
		for i := 3; i < 6; i++ {
			if i == len(b) {
				return 0, nil, restWait
			}
			if b[i] < ' ' {
				return i, nil, 0
			}
		}
		return 6, b[:6], 0
	case '[': // function keys of the Linux console
		return longer(b, 'A', 'E')
	case 'O': // shifted arrows of some terminals; alone it reports a lost focus
		if len(b) > 3 && b[3] >= 'a' {
			return longer(b, 'a', 'd')
		}
		return longer(b, 'A', 'D')
	}
	number := true
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c < ' ' || c > '~':
			return i, nil, 0
		case c >= '@', c == '$' && number && i > 2: // rxvt ends shifted keys with $
			return i + 1, b[:i+1], 0
		case c < '0' || c > '9':
			number = false
		}
	}
	return 0, nil, restWait
}

// longer takes four bytes whose last is one of those, or drops the first three.
func longer(b []byte, from, to byte) (n int, unit []byte, wait time.Duration) {
	switch {
	case len(b) == 3:
		return 0, nil, escWait
	case b[3] >= from && b[3] <= to:
		return 4, b[:4], 0
	case b[2] == 'O':
		return 3, b[:3], 0
	}
	return 3, nil, 0
}

// kindOf says what an unfinished sequence is. Where a text would not look like
// a terminal's answer, the keys Esc and ] or P were typed.
func kindOf(b []byte) kind {
	first := b[2]
	digit := first >= '0' && first <= '9'
	switch {
	case b[1] == '[':
		return control
	case b[1] == ']' && digit, b[1] == 'P' && (digit || strings.IndexByte("!$+>", first) >= 0), b[1] == '_' && first == 'G':
		return text
	}
	return plain
}

// rest says how much of b belongs to a sequence, and whether it ends there.
func rest(b []byte, k kind) (n int, over bool) {
	for i, c := range b {
		switch {
		case k == control && c >= ' ' && c < '@':
		case k == control && c >= '@' && c <= '~', k == text && c == bel:
			return i + 1, true
		case k == control, c == esc, c == ctrlC:
			return i, true
		}
	}
	return len(b), false
}

// giveUp decides on the beginning of a unit whose rest does not come.
func giveUp(b []byte) (n int, unit []byte) {
	switch {
	case b[0] != esc:
		return character(b)
	case len(b) <= 2: // Esc, then perhaps another key
		return 1, b[:1]
	case string(b) == "\x1b[O": // the terminal has lost the focus
		return len(b), b
	}
	return len(b), nil
}
