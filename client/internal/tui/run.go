// Package tui is the program on a terminal of at least 60x20.
package tui

import (
	"context"
	"io"
	"os"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/config"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/renderer"
	"etuservices/client/internal/tui/theme"
)

// Options are what main decided. Run owns the terminal from call to return and
// gives it back as it was; it does not close API.
type Options struct {
	API   page.API
	T     i18n.T
	Theme string // one of theme.Names; "" is detected
	ASCII bool   // no character beyond ASCII in the chrome
	// Charset is the terminal's. Where it is not UTF-8 nothing beyond ASCII is
	// drawn, texts of others included.
	Charset i18n.Charset
	Notify  bool   // call the user of another window when there is news
	Motion  bool   // false: no spinner, no animation
	Login   string // --login: fills the field; API.Enter(ctx, Login, Password) is tried first
	// Password is that of ETU_PASSWORD, usually empty. Never shown.
	Password string
	Addr     string // shown to the user
	TLS      bool
	Version  string
	Demo     bool // the server is the demonstration: say how to try it
	Alerts   config.Alerts
	Settings config.File // remembers the language and the theme
	Debug    io.Writer   // takes a line for every message; io.Discard for none
}

// Run shows the screens until the user leaves (nil) or ctx ends.
func Run(ctx context.Context, opt Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := renderer.Open(os.Stdin, os.Stdout, opt.Charset == i18n.Latin1)
	defer t.Close()
	name := theme.Name(opt.Theme)
	if name == "" {
		name = detectTheme(t)
	}
	e := &page.Env{
		Ctx: ctx, API: opt.API, T: opt.T, Theme: theme.ForTerminal(os.Stdout, name, opt.ASCII || opt.Charset != i18n.UTF8),
		Motion: opt.Motion, Version: opt.Version, Addr: opt.Addr, TLS: opt.TLS, Alerts: opt.Alerts, Now: time.Now,
		After: func(d time.Duration, m tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return m })
		},
	}
	m := newModel(e, t, page.LoginArg{Login: opt.Login, Password: opt.Password, Resume: true})
	m.listen, m.charset, m.debug, m.settings = true, opt.Charset, opt.Debug, opt.Settings
	m.mouse = renderer.HasMouse(os.Getenv("TERM"))
	m.notify, m.demo = opt.Notify, opt.Demo
	return t.Run(ctx, m)
}

// detectTheme goes by the terminal's background: as it answers, as COLORFGBG
// says, else the theme that is right on any.
func detectTheme(t *renderer.Terminal) theme.Name {
	if red, green, blue, ok := t.Background(); ok {
		return theme.FromBackground(red, green, blue)
	}
	if name := theme.FromColorFGBG(os.Getenv("COLORFGBG")); name != "" {
		return name
	}
	return theme.Terminal
}
