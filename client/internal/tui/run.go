// Package tui is the program on a terminal of at least 60x20.
package tui

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/jobcontrol"
	"etuservices/client/internal/tui/keyboard"
	"etuservices/client/internal/tui/page"
	_ "etuservices/client/internal/tui/quietterm" // before bubbletea, or the start waits for the terminal
	"etuservices/client/internal/tui/screen"
	"etuservices/client/internal/tui/theme"
)

// Run shows the screens until the user leaves (nil) or ctx ends.
func Run(ctx context.Context, opt Options) error { return run(ctx, opt, opt.API) }

func run(ctx context.Context, opt Options, server page.API) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := build(ctx, opt, server, os.Stdout)
	modes, ok := screen.Raw(os.Stdin, os.Stdout)
	if !ok {
		m.copy = func(s string) { _, _ = io.WriteString(os.Stdout, clipboard(s)) }
		_, err := tea.NewProgram(m, tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithAltScreen()).Run()
		return outcome(ctx, err)
	}
	defer modes.Undo()
	s := screen.Enter(os.Stdout)
	defer s.Leave()
	return outcome(ctx, onScreen(ctx, m, s, modes))
}

// onScreen runs the program on a terminal that is ours.
func onScreen(ctx context.Context, m *model, s *screen.Screen, modes *screen.Modes) error {
	m.copy = func(text string) { s.Write(clipboard(text)) }
	m.grab = s.Mouse
	stop := make(chan struct{}, 1)
	p := tea.NewProgram(pushed{m, s, stop}, tea.WithContext(ctx), tea.WithInput(typed(m.charset)), tea.WithoutRenderer(),
		tea.WithoutSignalHandler()) // signals end ctx; two listeners for one signal wait for each other
	running, end := context.WithCancel(ctx)
	var aside sync.WaitGroup
	defer aside.Wait()
	defer end()
	guarded := func(do func()) {
		aside.Go(func() {
			// A panic here would leave the terminal as it is: raw.
			defer func() {
				if recover() != nil {
					p.Kill()
				}
			}()
			do()
		})
	}
	guarded(func() {
		screen.Sizes(running, os.Stdout, func(w, h int) { p.Send(tea.WindowSizeMsg{Width: w, Height: h}) })
	})
	guarded(func() { obeyShell(running, s, modes, stop) })
	_, err := p.Run()
	return err
}

// obeyShell stops the program when a signal or the user (Ctrl+Z, by stop) asks
// for it, with the terminal as the shell had it, and comes back whole.
func obeyShell(ctx context.Context, s *screen.Screen, modes *screen.Modes, stop <-chan struct{}) {
	w := jobcontrol.New()
	defer w.Close()
	suspended := func(suspend func()) {
		s.Suspend()
		modes.Undo()
		suspend()
		modes.Again()
		s.Resume()
	}
	for {
		select {
		case <-w.Stop:
			suspended(w.Suspend)
		case <-stop:
			suspended(func() { w.SuspendJob(os.Stdin) })
		case <-w.Cont: // after a stop that nobody could hear of
			modes.Repeat()
			s.Resume()
		case <-ctx.Done():
			return
		}
	}
}

// typed is the terminal's input in whole keys. It is no file: bubbletea would
// make a file cancellable, and when ctx ends or a command panics it closes that
// reader under the goroutine that still reads from it. Nothing reads the input
// after us.
func typed(c i18n.Charset) io.Reader {
	return keyboard.New(os.Stdin, keyboard.Options{Latin1: c == i18n.Latin1})
}

// pushed shows each frame as soon as it is made.
type pushed struct {
	*model
	to   *screen.Screen
	stop chan<- struct{} // the user wants the shell
}

// Update is part of tea.Model.
func (p pushed) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, is := msg.(tea.KeyMsg); is && k.Type == tea.KeyCtrlZ {
		select {
		case p.stop <- struct{}{}:
		default:
		}
		return p, nil
	}
	_, cmd := p.model.Update(msg)
	return p, cmd
}

// View is part of tea.Model; the frame goes its own way.
func (p pushed) View() string {
	p.to.Show(p.model.View())
	return ""
}

func outcome(ctx context.Context, err error) error {
	if errors.Is(err, tea.ErrInterrupted) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// clipboard is OSC 52, which also reaches the user's clipboard over ssh.
func clipboard(s string) string {
	return "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(s)) + "\a"
}

// build makes the root as a terminal gets it.
func build(ctx context.Context, opt Options, server page.API, out io.Writer) *model {
	renderer := lipgloss.NewRenderer(out)
	renderer.SetHasDarkBackground(true) // nobody is asked: theme has no adaptive colour
	name := theme.Name(opt.Theme)
	if name == "" {
		name = theme.Detect()
	}
	e := &page.Env{
		Ctx: ctx, API: server, T: opt.T, Theme: theme.New(renderer, name, opt.ASCII || opt.Charset != i18n.UTF8),
		Motion: opt.Motion, Version: opt.Version, Addr: opt.Addr, TLS: opt.TLS, Now: time.Now,
		After: func(d time.Duration, m tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return m })
		},
	}
	m := newModel(e, renderer, page.LoginArg{Login: opt.Login, Password: opt.Password, Resume: true})
	m.listen, m.charset = true, opt.Charset
	return m
}
