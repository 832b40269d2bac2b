package keyboard

import (
	"bytes"
	"slices"
	"time"
	"unicode/utf8"
)

// Time-outs, from the last byte that came.
const (
	// escWait is how long an ESC may be the beginning of a longer sequence:
	// above the gaps of a slow line, below what a person notices.
	escWait = 120 * time.Millisecond
	// restWait is how long the rest of what has clearly begun may take, and the
	// longest silence inside a paste.
	restWait = time.Second
	// latinWait replaces it where a first byte of UTF-8 may be a whole character
	// of ISO 8859-1.
	latinWait = 60 * time.Millisecond
	// pasteLong is the age from which a paste without its end no longer keeps
	// Ctrl+C to itself.
	pasteLong = 3 * time.Second
)

const (
	// maxPaste bounds a paste in bytes, far above the longest field; the rest
	// up to its end is thrown away.
	maxPaste = 16 << 10
	// maxSequence bounds an escape sequence, as bubbletea's buffer does; a longer
	// one is thrown away.
	maxSequence = 256
)

const (
	esc   = 0x1b
	ctrlC = 0x03
	bel   = 0x07
)

var (
	pasteStart = []byte("\x1b[200~")
	pasteEnd   = []byte("\x1b[201~")
)

// kind is what an unfinished sequence is.
type kind uint8

const (
	plain   kind = iota
	control      // CSI: ESC [ …
	text         // OSC, DCS, APC: a terminal's answer, ended by BEL or ESC \
)

// scanner cuts the bytes of a terminal into units: one key, one mouse report or
// one paste. It owns no clock and no goroutine: each call says what time it is.
type scanner struct {
	latin1 bool // bytes that are no UTF-8 are ISO 8859-1

	units   [][]byte // ready, oldest first
	pending []byte   // the beginning of a unit
	wait    time.Duration
	last    time.Time // when the last byte came
	skip    kind      // the rest of a sequence that was too long is under way

	pasting bool
	late    bool // the paste is older than pasteLong
	began   time.Time
	pasted  []byte
	stop    int // where in pasted a Ctrl+C stands, or -1
}

// feed takes bytes as they came.
func (s *scanner) feed(now time.Time, b []byte) {
	s.last = now
	s.pending = append(s.pending, b...)
	for s.step(now) {
	}
	if len(s.pending) == 0 {
		s.pending = nil
	}
}

// deadline is when expire must be called unless more bytes come first; ok is
// false where nothing is unfinished.
func (s *scanner) deadline() (at time.Time, ok bool) {
	switch {
	case s.pasting:
		at = s.last.Add(restWait)
		if long := s.began.Add(pasteLong); !s.late && long.Before(at) {
			at = long
		}
		return at, true
	case s.skip != plain:
		return s.last.Add(restWait), true
	case len(s.pending) > 0:
		return s.last.Add(s.wait), true
	}
	return at, false
}

// expire decides what is unfinished at its deadline.
func (s *scanner) expire(now time.Time) {
	switch {
	case s.pasting:
		if now.Sub(s.last) >= restWait { // its end will not come
			s.pasting = false
			s.add(s.pending)
			s.pending = nil
			s.interrupted()
			s.release()
			return
		}
		s.late = true
		s.interrupted()
		tail := unfinished(s.pasted)
		s.pasted = s.pasted[:len(s.pasted)-len(tail)]
		s.release()
		s.pasted = tail
		return
	case s.skip != plain:
		s.skip = plain
		return
	case len(s.pending) == 0:
		return
	}
	n, unit := giveUp(s.pending, s.latin1)
	s.take(n, unit)
	for s.step(now) {
	}
}

// step does one thing with what is pending; false when more bytes are needed.
func (s *scanner) step(now time.Time) bool {
	switch {
	case len(s.pending) == 0:
		return false
	case s.pasting:
		return s.paste()
	case s.skip != plain:
		n, over := rest(s.pending, s.skip)
		s.pending = s.pending[n:]
		if over {
			s.skip = plain
		}
		return over
	}
	n, unit, wait := next(s.pending, s.latin1)
	if n == 0 {
		if s.wait = wait; len(s.pending) > maxSequence {
			s.skip, s.pending = kindOf(s.pending), nil
		}
		return false
	}
	switch {
	case bytes.Equal(unit, pasteStart):
		s.pasting, s.late, s.began, s.pasted, s.stop = true, false, now, nil, -1
		unit = nil
	case bytes.Equal(unit, pasteEnd): // of a paste that was over before
		unit = nil
	}
	s.take(n, unit)
	return true
}

func (s *scanner) take(n int, unit []byte) {
	if len(unit) > 0 && len(unit) < maxSequence {
		s.units = append(s.units, slices.Clone(unit))
	}
	s.pending = s.pending[n:]
}

