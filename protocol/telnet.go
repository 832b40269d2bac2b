package protocol

import "bytes"

// Bytes of RFC 854. A person's telnet sends them unasked; they are removed and
// never answered.
const (
	telnetEOF  = 236 // the first command there is (RFC 1184: end of file, suspend, abort)
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
	overflown // a negotiation without an end: the rest of the stream is lost
)

// telnet removes negotiation from a stream, whatever way it is cut.
type telnet struct {
	state telnetState
	sub   int // bytes of the subnegotiation at work: MaxLine bounds one without end
}

// held is the number of bytes taken off the stream that may have to go back
// to it: an IAC that turns out to begin nothing.
func (t *telnet) held() int {
	if t.state == afterIAC {
		return 1
	}
	return 0
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
	case overflown:
		return out
	case inSub, inSubIAC:
		t.subByte(c)
		return out
	case afterIAC:
		return t.command(out, c)
	case afterOption:
		if c != '\n' && c != '\r' { // a line end is one: no option takes it away
			t.state = plainText
			return out
		}
	case afterCR:
		if c == 0 { // RFC 854: CR NUL is a bare CR
			t.state = plainText
			return out
		}
	case plainText:
	}
	return t.plain(out, c)
}

// subByte takes a byte of a subnegotiation, which only IAC SE ends.
func (t *telnet) subByte(c byte) {
	t.sub++
	switch {
	case t.state == inSubIAC && c == telnetSE:
		t.state = plainText
	case t.sub >= MaxLine:
		t.state = overflown
	case t.state == inSub && c == telnetIAC:
		t.state = inSubIAC
	default:
		t.state = inSub
	}
}

// command takes the byte behind an IAC.
func (t *telnet) command(out []byte, c byte) []byte {
	switch {
	case c == telnetIAC: // doubled, it is the byte itself
		t.state = plainText
		return append(out, c)
	case c >= telnetWILL && c <= telnetDONT:
		t.state = afterOption
		return out
	case c == telnetSB:
		t.state, t.sub = inSub, 0
		return out
	case c >= telnetEOF:
		t.state = plainText
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
	}
	return append(out, c)
}
