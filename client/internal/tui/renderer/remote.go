package renderer

import (
	"context"
	"io"
	"time"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"golang.org/x/time/rate"
)

// Size is that of a terminal, in cells.
type Size struct{ W, H int }

// Remote is a terminal at the other end of a connection.
type Remote struct {
	In      io.Reader
	Out     io.Writer
	Environ map[string]string // what is said of it: TERM, COLORTERM …
	Sizes   <-chan Size       // the present one, and each new one
}

const (
	// Keys that a remote user may press in a second, and in a burst: above a keyboard that
	// repeats, far below what keeps a processor busy. A paste is one.
	keysPerSecond = 50
	keysBurst     = 20
	// sizePause follows each new size: the whole screen is drawn again for it.
	sizePause = 100 * time.Millisecond
	// The largest screen that is drawn. Whatever a remote terminal says of its size,
	// a frame stays within some hundred kilobytes.
	maxW, maxH = 500, 200
)

// OpenRemote takes a remote terminal over, of which this machine's environment says nothing.
func OpenRemote(r Remote) *Terminal {
	return &Terminal{
		in: r.In, out: r.Out, getenv: func(name string) string { return r.Environ[name] }, screen: Enter(r.Out),
		sizes: r.Sizes, keys: rate.NewLimiter(keysPerSecond, keysBurst), stop: make(chan struct{}, 1),
	}
}

// Colours knows how many colours the terminal has, by its environment.
func (t *Terminal) Colours() *lipgloss.Renderer {
	if t.host != nil {
		return lipgloss.NewRenderer(t.out)
	}
	return lipgloss.NewRenderer(t.out, termenv.WithTTY(true), termenv.WithEnvironment(environ(t.getenv)))
}

// environ is an environment as termenv reads it: by name.
type environ func(string) string

func (e environ) Getenv(name string) string { return e(name) }

// Environ is for programs that are started, and there are none.
func (environ) Environ() []string { return nil }

// remoteSizes tells each new size of a remote terminal until ctx ends.
func remoteSizes(ctx context.Context, sizes <-chan Size, tell func(w, h int)) {
	for {
		select {
		case s := <-sizes:
			tell(max(1, min(s.W, maxW)), max(1, min(s.H, maxH)))
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(sizePause):
		case <-ctx.Done():
			return
		}
	}
}

// paced reads as many units of a keyboard as its limiter lets through.
type paced struct {
	io.Reader
	limit *rate.Limiter
	ctx   context.Context
}

func (p paced) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if err == nil && p.limit.Wait(p.ctx) != nil {
		return 0, io.EOF
	}
	return n, err
}
