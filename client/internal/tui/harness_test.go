package tui

import (
	"context"
	"io"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"etuservices/client/internal/config"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
)

// start is the instant at which every test begins, in the local zone: frames
// show times of day.
var start = time.Date(2026, 11, 21, 10, 4, 0, 0, time.Local)

// patience bounds every wait for something that should be there at once, on a machine that
// is busy with other tests; how soon it is there, benchmarks tell.
const patience = 30 * time.Second

// driver runs the program without a terminal: a clock that moves when told,
// commands run at once, timers kept until the clock gets there.
type driver struct {
	t        testing.TB
	m        *model
	fake     *fake
	now      time.Time
	timers   []timer
	renderer *lipgloss.Renderer
	held     []tea.Cmd // calls that the fake left without an answer
	copied   []string
	alerts   []string
	title    string // of the window
	quit     bool
}

type timer struct {
	at  time.Time
	msg tea.Msg
}

// open starts the program on a screen of w x h.
func open(t testing.TB, f *fake, w, h int, set ...func(*page.Env)) *driver {
	t.Helper()
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(termenv.TrueColor))
	s := &driver{t: t, fake: f, now: start, renderer: r}
	ended, end := context.WithCancel(context.Background())
	end() // nobody waits for the server's events: tests hand them in
	e := &page.Env{
		Ctx: ended, API: f, Theme: theme.New(r, theme.Dark, false),
		Addr: "127.0.0.1:5890", Version: "v1.4.1-0.20261120094512-8c5233d0f1aa+dirty", Alerts: config.Alerts{P99: 250, Refusals: 60}, Now: func() time.Time { return s.now },
		After: func(d time.Duration, m tea.Msg) { s.timers = append(s.timers, timer{s.now.Add(d), m}) },
	}
	r.SetColorProfile(termenv.Ascii) // frames are read as texts
	for _, f := range set {
		f(e)
	}
	s.m = newModel(e, s, Options{Config: config.Config{UTF8: true}, Debug: io.Discard})
	s.send(tea.WindowSizeMsg{Width: w, Height: h})
	s.run(s.m.Init())
	return s
}

func english(e *page.Env) { e.T.Lang = i18n.English }

// Copy is the clipboard of the driver's terminal.
func (s *driver) Copy(text string) (inTmux bool) {
	s.copied = append(s.copied, text)
	return true
}

// Title is that of the driver's window.
func (s *driver) Title(text string) { s.title = text }

// Alert is what the driver's user hears in another window.
func (s *driver) Alert(text string) { s.alerts = append(s.alerts, text) }

// Mouse is that of the driver's terminal.
func (s *driver) Mouse(bool) tea.Cmd { return nil }

// publish lets everybody hear a fact.
func (s *driver) publish(fact tea.Msg) {
	s.m.Publish(fact)
	s.m.settle()
	s.run(s.m.e.Commands())
}

// profile draws with colours.
func (s *driver) profile(p termenv.Profile, n theme.Name) {
	s.renderer.SetColorProfile(p)
	s.m.e.Theme = s.m.e.Theme.With(n)
}

// send hands messages in, and what follows from them.
func (s *driver) send(msgs ...tea.Msg) {
	for _, m := range msgs {
		_, cmd := s.m.Update(m)
		s.run(cmd)
	}
}

// run runs a command at once. One that gets no answer is kept for release.
func (s *driver) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	msg, silent := s.try(cmd)
	switch {
	case silent:
		s.held = append(s.held, cmd)
	case msg == nil:
	default:
		switch m := msg.(type) {
		case tea.BatchMsg:
			if s.fake.Backwards { // any order may come
				m = slices.Clone(m)
				slices.Reverse(m)
			}
			for _, c := range m {
				s.run(c)
			}
		case tea.QuitMsg:
			s.quit = true
		default:
			s.send(m)
		}
	}
}

