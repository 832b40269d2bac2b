// Package tui is the program on a terminal of at least 60x20.
package tui

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"etuservices/client/tui/page"
	_ "etuservices/client/tui/quietterm" // before bubbletea, or the start waits for the terminal
	"etuservices/client/tui/theme"
)

// framesPerSecond bounds the wait between a key and its frame to 9 ms; the
// default of 60 would spend the whole allowance of 16 ms on waiting.
const framesPerSecond = 120

// Run shows the screens until the user leaves (nil) or ctx ends.
func Run(ctx context.Context, opt Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return run(ctx, opt, opt.API, os.Stdin, os.Stdout)
}

func run(ctx context.Context, opt Options, server page.API, in io.Reader, out io.Writer) error {
	m := build(ctx, opt, server, out)
	p := tea.NewProgram(
		m,
		tea.WithContext(ctx), tea.WithAltScreen(), tea.WithFPS(framesPerSecond),
		tea.WithInput(in), tea.WithOutput(out),
	)
	_, err := p.Run()
	if errors.Is(err, tea.ErrInterrupted) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
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
		Ctx: ctx, API: server, T: opt.T, Theme: theme.New(renderer, name, opt.ASCII),
		Motion: opt.Motion, Addr: opt.Addr, TLS: opt.TLS, Now: time.Now,
		After: func(d time.Duration, m tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return m })
		},
	}
	m := newModel(e, renderer, page.LoginArg{Login: opt.Login, Password: opt.Password, Resume: true})
	m.listen = true
	m.copy = func(s string) {
		// OSC 52 in one write: the screen's own writes cannot fall inside.
		_, _ = io.WriteString(out, "\x1b]52;c;"+base64.StdEncoding.EncodeToString([]byte(s))+"\a")
	}
	return m
}