// paste takes what is pending into the paste under way.
func (s *scanner) paste() bool {
	if i := bytes.Index(s.pending, pasteEnd); i >= 0 {
		s.add(s.pending[:i])
		s.pending = s.pending[i+len(pasteEnd):]
		s.pasting = false
		if s.late {
			s.interrupted()
		}
		s.release()
		return true
	}
	keep := 0 // what may be the beginning of the end
	for n := min(len(pasteEnd)-1, len(s.pending)); n > 0; n-- {
		if bytes.HasSuffix(s.pending, pasteEnd[:n]) {
			keep = n
			break
		}
	}
	n := len(s.pending) - keep
	s.add(s.pending[:n])
	s.pending = s.pending[n:]
	if s.late {
		s.interrupted()
	}
	return false
}

// add adds to the paste within its bound.
func (s *scanner) add(b []byte) {
	if i := bytes.IndexByte(b, ctrlC); i >= 0 && s.stop < 0 {
		s.stop = min(len(s.pasted)+i, maxPaste)
	}
	s.pasted = append(s.pasted, b[:min(len(b), maxPaste-len(s.pasted))]...)
}

// interrupted turns a Ctrl+C inside a paste that has no end into the key: the
// user wants to leave. What follows it is nobody's.
func (s *scanner) interrupted() {
	if s.stop < 0 {
		return
	}
	s.pasted = s.pasted[:s.stop]
	s.release()
	s.units = append(s.units, []byte{ctrlC})
	s.pasting, s.stop, s.pending = false, -1, nil
}

// release makes a unit of what was pasted so far.
func (s *scanner) release() {
	b := s.pasted
	if s.latin1 && !utf8.Valid(b) {
		b = fromLatin1(b)
	}
	if len(b) > 0 {
		s.units = append(s.units, slices.Concat(pasteStart, b, pasteEnd))
	}
	s.pasted = nil
}

// unfinished is the beginning of a character at the end of b.
func unfinished(b []byte) []byte {
	for i := max(0, len(b)-utf8.UTFMax+1); i < len(b); i++ {
		if utf8.RuneStart(b[i]) && !utf8.FullRune(b[i:]) {
			return slices.Clone(b[i:])
		}
	}
	return nil
}

func fromLatin1(b []byte) []byte {
	rs := make([]rune, len(b))
	for i, c := range b {
		rs[i] = rune(c)
	}
	return []byte(string(rs))
}

// next finds what b begins with: b[:n] is unit (empty: nothing that anybody
// wants). n is 0 where more bytes decide, within wait.
func next(b []byte, latin1 bool) (n int, unit []byte, wait time.Duration) {
	switch {
	case b[0] == esc:
		return sequence(b)
	case b[0] < utf8.RuneSelf:
		return 1, b[:1], 0
	case !utf8.FullRune(b):
		if latin1 {
			return 0, nil, latinWait
		}
		return 0, nil, restWait
	}
	n, unit = character(b, latin1)
	return n, unit, 0
}

// character takes one character that is no ASCII.
func character(b []byte, latin1 bool) (n int, unit []byte) {
	r, n := utf8.DecodeRune(b)
	switch {
	case r == utf8.RuneError && n == 1 && latin1 && b[0] >= 0xa0:
		return 1, []byte(string(rune(b[0])))
	case r == utf8.RuneError, r < 0xa0: // no text, and C1 controls
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
				return 2 + n, nil, 0
			}
			return 0, nil, restWait
		}
	}
	return 1, b[:1], 0 // Esc, then another key
}

// ss3 takes a key of a terminal in application mode; bubbletea does not know
// Home and End in that form.
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

// csi takes a control sequence. A control character ends one that is not
// finished and stands for itself.
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

// longer takes a sequence of four bytes whose last is one of those, or drops
// its first three.
func longer(b []byte, from, to byte) (n int, unit []byte, wait time.Duration) {
	switch {
	case len(b) == 3:
		return 0, nil, escWait
	case b[3] >= from && b[3] <= to:
		return 4, b[:4], 0
	}
	return 3, nil, 0
}

// kindOf says what an unfinished sequence is. Where a text would not look like
// a terminal's answer, the keys Esc and ] or P were typed.
func kindOf(b []byte) kind {
	switch first := b[2]; b[1] {
	case '[':
		return control
	case ']':
		if first >= '0' && first <= '9' {
			return text
		}
	case 'P':
		if first >= '0' && first <= '9' || bytes.IndexByte([]byte("!$+>"), first) >= 0 {
			return text
		}
	case '_':
		if first == 'G' {
			return text
		}
	}
	return plain
}

// rest says how much of b still belongs to a sequence, and whether it ends
// there.
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
func giveUp(b []byte, latin1 bool) (n int, unit []byte) {
	if b[0] != esc {
		return character(b, latin1)
	}
	if len(b) <= 2 { // Esc, then perhaps another key
		return 1, b[:1]
	}
	return len(b), nil
}
