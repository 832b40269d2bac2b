package renderer

import (
	"fmt"
	"image/color"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/hinshun/vt10x"

	"etuservices/client/internal/tui/cells"
)

// terminal is a real one's understanding of what was written.
type terminal struct {
	mu sync.Mutex
	vt vt10x.Terminal
	n  int // bytes
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n += len(p)
	return t.vt.Write(p)
}

func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimRight(t.vt.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

func frame(rnd *rand.Rand, w, h int) string {
	lines := make([]string, h)
	for i := range lines {
		s := strings.Repeat([]string{"é─x ", "ab"}[rnd.IntN(2)], rnd.IntN(w/4+1))
		lines[i] = s + strings.Repeat(" ", max(0, w-len([]rune(s))))
		if rnd.IntN(4) == 0 {
			lines[i] = "\x1b[7m" + lines[i] + "\x1b[0m"
		}
	}
	return strings.Join(lines, "\n")
}

// TestPaintedFrameIsWhatStandsThere: whatever stood there before, after a frame
// the terminal shows that frame and nothing else.
func TestPaintedFrameIsWhatStandsThere(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	const w, h = 40, 10
	term := &terminal{vt: vt10x.New(vt10x.WithSize(w, h))}
	s := &Screen{out: term}
	for i := range 300 {
		f := frame(rnd, w, h)
		s.paint(f)
		want := strings.Split(strings.NewReplacer("\x1b[7m", "", "\x1b[0m", "").Replace(f), "\n")
		for j := range want {
			want[j] = strings.TrimRight(want[j], " ")
		}
		if got := term.text(); got != strings.TrimRight(strings.Join(want, "\n"), "\n") {
			t.Fatalf("frame %d\ngot:\n%s\nwant:\n%s", i, got, strings.Join(want, "\n"))
		}
	}
}

func TestSameFrameWritesNothing(t *testing.T) {
	term := &terminal{vt: vt10x.New(vt10x.WithSize(40, 10))}
	s := &Screen{out: term}
	f := frame(rand.New(rand.NewPCG(2, 2)), 40, 10)
	s.paint(f)
	n := term.n
	s.paint(f)
	if term.n != n {
		t.Errorf("%d bytes for the frame that stands there", term.n-n)
	}
}

// TestNewestFrameWins: a terminal that hangs holds nobody up, and when it goes
// on it sees the newest frame.
func TestNewestFrameWins(t *testing.T) {
	gate := &gated{open: make(chan struct{})}
	s := &Screen{out: gate, frames: make(chan string, 1), done: make(chan struct{})}
	go func() {
		defer close(s.done)
		for f := range s.frames {
			s.paint(f)
		}
	}()
	for i := range 1000 {
		s.Show(fmt.Sprintf("frame %d ", i))
	}
	close(gate.open)
	s.Leave()
	written, _, _ := strings.Cut(gate.b.String(), leave)
	term := &terminal{vt: vt10x.New(vt10x.WithSize(40, 10))}
	_, _ = term.Write([]byte(written))
	if got := term.text(); got != "frame 999" {
		t.Errorf("it shows %q", got)
	}
}

type gated struct {
	open chan struct{}
	b    strings.Builder
}

func (g *gated) Write(p []byte) (int, error) {
	<-g.open
	return g.b.Write(p)
}

// TestLeaveUndoesEnter: every mode that is switched is switched back.
func TestLeaveUndoesEnter(t *testing.T) {
	var out strings.Builder
	s := Enter(&out)
	s.keep(&s.mouse, mouseOn)
	s.Leave()
	for _, mode := range []string{"?1049", "?25", "?7", "?2004", "?1004", "?1000", "?1006"} {
		on, off := strings.LastIndex(out.String(), mode+"h"), strings.LastIndex(out.String(), mode+"l")
		inverse := mode == "?25" || mode == "?7" // these are on in a terminal at rest
		if on < 0 || off < 0 || (on > off) != inverse {
			t.Errorf("%s is left as %q", mode, out.String())
		}
	}
}

// TestCursorFollowsTheCaret: it is shown at the mark, hidden without one, and no
// byte is sent while nothing moves.
func TestCursorFollowsTheCaret(t *testing.T) {
	var out strings.Builder
	s := &Screen{out: &out}
	show := func(frame string) string {
		out.Reset()
		s.paint(frame)
		return out.String()
	}
	const shown = "\x1b[?25h"
	if got := show("un  \né" + cells.Caret + "  \n"); !strings.HasSuffix(got, "\x1b[2;2H"+shown) {
		t.Errorf("%q", got)
	}
	if got := show("un  \né" + cells.Caret + "  \n"); got != "" {
		t.Errorf("nothing moved, but %q", got)
	}
	if got := show("un  \n" + cells.Caret + "é  \n"); !strings.HasSuffix(got, "\x1b[2;1H"+shown) || strings.Contains(got, "é") {
		t.Errorf("only the cursor moves: %q", got)
	}
	if got := show("un  \né  \n"); !strings.HasSuffix(got, "\x1b[?25l") {
		t.Errorf("%q", got)
	}
}

func TestColourOfTheBackground(t *testing.T) {
	for reply, want := range map[string]color.Color{
		"\x1b]11;rgb:ffff/ffff/ffff\a": color.RGBA{255, 255, 255, 255}, "\x1b]11;rgb:0000/2b2b/3636": color.RGBA{0, 43, 54, 255},
		"\x1b]11;rgb:ff/00/80": color.RGBA{255, 0, 128, 255},
	} {
		if b, ok := parseBackground(reply); !ok || b.Color != want {
			t.Errorf("%q: %v, %v", reply, b, ok)
		}
	}
	for _, reply := range []string{"\x1b[?1;2c", "\x1b]10;rgb:ff/ff/ff", "\x1b]11;rgb:ff/ff"} {
		if _, ok := parseBackground(reply); ok {
			t.Errorf("%q is a colour", reply)
		}
	}
}
