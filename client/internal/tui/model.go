// Package tui is the program on a terminal of at least 60x20.
package tui

import (
	"context"
	"io"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/config"
	"etuservices/client/internal/drafts"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/page/account"
	"etuservices/client/internal/tui/page/admin"
	"etuservices/client/internal/tui/page/article"
	"etuservices/client/internal/tui/page/boards"
	"etuservices/client/internal/tui/page/catalog"
	"etuservices/client/internal/tui/page/home"
	"etuservices/client/internal/tui/page/login"
	"etuservices/client/internal/tui/page/messages"
	"etuservices/client/internal/tui/page/mine"
	"etuservices/client/internal/tui/page/register"
	"etuservices/client/internal/tui/page/sell"
	"etuservices/client/internal/tui/renderer"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// The smallest screen on which every page stands whole.
const (
	minW = 60
	minH = 20
)

// screens are the pages behind the keys 1 to 6, and an administrator's 7.
func (m *model) screens() []page.Kind {
	all := []page.Kind{page.Home, page.Catalog, page.Sell, page.Mine, page.Boards, page.Account}
	if m.e.IsAdmin() {
		all = append(all, page.Admin)
	}
	return all
}

// terminal is what the program asks of the terminal besides showing frames.
type terminal interface {
	// Copy puts a text on the clipboard: tmux's, or it asks the terminal to.
	Copy(text string) (inTmux bool)
	Mouse(on bool) tea.Cmd
	Title(text string)
	// Alert calls the user, who uses another window.
	Alert(text string)
}

// model is the root, and the Shell of the pages: it owns the size, the pages, the dialog over
// them, the connection's state, both quotas and the short messages.
type model struct {
	e        *page.Env
	terminal terminal
	opt      Options
	// detectTheme: the theme follows the background, until the user chooses one.
	detectTheme bool

	w, h  int
	pages []page.Page // by Kind
	sell  *sell.Page
	kind  page.Kind
	under []page.Kind // the pages that Esc goes back to
	facts []tea.Msg   // published, not yet heard

	dialog page.Dialog
	hidden []page.Dialog // confirmed, still waiting for their answer
	help   *widget.Table // over all else, Cur its first line in sight; nil: not in sight
	mouse  bool
	shown  string // the newest frame with its zones
	away   bool   // the terminal has lost the focus
	title  string // of the window, as the terminal has it

	status toast // in the status line
	news   toast // a box over the page

	cut      bool      // the user saw that the connection was lost
	cutAt    time.Time // since when
	readOn   bool      // the user put the box of the lost connection away
	spinning bool

	kept       drafts.Draft      // as its file has it
	unanswered []drafts.Purchase // of an earlier session or run, to be asked about

	quotas page.Load[api.Quotas]
	last   string    // who was logged in last
	back   page.Kind // where a session that ended by itself goes on
}

// toast is a short message with its end.
type toast struct {
	mood  page.Mood
	text  string
	until time.Time
}

func newModel(e *page.Env, t terminal, opt Options) *model {
	m := &model{e: e, terminal: t, opt: opt, sell: sell.New(e)}
	e.Shell, e.Link = m, e.API.State()
	m.makePages()
	return m
}

// makePages makes the pages of a session: the next user finds nothing of the one before. But
// the selling form stays, for the same user to come back to its draft.
func (m *model) makePages() {
	e := m.e
	m.pages = []page.Page{
		page.Login:    login.New(e),
		page.Register: register.New(e),
		page.Home:     home.New(e),
		page.Catalog:  catalog.New(e),
		page.Article:  article.New(e),
		page.Sell:     m.sell,
		page.Mine:     mine.New(e),
		page.Boards:   boards.New(e),
		page.Account:  account.New(e),
		page.Password: account.NewPassword(e),
		page.Messages: messages.New(e),
		page.Admin:    admin.New(e),
	}
	m.resize(m.w, m.h)
}

// Init starts with the login screen, the clock, and the server's events.
func (m *model) Init() tea.Cmd {
	if m.mouse {
		m.e.Run(m.terminal.Mouse(true))
	}
	m.pages[page.Login].Show(page.LoginArg{Login: m.opt.Login, Password: m.opt.Password, Resume: !m.opt.Remote})
	m.e.After(time.Second, second{})
	m.e.Run(m.nextState)
	m.e.Run(m.nextEvents)
	m.e.Run(m.nextLive)
	return m.e.Commands()
}

// page is the one in sight.
func (m *model) page() page.Page { return m.pages[m.kind] }

// loggedIn says whether somebody is.
func (m *model) loggedIn() bool { return m.e.Session.Login != "" }

// small says that the screen is below what pages can do with.
func (m *model) small() bool { return m.w < minW || m.h < minH }

// resize tells every page, also those out of sight: they must fit when shown.
func (m *model) resize(w, h int) {
	m.w, m.h = w, h
	for _, p := range m.pages {
		p.SetSize(max(minW, w)-2*gutter, max(minH, h)-chromeH)
	}
}

// show brings a page on.
func (m *model) show(k page.Kind, arg any) {
	switch {
	case k == page.Admin && !m.e.IsAdmin(): // who was one, and logged in anew as none
		k, arg = page.Home, nil
	case m.e.Session.MustChange && k != page.Login:
		k, arg = page.Password, nil // the server refuses all the rest
	}
	if m.kind == page.Sell && k != page.Sell && m.loggedIn() && m.sell.Draft() {
		m.Say(page.Info, m.e.S(i18n.Nav.Sell)+" "+theme.Sep+" "+m.e.S(i18n.Sell.Draft))
	}
	if p, is := m.page().(interface{ Hide() }); is && k != m.kind {
		p.Hide()
	}
	m.kind, m.help = k, nil
	m.pages[k].Show(arg)
}

// settle lets everybody hear the published facts in order, and puts away dialogs that are over.
func (m *model) settle() {
	for len(m.facts) > 0 {
		fact := m.facts[0]
		m.facts = m.facts[1:]
		m.heard(fact)
		for _, p := range m.pages {
			p.Update(fact)
		}
		m.acted(fact)
	}
	if m.dialog != nil && m.dialog.Stage() != page.Shown {
		m.hidden = append(m.hidden, m.dialog)
		m.dialog = nil
	}
	m.hidden = slices.DeleteFunc(m.hidden, func(d page.Dialog) bool { return d.Stage() != page.Hidden })
	m.askUnanswered()
	m.keepDrafts(false) // before the commands run that send them
}

// Options are what main decided. API is not closed.
type Options struct {
	config.Config
	API      page.API
	Terminal *renderer.Terminal
	// Remote: the user sits at another machine; nothing is read or written here but Drafts.
	Remote bool
	Drafts drafts.Store // keeps what they have not finished
	// Password is that of ETU_PASSWORD, usually empty. Never shown.
	Password string
	Program  string      // its version
	Settings config.File // remembers the language and the theme
	Debug    io.Writer   // takes a line for every message; io.Discard for none
}

// Run shows the screens until the user leaves (nil) or ctx ends.
func Run(ctx context.Context, opt Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := opt.Terminal
	defer t.Close()
	name := theme.Name(opt.Theme)
	detect := name == ""
	if detect { // until the terminal says what its background is, the one that is right on any
		t.AskBackground()
		name = theme.Terminal
	}
	e := &page.Env{
		Ctx: ctx, API: opt.API, T: i18n.T{Lang: opt.Lang}, Theme: theme.New(t.Colours(), name, opt.ASCII || !opt.UTF8),
		Motion: opt.Animations, Version: opt.Program, Addr: opt.Addr, TLS: opt.TLS, Remote: opt.Remote, Alerts: opt.Alerts, Now: time.Now,
	}
	e.After = func(d time.Duration, m tea.Msg) {
		e.Run(tea.Tick(d, func(time.Time) tea.Msg { return m }))
	}
	m := newModel(e, t, opt)
	m.mouse, m.detectTheme = t.HasMouse(), detect
	err := t.Run(ctx, m)
	m.keepDrafts(true)
	return err
}
