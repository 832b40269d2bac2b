// Package keyboard stands between the terminal and bubbletea, which takes the
// end of a read for the end of a key: a character, an escape sequence or a
// mouse report that arrives in two reads would be lost or taken for something
// else, and a paste without its end would keep every key for ever.
package keyboard

import (
	"io"
	"time"
)

// Reader reads whole keys, whole mouse reports and whole pastes.
type Reader struct {
	from  chan []byte
	done  chan struct{} // closed by Close
	end   error         // of the terminal, once from is closed
	scan  scanner
	unit  []byte // being handed over
	reply func(sequence []byte)
}

// New reads a terminal, one read ahead, until it ends or until its next read after Close:
// whoever reads it afterwards gets nothing. Read calls reply with each answer of the terminal
// to a question; answers are no keys.
func New(terminal io.Reader, reply func(sequence []byte)) *Reader {
	r := &Reader{from: make(chan []byte), done: make(chan struct{}), reply: reply}
	go r.read(terminal)
	return r
}

func (r *Reader) read(terminal io.Reader) {
	defer close(r.from)
	for {
		b := make([]byte, 1024)
		n, err := terminal.Read(b)
		if n > 0 {
			select {
			case r.from <- b[:n]:
			case <-r.done:
				err = io.EOF
			}
		}
		if err != nil {
			r.end = err
			return
		}
	}
}

// Close ends every Read. It is called once.
func (r *Reader) Close() { close(r.done) }

// Read gives one unit, or as much of a long paste as p takes.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.unit) == 0 {
		for _, sequence := range r.scan.replies {
			r.reply(sequence)
		}
		r.scan.replies = nil
		if len(r.scan.units) > 0 {
			r.unit, r.scan.units = r.scan.units[0], r.scan.units[1:]
			break
		}
		if err := r.more(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.unit)
	r.unit = r.unit[n:]
	return n, nil
}

// readWait is how long a busy machine may take to read what came in time.
const readWait = 10 * time.Millisecond

// more waits for bytes, or for the time at which what there is counts.
func (r *Reader) more() error {
	var due <-chan time.Time
	if at, unfinished := r.scan.deadline(); unfinished {
		due = time.After(time.Until(at))
	}
	select {
	case b, ok := <-r.from:
		return r.came(b, ok)
	case <-r.done:
		return io.EOF
	case <-due:
	}
	select {
	case b, ok := <-r.from:
		return r.came(b, ok)
	case <-time.After(readWait):
		r.scan.expire(time.Now())
		return nil
	}
}

func (r *Reader) came(b []byte, ok bool) error {
	if ok {
		r.scan.feed(time.Now(), b)
		return nil
	}
	if at, unfinished := r.scan.deadline(); unfinished {
		r.scan.expire(at)
		return nil
	}
	return r.end
}
