package protocol

import "bytes"

// Bytes of RFC 854. A person's telnet sends them unasked; they are removed and
// never answered.
const (
	telnetSE   = 240
	telnetSB   = 250
	telnetWILL = 251
	telnetDONT = 254
	telnetIAC  = 255
)

type telnetState uint8

const (
	plainText telnetState = iota
	afterIAC
	afterOption // IAC WILL|WONT|DO|DONT, its option to come
	inSub       // between IAC SB and IAC SE: anything, line ends too
	inSubIAC
	afterCR
)

// telnet removes negotiation from a stream, whatever way it is cut.
type telnet struct {
	state   telnetState
	verb    byte
	removed int // bytes removed since the last line end: bounds IAC SB without end
}

// held is the number of bytes taken off the stream that may have to go back
// to it: an IAC, an IAC and its verb.
func (t *telnet) held() int {
	switch t.state {
	case afterIAC:
		return 1
	case afterOption:
		return 2
	default:
		return 0
	}
}

// filter moves what is not telnet of b[held:] to the front of b, in place, and
// gives the number of bytes kept. The first held bytes of b are room for those
// of the last chunk: where they turn out not to be telnet they stand in the
// stream again, so that the line is judged as invalid UTF-8.
func (t *telnet) filter(b []byte, held int) int {
	in := b[held:]
	if t.state == plainText && bytes.IndexByte(in, telnetIAC) < 0 && bytes.IndexByte(in, 0) < 0 {
		if len(in) > 0 && in[len(in)-1] == '\r' {
			t.state = afterCR
		}
		t.removed = 0
		return len(in)
	}
	out := b[:0]
	for _, c := range in {
		out = t.next(out, c)
	}
	return len(out)
}

// next takes one byte and appends what is to be kept.
func (t *telnet) next(out []byte, c byte) []byte {
	switch t.state {
	case inSub:
		t.removed++
		if c == telnetIAC {
			t.state = inSubIAC
		}
		return out
	case inSubIAC:
		t.removed++
		t.state = inSub
		if c == telnetSE {
			t.state = plainText
		}
		return out
	case afterIAC:
		return t.command(out, c)
	case afterOption:
		if c != '\n' && c != '\r' {
			t.state, t.removed = plainText, t.removed+3
			return out
		}
		out = append(out, telnetIAC, t.verb) // cut short: no option is a line end
	case afterCR:
		if c == 0 { // RFC 854: CR NUL is a bare CR
			t.state = plainText
			return out
		}
	case plainText:
	}
	return t.plain(out, c)
}

// command takes the byte behind an IAC.
func (t *telnet) command(out []byte, c byte) []byte {
	switch {
	case c == telnetIAC: // doubled, it is the byte itself
		t.state = plainText
		return append(out, c)
	case c >= telnetWILL && c <= telnetDONT:
		t.state, t.verb = afterOption, c
		return out
	case c == telnetSB:
		t.state, t.removed = inSub, t.removed+2
		return out
	case c >= telnetSE:
		t.state, t.removed = plainText, t.removed+2
		return out
	}
	return t.plain(append(out, telnetIAC), c)
}

func (t *telnet) plain(out []byte, c byte) []byte {
	t.state = plainText
	switch c {
	case telnetIAC:
		t.state = afterIAC
		return out
	case '\r':
		t.state = afterCR
	case '\n':
		t.removed = 0
	}
	return append(out, c)
}
