package tui

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/keyboard"
	"etuservices/client/internal/tui/widget"
)

// pace is the time between two bytes of a slow line.
const pace = 20 * time.Millisecond

// obeying is the program under bubbletea, with the driver's clock and server.
type obeying struct{ *driver }

func (o obeying) Init() tea.Cmd { return nil }

func (o obeying) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	o.send(msg)
	if o.quit {
		return o, tea.Quit
	}
	return o, nil
}

func (o obeying) View() string {
	lines := strings.Split(o.m.View(), "\n")
	if len(lines) != o.m.h {
		o.t.Errorf("%d lines of %d", len(lines), o.m.h)
	}
	for _, l := range lines {
		if widget.Width(l) != o.m.w {
			o.t.Errorf("%d cells of %d: %q", widget.Width(l), o.m.w, l)
		}
	}
	return ""
}

// inTurn lets two goroutines read, one at a time.
type inTurn struct {
	io.Reader
	turn chan struct{} // no mutex: synctest's clock goes on while one waits here
}

func (r inTurn) Read(p []byte) (int, error) {
	r.turn <- struct{}{}
	defer func() { <-r.turn }()
	return r.Reader.Read(p)
}

// keyed runs the program on a terminal that sends pieces, then rests for a
// while, then sends Ctrl+C. It gives the driver once the program has ended.
func keyed(t *testing.T, pieces []string, before ...string) *driver {
	s := student(t, 80, 24)
	s.press(before...)
	terminal, line := io.Pipe()
	in := inTurn{keyboard.New(terminal, func([]byte) {}), make(chan struct{}, 1)}
	p := tea.NewProgram(obeying{s}, tea.WithInput(in), tea.WithoutRenderer(), tea.WithoutSignalHandler(), tea.WithOutput(io.Discard))
	go func() {
		for _, piece := range append(pieces, "") {
			if piece == "" {
				time.Sleep(5 * time.Second)
				piece = "\x03"
			}
			if _, err := line.Write([]byte(piece)); err != nil {
				break
			}
			time.Sleep(pace)
		}
		_ = line.Close()
	}()
	if _, err := p.Run(); err != nil {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, in) // bubbletea leaves a read behind
	if !s.quit {
		t.Errorf("%q, then Ctrl+C: does not end", pieces)
	}
	return s
}

// TestKeysReachTheScreensHoweverCut: a slow line and a fast one are the same.
func TestKeysReachTheScreensHoweverCut(t *testing.T) {
	t.Parallel()
	const keys = "3\t" + "Été à la mer 日本 😀" + "\x1b[D\x1b[D\x1b[3~\x1b[200~: le\nlivre\n\x1b[201~" + "\t" + "\x1b[200~4,50 €\r\n\x1b[201~"
	for _, size := range []int{1, 2, 3, 7, 64, len(keys)} {
		synctest.Test(t, func(t *testing.T) {
			var pieces []string
			for rest := keys; rest != ""; {
				n := min(size, len(rest))
				pieces, rest = append(pieces, rest[:n]), rest[n:]
			}
			s := keyed(t, pieces)
			s.see("Été à la mer 日本: le livre😀", "4,50 €")
		})
	}
}

// FuzzTerminalIntoTheScreens: any bytes, cut anywhere, from any screen. Nothing
// panics, every frame fits, Ctrl+C leaves.
func FuzzTerminalIntoTheScreens(f *testing.F) {
	f.Add([]byte("\x1b[200~abc\x03\x03"), []byte{1}, "3")
	f.Add([]byte("2/été\r\x1b[B\r\x1b[<64;10;20M\x1b[M !!"), []byte{1, 2, 3}, "2")
	f.Add([]byte("\t\x1b[200~\xff\xc3\x1b[201~é\x1b\x1b[A\x1bOP"), []byte{2}, "6")
	f.Add([]byte("\x1a\x0f\x0c\x14\x12\x13"), []byte{9}, "4")
	f.Fuzz(func(t *testing.T, b, cuts []byte, screen string) {
		if len(b) > 500 || len(screen) > 1 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			var pieces []string
			for i, rest := 0, string(b); rest != ""; i++ {
				n := len(rest)
				if len(cuts) > 0 {
					n = min(n, 1+int(cuts[i%len(cuts)]))
				}
				pieces, rest = append(pieces, rest[:n]), rest[n:]
			}
			var before []string
			if strings.ContainsAny(screen, "123456") {
				before = append(before, screen)
			}
			keyed(t, pieces, before...)
		})
	})
}
