// Package prompt asks a person or a pipe for a line, without moving a cursor.
package prompt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// ErrNobody: there is nobody to ask, or the input ended.
var ErrNobody = errors.New("prompt: nobody answers")

// maxInput bounds an answer in bytes, above any legal value; the rest of a
// longer line is thrown away with it.
const maxInput = 4096

// Prompt reads lines from in and asks on out. It reads ahead by one line at
// most, in a goroutine of its own, so that Ctrl+C never waits for a key.
type Prompt struct {
	out   io.Writer
	fd    int // of the terminal, -1 for a pipe
	lines chan string
	next  chan struct{} // one more line is wanted
	asked bool          // and was asked for
}

// New reads from in, whose terminal (if it is one) is used for passwords.
func New(in *os.File, out io.Writer) *Prompt {
	p := &Prompt{out: out, fd: -1, lines: make(chan string), next: make(chan struct{}, 1)}
	if fd := int(in.Fd()); term.IsTerminal(fd) {
		p.fd = fd
	}
	go p.read(bufio.NewReaderSize(in, maxInput))
	return p
}

// Interactive says whether a person types.
func (p *Prompt) Interactive() bool { return p.fd >= 0 }

func (p *Prompt) read(r *bufio.Reader) {
	defer close(p.lines)
	for range p.next {
		line, more, err := r.ReadLine()
		for text := string(line); ; {
			if err != nil {
				return
			}
			if !more {
				p.lines <- text
				break
			}
			text = "" // too long: no value is
			_, more, err = r.ReadLine()
		}
	}
}

// Lines gives the next line when it comes, closed at the end of the input.
// Ask for it again for the line after.
func (p *Prompt) Lines() <-chan string {
	if !p.asked {
		p.asked = true
		select {
		case p.next <- struct{}{}:
		default: // the input has ended, nobody takes it
		}
	}
	return p.lines
}

// Taken says that a line was received from Lines.
func (p *Prompt) Taken() { p.asked = false }

// Line asks for one line. Errors: ErrNobody at the end of the input, ctx's.
func (p *Prompt) Line(ctx context.Context, question string) (string, error) {
	p.ask(question)
	select {
	case line, ok := <-p.Lines():
		p.Taken()
		if !ok {
			return "", ErrNobody
		}
		return strings.TrimSpace(line), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Secret asks without echo; a pipe is read like any line, spaces included.
func (p *Prompt) Secret(ctx context.Context, question string) (string, error) {
	p.ask(question)
	if p.fd >= 0 {
		return p.hidden(ctx)
	}
	select {
	case line, ok := <-p.Lines():
		p.Taken()
		if !ok {
			return "", ErrNobody
		}
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// hidden reads past the line reader, which waits until it is asked. Whatever
// happens, Ctrl+C too, the terminal shows again what is typed.
func (p *Prompt) hidden(ctx context.Context) (string, error) {
	before, err := term.GetState(p.fd)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNobody, err)
	}
	defer func() {
		_ = term.Restore(p.fd, before) // the terminal is gone if this fails
		_, _ = fmt.Fprintln(p.out)     // the Enter that was not shown
	}()
	type answer struct {
		text []byte
		err  error
	}
	typed := make(chan answer, 1)
	go func() {
		b, err := term.ReadPassword(p.fd)
		typed <- answer{b, err}
	}()
	select {
	case a := <-typed:
		if a.err != nil {
			return "", fmt.Errorf("%w: %w", ErrNobody, a.err)
		}
		return string(a.text), nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (p *Prompt) ask(question string) {
	if p.fd >= 0 {
		_, _ = fmt.Fprint(p.out, question) // nobody to tell if it fails
	}
}