func (s *driver) try(cmd tea.Cmd) (msg tea.Msg, silent bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, silent = r.(silence); !silent {
				panic(r)
			}
		}
	}()
	return cmd(), false
}

// release lets the calls answer that were silent so far.
func (s *driver) release() {
	clear(s.fake.Silent)
	held := s.held
	s.held = nil
	for _, cmd := range held {
		s.run(cmd)
	}
}

// advance moves the clock and fires what is due, in order.
func (s *driver) advance(d time.Duration) {
	until := s.now.Add(d)
	for {
		sort.SliceStable(s.timers, func(i, j int) bool { return s.timers[i].at.Before(s.timers[j].at) })
		if len(s.timers) == 0 || s.timers[0].at.After(until) {
			break
		}
		next := s.timers[0]
		s.timers = s.timers[1:]
		s.now = next.at
		s.send(next.msg)
	}
	s.now = until
	s.fake.Now = until
}

var named = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"backspace": tea.KeyBackspace, "f1": tea.KeyF1, "f3": tea.KeyF3, "f4": tea.KeyF4,
	"ctrl+c": tea.KeyCtrlC, "ctrl+s": tea.KeyCtrlS, "ctrl+l": tea.KeyCtrlL, "ctrl+t": tea.KeyCtrlT,
	"ctrl+r": tea.KeyCtrlR, "ctrl+n": tea.KeyCtrlN, "ctrl+u": tea.KeyCtrlU, "ctrl+o": tea.KeyCtrlO, "ctrl+g": tea.KeyCtrlG,
}

// press presses keys by their names.
func (s *driver) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		if typ, ok := named[k]; ok {
			s.send(tea.KeyMsg{Type: typ})
			continue
		}
		if len([]rune(k)) != 1 {
			s.t.Fatalf("no such key: %q", k)
		}
		s.typed(k)
	}
}

// clickOn clicks on the first place where a text stands.
func (s *driver) clickOn(text string) {
	s.t.Helper()
	for y, line := range strings.Split(s.view(), "\n") {
		if before, _, found := strings.Cut(line, text); found {
			s.send(tea.MouseMsg{X: cells.Width(before), Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
			return
		}
	}
	s.t.Fatalf("no %q in\n%s", text, s.view())
}

// typed types a text, character by character.
func (s *driver) typed(text string) {
	for _, r := range text {
		typ := tea.KeyRunes
		if r == ' ' {
			typ = tea.KeySpace
		}
		s.send(tea.KeyMsg{Type: typ, Runes: []rune{r}})
	}
}

// view is the frame with the caret drawn where text is typed.
func (s *driver) view() string {
	caret := "│"
	if s.m.e.Theme.ASCII {
		caret = "|"
	}
	frame := strings.ReplaceAll(s.m.View(), cells.Caret+" ", caret)
	lines := strings.Split(strings.ReplaceAll(frame, cells.Caret, ""), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// see fails unless the frame shows every text.
func (s *driver) see(texts ...string) {
	s.t.Helper()
	v := strings.ReplaceAll(s.view(), "\u00a0", " ")
	for _, want := range texts {
		if !strings.Contains(v, want) {
			s.t.Errorf("no %q in\n%s", want, v)
		}
	}
}

// miss fails where the frame shows one of the texts.
func (s *driver) miss(texts ...string) {
	s.t.Helper()
	v := strings.ReplaceAll(s.view(), "\u00a0", " ")
	for _, not := range texts {
		if strings.Contains(v, not) {
			s.t.Errorf("%q in\n%s", not, v)
		}
	}
}

// student opens the program with a kept session.
func student(t testing.TB, w, h int, set ...func(*page.Env)) *driver {
	t.Helper()
	f := newFake(start)
	f.LogIn()
	s := open(t, f, w, h, set...)
	if s.m.kind != page.Home {
		t.Fatalf("not at home:\n%s", s.view())
	}
	return s
}
