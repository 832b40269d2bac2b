package protocol

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// ErrTooLong is a line that has MaxLine bytes and no end (LIGNE).
var ErrTooLong = errors.New("protocol: line too long")

// ErrTLS is a TLS handshake where lines are spoken.
var ErrTLS = errors.New("protocol: a TLS handshake, not a line")

const (
	// waitBuffer is what an idle connection keeps: most requests fit.
	waitBuffer = 128
	// busyBuffer holds a full line twice, so that a burst needs few reads.
	busyBuffer = 2 * MaxLine
	// maxHeld is the most that the telnet filter may give back to the stream.
	maxHeld = 1
)

var busyBuffers = sync.Pool{New: func() any { return new([busyBuffer]byte) }}

// Reader cuts a stream into lines of at most MaxLine bytes. An error of the
// source (a deadline, say) loses nothing: half a line is kept for the next
// call. Telnet negotiation is removed wherever it stands.
type Reader struct {
	src     io.Reader
	buf     []byte // small, or busy[:]
	busy    *[busyBuffer]byte
	small   [waitBuffer]byte
	r, w    int // buf[r:w] is read and not yet given out
	scanned int // buf[r:scanned] holds no line end
	full    bool
	begun   bool
	err     error // of the last read, told after the lines that came with it
	telnet  telnet
}

// NewReader reads lines from src.
func NewReader(src io.Reader) *Reader {
	r := &Reader{src: src}
	r.buf = r.small[:]
	return r
}

// ReadLine gives the next line without its end; it is valid until the next
// call. Errors: ErrTooLong (once the lines before it were given), ErrTLS, io.EOF
// (a last line without an end is no request), and the source's own.
func (r *Reader) ReadLine() ([]byte, error) {
	for {
		if line, ok, err := r.buffered(); ok || err != nil {
			return line, err
		}
		if r.err != nil {
			err := r.err
			r.err = nil
			return nil, err
		}
		r.err = r.fill()
	}
}

// HasLine says whether ReadLine would give a line (or ErrTooLong) without
// reading, so that replies can be sent together.
func (r *Reader) HasLine() bool {
	i := bytes.IndexByte(r.buf[r.scanned:r.w], '\n')
	return i >= 0 || r.endless()
}

// endless says that what waits can no longer become a line.
func (r *Reader) endless() bool {
	return r.w-r.r >= MaxLine || r.telnet.state == overflown || r.handshake()
}

// handshake says that the stream begins as TLS does: no request begins so, and
// there may never be a line end.
func (r *Reader) handshake() bool {
	return !r.begun && r.w-r.r >= 2 && r.buf[r.r] == 0x16 && r.buf[r.r+1] == 0x03
}

func (r *Reader) buffered() (line []byte, ok bool, err error) {
	if r.handshake() {
		return nil, false, ErrTLS
	}
	i := bytes.IndexByte(r.buf[r.scanned:r.w], '\n')
	end := r.scanned + i
	if i < 0 {
		end = r.w
	}
	if end-r.r >= MaxLine || i < 0 && r.endless() {
		return nil, false, ErrTooLong
	}
	if i < 0 {
		r.scanned = r.w
		return nil, false, nil
	}
	line = r.buf[r.r:end]
	r.r, r.scanned = end+1, end+1
	if !r.begun {
		r.begun = true
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")) // an editor's byte order mark
	}
	return bytes.TrimRight(line, "\r"), true, nil // telnet through a pipe sends two
}

// fill reads once, after making room.
func (r *Reader) fill() error {
	r.room()
	held := r.telnet.held()
	n, err := r.src.Read(r.buf[r.w+held:])
	r.full = n == len(r.buf)-r.w-held
	r.w += r.telnet.filter(r.buf[r.w:r.w+held+n], held)
	return err
}

func (r *Reader) room() {
	if r.r == r.w {
		r.r, r.w, r.scanned = 0, 0, 0
		if r.busy != nil && !r.full {
			busyBuffers.Put(r.busy)
			r.busy, r.buf = nil, r.small[:]
		}
	}
	tight := r.w+maxHeld >= len(r.buf)
	if r.busy == nil && (r.full || tight) {
		r.busy, _ = busyBuffers.Get().(*[busyBuffer]byte)
		r.move(r.busy[:])
	} else if tight {
		r.move(r.buf)
	}
}

func (r *Reader) move(to []byte) {
	n := copy(to, r.buf[r.r:r.w])
	r.buf, r.scanned, r.r, r.w = to, r.scanned-r.r, 0, n
}
