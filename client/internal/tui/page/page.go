// Package page is what the screens have in common: their environment, what they ask of the
// root, and how they load. Each screen is a package below; none knows another.
package page

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/config"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Kind names a screen.
type Kind uint8

// The screens.
const (
	Login Kind = iota
	Register
	Home
	Catalog
	Article
	Sell
	Mine
	Boards
	Account
	Password
	Messages
	Admin // administrators only
)

// Page is one screen. Only the root is a tea.Model: pages change in place, so
// that what was typed and where the cursor stood outlive a visit elsewhere.
type Page interface {
	// Show is called each time the page comes on; arg is that of Shell.Go.
	Show(arg any)
	// Update gets every fact; keys, Click, Second and Resync only while the page is on.
	Update(tea.Msg)
	View() string
	SetSize(w, h int)
	Title(t i18n.T) string // behind the program's name
	Typing() bool          // letters and digits belong to a field
	Draft() bool           // something typed here would be lost by leaving
	Keys() []keys.Key      // that matter here, the most useful first
}

// Dialog is a box over a page that takes the keys until it is over.
type Dialog interface {
	Key(tea.KeyMsg)
	Click(row int) // on a numbered zone: a field of the dialog, a row
	View(w int) string
	Keys() []keys.Key
	Stage() Stage
}

// Stage is whether a dialog is in sight.
type Stage uint8

// A hidden dialog still awaits the answer to what the user confirmed.
const (
	Shown Stage = iota
	Hidden
	Over
)

// Staged is what a dialog embeds to be at a stage.
type Staged struct{ At Stage }

// Stage is the one it is at.
func (s *Staged) Stage() Stage { return s.At }

// At is row i of a list; ok is false where the list has none.
func At[T any](rows []T, i int) (row T, ok bool) {
	if i < 0 || i >= len(rows) {
		return row, false
	}
	return rows[i], true
}

// KeepPlace puts the cursor of before on its row among those of now, unless it stands at the
// top: there it shows what is new.
func KeepPlace[T any](t *widget.Table, before, now []T, same func(a, b T) bool) {
	if row, ok := At(before, t.Cur); ok && t.Cur > 0 {
		if i := slices.IndexFunc(now, func(r T) bool { return same(r, row) }); i >= 0 {
			t.Cur = i
		}
	}
	t.Clamp(len(now))
}

// Named is what every page embeds: its size and its name.
type Named struct {
	Name i18n.Msg
	W, H int
}

func (n *Named) Title(t i18n.T) string { return t.S(n.Name) }

// SetSize keeps the size of the page, in cells.
func (n *Named) SetSize(w, h int) { n.W, n.H = w, h }

// Base is what a page embeds that has nothing to type into.
type Base struct{ Named }

// NewBase makes the base of a page of that name.
func NewBase(name i18n.Msg) Base { return Base{Named{Name: name}} }

// Typing is false: there is no field.
func (*Base) Typing() bool { return false }

// Draft is false: nothing would be lost.
func (*Base) Draft() bool { return false }

// Env is what all screens share, and the shell around them. Pages read it in View, so a
// change of language or theme needs no word to anyone.
type Env struct {
	Shell
	Ctx    context.Context // ends with the program
	API    API
	T      i18n.T
	Theme  *theme.Theme
	Motion bool // spinners turn
	Addr   string
	TLS    bool
	Remote bool // the user sits at another machine: no file is written here

	Version string // of the program

	Now   func() time.Time
	After func(d time.Duration, m tea.Msg) // m comes to Update after d

	Link    link.State
	Session api.Session       // zero when nobody is logged in
	Who     Load[api.Profile] // who is logged in
	Quotas  QuotaState
	Inbox   Inbox
	Alerts  config.Alerts // when administrators are called

	loads []canceler // those under way
	cmds  []tea.Cmd  // for bubbletea, once Update is over
}

// Run queues a command, which bubbletea runs once the root's Update is over.
func (e *Env) Run(cmd tea.Cmd) { e.cmds = append(e.cmds, cmd) }

// Commands empties the queue.
func (e *Env) Commands() tea.Cmd {
	cmds := e.cmds
	e.cmds = nil
	return tea.Batch(cmds...)
}

// Busy says whether an answer is awaited.
func (e *Env) Busy() bool { return len(e.loads) > 0 }

// GiveUp cancels all that is awaited.
func (e *Env) GiveUp() {
	for _, l := range e.loads {
		l.Cancel()
	}
}

// AskWho asks for the profile of whoever is logged in.
func (e *Env) AskWho() { e.Who.Start(e, e.API.Who, nil) }

// IsAdmin says whether an administrator is logged in.
func (e *Env) IsAdmin() bool { return e.Session.Role == api.Admin }

// Later calls do from Update after some time.
func (e *Env) Later(d time.Duration, do func()) { e.After(d, later(do)) }

// Debounce lets the last of several calls through, once a pause follows it.
type Debounce struct{ calls int }

// Later is Env.Later, unless it is called again before the time is over.
func (b *Debounce) Later(e *Env, d time.Duration, do func()) {
	b.calls++
	call := b.calls
	e.Later(d, func() {
		if call == b.calls {
			do()
		}
	})
}

// S is e.T.S, which pages need on every line.
func (e *Env) S(m i18n.Msg, args ...any) string { return e.T.S(m, args...) }
