// Package page is what the screens have in common: the environment that they
// share, what they ask of the root, and how they load. Each screen is a package
// below; none knows another.
package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/keys"
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
	Show(arg any) tea.Cmd
	// Update gets every fact; keys, Click, Second and Resync only while the page
	// is on.
	Update(tea.Msg) tea.Cmd
	View() string
	SetSize(w, h int)
	// Title goes behind the program's name.
	Title() string
	// Typing says that letters and digits belong to a field.
	Typing() bool
	// Draft says that something typed here would be lost by leaving.
	Draft() bool
	// Keys are those that matter here, the most useful first.
	Keys() []keys.Key
}

// Dialog is a box over a page that takes the keys until it is over.
type Dialog interface {
	Key(tea.KeyMsg) tea.Cmd
	// Click is a click on a numbered zone: a field of the dialog, a row.
	Click(row int) tea.Cmd
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

// ReadWidth is the widest line, in cells, on which a name and a figure at its
// two ends can be read together.
const ReadWidth = 96

// Size is what a page embeds to know its own.
type Size struct{ W, H int }

// SetSize keeps the size of the page, in cells.
func (s *Size) SetSize(w, h int) { s.W, s.H = w, h }

// At is row i of a list; ok is false where the list has none.
func At[T any](rows []T, i int) (row T, ok bool) {
	if i < 0 || i >= len(rows) {
		return row, false
	}
	return rows[i], true
}

// Base is what a page embeds that has nothing to type into.
type Base struct{ Size }

// Typing is false: there is no field.
func (*Base) Typing() bool { return false }

// Draft is false: nothing would be lost.
func (*Base) Draft() bool { return false }
