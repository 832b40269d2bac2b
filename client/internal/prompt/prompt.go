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
	"sync"

	"golang.org/x/term"

	"etuservices/client/internal/jobcontrol"
)

// ErrNobody: there is nobody to ask, or the input ended.
var ErrNobody = errors.New("prompt: nobody answers")

// maxInput bounds an answer in bytes, above any legal value; a longer line is thrown away.
const maxInput = 4096

// Prompt reads lines from in and asks on out. It reads ahead by one line at
// most, in a goroutine of its own, so that Ctrl+C never waits for a key.
type Prompt struct {
	out   io.Writer
	fd    int // of the terminal, -1 for a pipe
	lines chan string
	next  chan struct{} // one more line is wanted
	asked bool          // and was asked for
	again chan struct{} // the program was stopped and goes on

	mu   sync.Mutex  // of what follows
	echo *term.State // the terminal's, while a password is typed
}

// New reads from in, whose terminal (if it is one) is used for passwords.
func New(in *os.File, out io.Writer) *Prompt {
	p := &Prompt{out: out, fd: -1, lines: make(chan string), next: make(chan struct{}, 1), again: make(chan struct{}, 1)}
	if fd := int(in.Fd()); term.IsTerminal(fd) {
		p.fd = fd
		go p.obeyShell(jobcontrol.New())
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

// Lines gives the next line when it comes, closed at the end of the input. After Taken,
// it is asked again for the line after.
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

// obeyShell stops when a shell asks for it, with the terminal as it was.
func (p *Prompt) obeyShell(w *jobcontrol.Watch) {
	for {
		select {
		case <-w.Stop:
			p.suspend(w)
		case <-w.Cont: // after a stop that nobody could hear of
		}
		select {
		case p.again <- struct{}{}:
		default:
		}
	}
}

func (p *Prompt) suspend(w *jobcontrol.Watch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.echo == nil {
		w.Suspend()
		return
	}
	silent, err := term.GetState(p.fd)
	_ = term.Restore(p.fd, p.echo)
	w.Suspend()
	if err == nil {
		_ = term.Restore(p.fd, silent)
	}
}

// Continued says that the program was stopped: the shell has drawn over the question.
func (p *Prompt) Continued() <-chan struct{} { return p.again }

// Line asks for one line. Errors: ErrNobody at the end of the input, ctx's.
func (p *Prompt) Line(ctx context.Context, question string) (string, error) {
	line, err := p.whole(ctx, question)
	return strings.TrimSpace(line), err
}

// whole asks for a line, spaces included.
func (p *Prompt) whole(ctx context.Context, question string) (string, error) {
	for {
		p.ask(question)
		select {
		case line, ok := <-p.Lines():
			p.Taken()
			if !ok {
				return "", ErrNobody
			}
			return line, nil
		case <-p.Continued():
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// Secret asks without echo; a pipe is read like any line, spaces included.
func (p *Prompt) Secret(ctx context.Context, question string) (string, error) {
	if p.fd >= 0 {
		return p.hidden(ctx, question)
	}
	return p.whole(ctx, question)
}

// hidden reads past the line reader, which waits until it is asked. Whatever
// happens, Ctrl+C and Ctrl+Z too, the terminal shows again what is typed.
func (p *Prompt) hidden(ctx context.Context, question string) (string, error) {
	p.ask(question)
	before, err := term.GetState(p.fd)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNobody, err)
	}
	p.mu.Lock()
	p.echo = before
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.echo = nil
		_ = term.Restore(p.fd, before) // the terminal is gone if this fails
		_, _ = fmt.Fprintln(p.out)     // the Enter that was not shown
	}()
	var secret []byte
	var failure error
	typed := make(chan struct{})
	go func() {
		secret, failure = term.ReadPassword(p.fd)
		close(typed)
	}()
	for {
		select {
		case <-typed:
			if failure != nil {
				return "", fmt.Errorf("%w: %w", ErrNobody, failure)
			}
			return string(secret), nil
		case <-p.again:
			p.ask(question)
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func (p *Prompt) ask(question string) {
	if p.fd >= 0 {
		_, _ = fmt.Fprint(p.out, question) // nobody to tell if it fails
	}
}
