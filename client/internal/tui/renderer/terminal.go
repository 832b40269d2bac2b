package renderer

import (
	"cmp"
	"context"
	"encoding/base64"
	"image/color"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/time/rate"

	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/keyboard"
	"etuservices/client/internal/tui/keys"
	_ "etuservices/client/internal/tui/quietterm" // before bubbletea, or the start waits for the terminal
)

// Terminal is the user's terminal, taken over from Open or OpenRemote to Close.
type Terminal struct {
	in     io.Reader
	out    io.Writer
	getenv func(string) string // what the environment says of the terminal
	screen *Screen             // nil where bubbletea's own renderer draws (Windows)
	host   *host               // nil for a remote terminal
	sizes  <-chan Size         // of a remote terminal
	keys   *rate.Limiter       // how many keys and answers of the terminal are taken
	stop   chan struct{}       // the user wants the shell
}

// Close gives the terminal back as it was.
func (t *Terminal) Close() {
	if t.screen == nil {
		return
	}
	t.screen.Leave()
	if t.host != nil {
		t.host.cooked()
	}
}

// HasMouse says that this terminal reports clicks as SGR does, or ignores the question.
func (t *Terminal) HasMouse() bool {
	return slices.ContainsFunc([]string{
		"xterm", "tmux", "screen", "rxvt", "alacritty", "foot", "kitty", "wezterm", "ghostty", "contour", "st-", "konsole", "vte",
	}, func(prefix string) bool { return strings.HasPrefix(t.getenv("TERM"), prefix) })
}

// Mouse says whether the program wants the mouse.
func (t *Terminal) Mouse(on bool) tea.Cmd {
	seq, cmd := mouseOff, tea.DisableMouse
	if on {
		seq, cmd = mouseOn, tea.EnableMouseCellMotion
	}
	if t.screen == nil {
		return cmd
	}
	t.screen.keep(&t.screen.mouse, seq)
	return nil
}

// write sends a sequence that is no part of a frame.
func (t *Terminal) write(seq string) {
	if t.screen != nil {
		t.screen.Write(seq)
		return
	}
	_, _ = io.WriteString(t.out, seq)
}

// Run shows a model until the user leaves (nil) or ctx ends.
func (t *Terminal) Run(ctx context.Context, m tea.Model) error {
	// Signals end ctx; two listeners for one signal would wait for each other.
	opts := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler()}
	var err error
	if t.screen == nil {
		_, err = tea.NewProgram(drawn{m}, append(opts, tea.WithAltScreen(), tea.WithReportFocus())...).Run()
	} else {
		err = t.run(ctx, m, append(opts, tea.WithoutRenderer()))
	}
	return cmp.Or(ctx.Err(), err)
}

func (t *Terminal) run(ctx context.Context, m tea.Model, opts []tea.ProgramOption) error {
	var p *tea.Program
	// bubbletea gets no file: it would close its cancel reader while another
	// goroutine still reads from it, when ctx ends or a command panics.
	ctx, end := context.WithCancel(ctx)
	keys := keyboard.New(t.in, func(sequence []byte) { // p reads the keys, so it is there
		if b, ok := parseBackground(string(sequence)); ok && t.keys.Wait(ctx) == nil {
			p.Send(b)
		}
	})
	defer keys.Close()
	p = tea.NewProgram(shown{m, t}, append(opts, tea.WithInput(paced{keys, t.keys, ctx}), tea.WithOutput(t.out))...)
	var background sync.WaitGroup
	defer background.Wait()
	defer end()
	guarded := func(do func()) {
		background.Go(func() {
			// A panic here would leave the terminal as it is: raw.
			defer func() {
				if recover() != nil {
					p.Kill()
				}
			}()
			do()
		})
	}
	resized := func(w, h int) { p.Send(tea.WindowSizeMsg{Width: w, Height: h}) }
	if t.host == nil {
		guarded(func() { remoteSizes(ctx, t.sizes, resized) })
	} else {
		guarded(func() { t.host.sizes(ctx, resized) })
		guarded(func() { t.obeyShell(ctx) })
	}
	_, err := p.Run()
	return err
}

// shown is a model whose frames are shown as soon as they are made.
type shown struct {
	tea.Model
	t *Terminal
}

// Update hands messages on; Ctrl+Z is the terminal's, and nothing to a remote one.
func (s shown) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, is := msg.(tea.KeyMsg); is && keys.Suspend.Is(k) {
		select {
		case s.t.stop <- struct{}{}:
		default:
		}
		return s, nil
	}
	m, cmd := s.Model.Update(msg)
	return shown{m, s.t}, cmd
}

// View shows the frame; bubbletea gets none.
func (s shown) View() string {
	s.t.screen.Show(s.Model.View())
	return ""
}

// drawn is a model whose caret is drawn: bubbletea's renderer hides the cursor.
type drawn struct{ tea.Model }

func (d drawn) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := d.Model.Update(msg)
	return drawn{m}, cmd
}

// View draws the caret in reverse video.
func (d drawn) View() string {
	before, after, there := strings.Cut(d.Model.View(), cells.Caret)
	if !there {
		return before
	}
	if strings.HasPrefix(after, "\x1b") { // a style begins: the sign behind it is marked already
		return before + after
	}
	under, _ := cells.First(after)
	return before + "\x1b[7m" + under + "\x1b[27m" + after[len(under):]
}

// tmuxWait bounds the wait for tmux, which is on this machine.
const tmuxWait = time.Second

// Background is the colour of the terminal's background, a message: the answer to
// AskBackground, which many never give.
type Background struct{ color.Color }

// AskBackground asks for the colour of the background (OSC 11); nobody waits for it.
func (t *Terminal) AskBackground() {
	if t.screen != nil && understands(t.getenv("TERM")) {
		t.write("\x1b]11;?\x1b\\")
	}
}

// understands says that a terminal takes OSC sequences; old ones would show them.
func understands(term string) bool {
	return term != "" && term != "dumb" && term != "linux" && term != "ansi" && !strings.HasPrefix(term, "vt")
}

// parseBackground reads the answer to OSC 11.
func parseBackground(reply string) (b Background, ok bool) {
	value, _ := strings.CutPrefix(reply, "\x1b]11;")
	b.Color = ansi.XParseColor(strings.TrimRight(value, "\a"))
	return b, b.Color != nil
}

// Copy puts a text on the user's clipboard. In tmux it becomes tmux's newest buffer, which may
// go on to the terminal: inTmux. Else it is sent to the terminal (OSC 52), also over ssh.
func (t *Terminal) Copy(text string) (inTmux bool) {
	if t.host != nil && t.getenv("TMUX") != "" {
		ctx, cancel := context.WithTimeout(context.Background(), tmuxWait)
		defer cancel()
		load := exec.CommandContext(ctx, "tmux", "load-buffer", "-w", "-")
		load.Stdin = strings.NewReader(text)
		if load.Run() == nil {
			return true
		}
	}
	t.write("\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a")
	return false
}

// Title names the window.
func (t *Terminal) Title(text string) {
	if !understands(t.getenv("TERM")) {
		return
	}
	seq := "\x1b]2;" + text + "\a"
	if t.screen != nil {
		t.screen.keep(&t.screen.title, seq)
		return
	}
	t.write(seq)
}

// Alert rings the bell and shows a notification (OSC 9) where the terminal can.
func (t *Terminal) Alert(text string) {
	seq := "\a"
	if understands(t.getenv("TERM")) {
		seq += "\x1b]9;" + text + "\a"
	}
	t.write(seq)
}
