package tui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/api"
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
	"etuservices/client/internal/tui/page/password"
	"etuservices/client/internal/tui/page/register"
	"etuservices/client/internal/tui/page/sell"
	"etuservices/client/internal/tui/theme"
)

// The smallest screen on which every page stands whole.
const (
	minW = 60
	minH = 20
)

// chromeH is the title, the tabs, the rule, the status and the hints.
const chromeH = 5

// screens are the pages behind the keys 1 to 6, and 7 for administrators.
var screens = []page.Kind{
	page.Home, page.Catalog, page.Sell, page.Mine, page.Boards, page.Account, page.Admin,
}

// screens are those of whoever is logged in: a student never sees the last.
func (m *model) screens() []page.Kind {
	if m.e.IsAdmin() {
		return screens
	}
	return screens[:len(screens)-1]
}

// model is the root: it owns the size, the pages, the dialog over them, the
// connection's state, both quotas and the short messages.
type model struct {
	e        *page.Env
	renderer *lipgloss.Renderer
	copy     func(string) // to the clipboard
	grab     func(bool)   // the mouse; nil: bubbletea does it
	listen   bool         // false in tests: events are handed in
	charset  i18n.Charset // of the terminal

	w, h  int
	pages map[page.Kind]page.Page
	kind  page.Kind
	under []page.Kind // the pages that Esc goes back to

	dialog  page.Dialog
	hidden  []page.Dialog // confirmed, still waiting for their answer
	help    bool
	helpTop int
	mouse   bool

	status toast // in the status line
	news   toast // a box over the page

	cut      bool      // the user saw that the connection was lost
	cutAt    time.Time // since when
	readOn   bool      // the user put the box of the lost connection away
	spinning bool

	quotas page.Load[api.Quotas]
	who    page.Load[api.Profile]
	last   string    // who was logged in last
	back   page.Kind // where a session that ended by itself goes on
	login  page.LoginArg
}

// toast is a short message with its end.
type toast struct {
	page.Say
	until time.Time
}

func newModel(e *page.Env, r *lipgloss.Renderer, first page.LoginArg) *model {
	m := &model{
		e: e, renderer: r, copy: func(string) {}, login: first,
		pages: map[page.Kind]page.Page{
			page.Login:    login.New(e),
			page.Register: register.New(e),
			page.Home:     home.New(e),
			page.Catalog:  catalog.New(e),
			page.Article:  article.New(e),
			page.Sell:     sell.New(e),
			page.Mine:     mine.New(e),
			page.Boards:   boards.New(e),
			page.Account:  account.New(e),
			page.Password: password.New(e),
			page.Messages: messages.New(e),
			page.Admin:    admin.New(e),
		},
	}
	e.Link = e.API.State()
	return m
}

// Init is part of tea.Model.
func (m *model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.pages[page.Login].Show(m.login), m.e.After(time.Second, second{})}
	if m.listen {
		cmds = append(cmds, m.nextState, m.nextEvents, m.nextLive)
	}
	return tea.Batch(cmds...)
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
		p.SetSize(max(minW, w), max(minH, h)-chromeH)
	}
}

// show brings a page on.
func (m *model) show(k page.Kind, arg any) tea.Cmd {
	switch {
	case k == page.Admin && !m.e.IsAdmin(): // who was one, and logged in anew as none
		k, arg = page.Home, nil
	case m.e.Session.MustChange && k != page.Login && k != page.Messages:
		k, arg = page.Password, nil // the server refuses all the rest
	}
	m.kind, m.help = k, false
	return m.pages[k].Show(arg)
}

// tell hands a message to every page and dialog: an answer belongs to the page
// that asked, in sight or not.
func (m *model) tell(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, p := range m.pages {
		cmds = append(cmds, p.Update(msg))
	}
	if m.dialog != nil {
		cmds = append(cmds, m.dialog.Update(msg))
	}
	for _, d := range m.hidden {
		cmds = append(cmds, d.Update(msg))
	}
	m.settleDialogs()
	return tea.Batch(cmds...)
}

// settleDialogs puts away what is over and keeps what still waits.
func (m *model) settleDialogs() {
	if m.dialog != nil && m.dialog.Stage() != page.Shown {
		if m.dialog.Stage() == page.Hidden {
			m.hidden = append(m.hidden, m.dialog)
		}
		m.dialog = nil
	}
	wait := m.hidden[:0]
	for _, d := range m.hidden {
		if d.Stage() == page.Hidden {
			wait = append(wait, d)
		}
	}
	m.hidden = wait
}

// setTheme draws with another theme from now on.
func (m *model) setTheme(n theme.Name) {
	m.e.Theme = theme.New(m.renderer, n, m.e.Theme.ASCII)
}
