// Package page is what the screens have in common: the environment that they
// share, what they tell the root, and how they load. Each screen is a package
// below; none knows another.
package page

import tea "github.com/charmbracelet/bubbletea"

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
	// Show is called each time the page comes on; arg is Go.Arg.
	Show(arg any) tea.Cmd
	// Update gets every message, keys only while the page is on.
	Update(tea.Msg) tea.Cmd
	View() string
	SetSize(w, h int)
	// Title goes behind the program's name.
	Title() string
	// Typing says that letters and digits belong to a field.
	Typing() bool
	// Draft says that something typed here would be lost by leaving.
	Draft() bool
	// Hints are the keys that matter here, the most useful first.
	Hints() []Hint
}

// Dialog is a box over a page that takes the keys until it is done.
type Dialog interface {
	Update(tea.Msg) tea.Cmd
	View(w, h int) string
	Hints() []Hint
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

// Hint is a key and what it does, in the user's language.
type Hint struct{ Key, Does string }

// ReadWidth bounds what belongs together on one line, in cells: a figure at
// the far end of a wide screen is no longer seen with its name.
const ReadWidth = 96

// Size is what a page embeds to know its own.
type Size struct{ W, H int }

// SetSize is part of Page.
func (s *Size) SetSize(w, h int) { s.W, s.H = w, h }

// Still is part of a page that has no field to type into, and so no draft.
type Still struct{}

// Typing is part of Page.
func (Still) Typing() bool { return false }

// Draft is part of Page.
func (Still) Draft() bool { return false }
