package keyboard

import (
	"bytes"
	"slices"
	"time"
)

// Time-outs, from the last byte that came.
const (
	// escWait is how long an ESC may be the beginning of a longer sequence:
	// above the gaps of a slow line, below what a person notices.
	escWait = 120 * time.Millisecond
	// restWait is the longest silence inside what has begun, or inside a paste.
	restWait = time.Second
	// pasteLong is the age from which Ctrl+C inside a paste without its end is the key.
	pasteLong = 3 * time.Second
)

const (
	// maxPaste bounds a paste in bytes, far above the longest field; the rest is thrown away.
	maxPaste = 16 << 10
	// maxSequence bounds an escape sequence, as bubbletea does; a longer one is thrown away.
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
	units   [][]byte // ready, oldest first
	replies [][]byte // of the terminal to what the program asked
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
}

// deadline is when expire must be called unless bytes come; ok: something is unfinished.
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
	n, unit := giveUp(s.pending)
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
	n, unit, wait := next(s.pending)
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
	switch {
	case len(unit) == 0, len(unit) >= maxSequence:
	case !isReply(unit):
		s.units = append(s.units, slices.Clone(unit))
	default:
		s.replies = append(s.replies, slices.Clone(unit))
	}
	s.pending = s.pending[n:]
}

// paste takes what is pending into the paste under way.
func (s *scanner) paste() (over bool) {
	text, rest, over := bytes.Cut(s.pending, pasteEnd)
	if i := bytes.LastIndexByte(text, esc); !over && i >= 0 && bytes.HasPrefix(pasteEnd, text[i:]) {
		text, rest = text[:i], text[i:] // it may be the beginning of the end
	}
	s.add(text)
	s.pending = rest
	if s.late {
		s.interrupted()
	}
	if over {
		s.pasting = false
		s.release()
	}
	return over
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
	if len(s.pasted) > 0 {
		s.units = append(s.units, slices.Concat(pasteStart, s.pasted, pasteEnd))
	}
	s.pasted = nil
}
