// Package keys is the key map: for each key what the terminal sends, how it is
// shown, and what it does. The hint bar and the help are drawn from it. Never
// bound alone: [ ] { } | \ @ #, which need AltGr on AZERTY, and anything with Alt.
package keys

import (
	"cmp"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
)

// Key is a key, or several that do the same.
type Key struct {
	codes []string // as tea.KeyMsg.String gives them
	name  string   // as the hint bar shows it; its words are translated
	all   string   // as the help shows it, with the other keys that do the same
	Does  i18n.Msg
	Off   bool // shown in its place, but now it only says why it does nothing
}

// Is says whether the user pressed this key.
func (k Key) Is(msg tea.KeyMsg) bool { return slices.Contains(k.codes, msg.String()) }

// To is the same key where it does something more precise.
func (k Key) To(does i18n.Msg) Key {
	k.Does = does
	return k
}

// When is the same key, off unless on.
func (k Key) When(on bool) Key {
	k.Off = !on
	return k
}

// Code is the first of its codes; "" for a pair, which is no key to press.
func (k Key) Code() string {
	if len(k.codes) == 0 {
		return ""
	}
	return k.codes[0]
}

// Same says that other is this key, whatever it does.
func (k Key) Same(other Key) bool { return k.Code() != "" && k.Code() == other.Code() }

// Press is what the terminal sends for the key.
func (k Key) Press() tea.KeyMsg { return Pressed(k.Code()) }

// Pressed is what the terminal sends for a code.
func Pressed(code string) tea.KeyMsg {
	if code == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	for t := tea.KeyF20; t <= tea.KeyBackspace; t++ {
		if m := (tea.KeyMsg{Type: t}); t != tea.KeyRunes && m.String() == code {
			return m
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(code)}
}

// Name is the key as the hint bar shows it.
func (k Key) Name(t i18n.T) string { return t.KeyNames(k.name) }

// All is the key as the help shows it.
func (k Key) All(t i18n.T) string { return t.KeyNames(cmp.Or(k.all, k.name)) }

// bind makes a key. The first code is also its name, unless named says more.
func bind(does i18n.Msg, codes ...string) Key {
	name := codes[0]
	if letter, ctrl := strings.CutPrefix(name, "ctrl+"); ctrl {
		name = "^" + strings.ToUpper(letter)
	}
	return Key{codes: codes, name: name, Does: does}
}

func (k Key) named(name, all string) Key {
	k.name, k.all = name, all
	return k
}

// Everywhere, also while typing in a field.
var (
	Quit       = bind(i18n.Do.QuitNow, "ctrl+c")
	HelpTyping = bind(i18n.Do.Help, "f1").named("F1", "")
	Language   = bind(i18n.Do.English, "ctrl+l")
	Theme      = bind(i18n.Do.Theme, "ctrl+t")
	Mouse      = bind(i18n.Do.Mouse, "ctrl+o")
	Retry      = bind(i18n.Do.RetryNow, "ctrl+r")
	Back       = bind(i18n.Do.Back, "esc")
	Palette    = bind(i18n.Do.Palette, ":", "ctrl+p").named(":", ": ^P")
	Suspend    = bind(i18n.Do.Suspend, "ctrl+z")
)

// Everywhere but in a field, where a letter is a letter.
var (
	Help       = bind(i18n.Do.Help, "?").named("?", "? F1")
	QuitLetter = bind(i18n.Do.Quit, "q")
	Refresh    = bind(i18n.Do.Refresh, "r", "ctrl+r")
	Copy       = bind(i18n.Do.Copy, "c")
	Messages   = bind(i18n.Do.Messages, "m")
	Enter      = bind(i18n.Do.Confirm, "enter")
	ReadPage   = bind(i18n.Do.Read, "l", "esc") // under the box of a lost connection
)

// Screen opens screen i+1. A French keyboard gives & é " ' ( - è for the digits
// without Shift; F2 to F8 work while typing as well.
var Screen = []Key{
	bind(i18n.Nav.Home, "1", "&", "f2"),
	bind(i18n.Nav.Catalog, "2", "é", "f3"),
	bind(i18n.Nav.Sell, "3", "\"", "f4"),
	bind(i18n.Nav.Mine, "4", "'", "f5"),
	bind(i18n.Nav.Boards, "5", "(", "f6"),
	bind(i18n.Nav.Account, "6", "-", "f7"),
	bind(i18n.Nav.Admin, "7", "è", "f8"), // administrators only
}

// Screens are the keys of all screens in one hint.
func Screens(admin bool) Key {
	if admin {
		return Key{name: "1-7", all: "1 … 7, F2 … F8", Does: i18n.Do.Screen}
	}
	return Key{name: "1-6", all: "1 … 6, F2 … F7", Does: i18n.Do.Screen}
}

// In lists.
var (
	Up       = bind(i18n.Do.Choose, "up", "k")
	Down     = bind(i18n.Do.Choose, "down", "j")
	PageUp   = bind(i18n.Do.Page, "pgup", "ctrl+u")
	PageDown = bind(i18n.Do.Page, "pgdown", "ctrl+d", " ")
	Top      = bind(i18n.Do.Ends, "home", "g")
	Bottom   = bind(i18n.Do.Ends, "end", "G")
	Left     = bind(i18n.Do.Choose, "left", "h")
	Right    = bind(i18n.Do.Choose, "right", "l")
	SellNew  = bind(i18n.Do.Sell, "v")
	Search   = bind(i18n.Do.Search, "/", "ctrl+f")
	Category = bind(i18n.Do.Category, "t")
	Sort     = bind(i18n.Do.Sort, "s")
	MaxPrice = bind(i18n.Do.MaxPrice, "p")
	Seller   = bind(i18n.Do.Seller, "v", "@").named("v", "v @")
	AllOff   = bind(i18n.Do.AllOff, "x")
	Withdraw = bind(i18n.Do.Withdraw, "x")
	Buy      = bind(i18n.Do.Buy, "a", "b").named("buy", "a b")
)

// Pairs of keys, as the hint bar and the help show them.
var (
	Arrows = Key{name: "↑↓", all: "↑ ↓ or k j", Does: i18n.Do.Choose}
	Sides  = Key{name: "←→", Does: i18n.Do.Choose}
	Pages  = Key{name: "pgup pgdown", Does: i18n.Do.Page}
	Ends   = Key{name: "home end g G", Does: i18n.Do.Ends}
	Tabs   = Key{name: "tab/⇧tab", Does: i18n.Do.Tab}
)

// On the administrator's screens.
var (
	Pause         = bind(i18n.Do.Pause, " ").named("space", "")
	Announce      = bind(i18n.Do.Announce, "a")
	Registrations = bind(i18n.Do.Registrations, "i")
	Block         = bind(i18n.Do.Block, "b")
	Expel         = bind(i18n.Do.Expel, "x")
	Reset         = bind(i18n.Do.Reset, "z")
	Acknowledge   = bind(i18n.Do.Acknowledge, "v")
	Export        = bind(i18n.Do.Export, "e")
	Give          = bind(i18n.Do.Give, "p")
	Delete        = bind(i18n.Do.Delete, "d")
	NextPanel     = bind(i18n.Do.Tab, "tab")
	PrevPanel     = bind(i18n.Do.Tab, "shift+tab")
)

// In forms and between tabs.
var (
	Next    = bind(i18n.Do.Next, "tab", "down")
	Prev    = bind(i18n.Do.Fields, "shift+tab", "up")
	NextTab = bind(i18n.Do.Tab, "tab", "right", "l")
	PrevTab = bind(i18n.Do.Tab, "shift+tab", "left", "h")
	Send    = bind(i18n.Do.Send, "ctrl+s")
	Clear   = bind(i18n.Help.Clear, "ctrl+u")
	Reveal  = bind(i18n.Do.Reveal, "ctrl+v")
	SeeItem = bind(i18n.Do.SeeItem, "ctrl+g")
	New     = bind(i18n.Do.Register, "ctrl+n")
)

// In dialogs: French and English initials both work in both languages.
var (
	Yes = bind(i18n.Do.Yes, "o", "O", "y", "Y").named("yes", "o y")
	No  = bind(i18n.Do.No, "n", "N", "esc").named("n", "n esc")
)

// Group is keys that the help shows under one title.
type Group struct {
	Title i18n.Msg
	Keys  []Key
}

// Groups are all keys in the two columns of the help.
func Groups(admin bool) (left, right []Group) {
	azerty := Key{name: "& é \" ' ( -", Does: i18n.Help.Azerty} // the digits without Shift
	if admin {
		azerty.name += " è"
	}
	left = []Group{
		{i18n.Help.All, []Key{
			Screens(admin).To(i18n.Help.Screens), azerty, Tabs.To(i18n.Help.Tab), Back.To(i18n.Help.Esc), Help.To(i18n.Help.This), Palette, Messages,
			Language.To(i18n.Help.Language), Theme, Mouse, Retry, Suspend, QuitLetter, Quit,
		}},
	}
	if admin {
		left = append(left, Group{i18n.Admin.Title, []Key{
			Pause.To(i18n.Help.Pause), Acknowledge.To(i18n.Help.Acknowledge), Export, Announce.To(i18n.Help.Announce), Registrations,
			Block.To(i18n.Help.Block), Expel, Reset.To(i18n.Help.Reset), Give.To(i18n.Help.Give), Delete,
		}})
	}
	right = []Group{
		{i18n.Help.Lists, []Key{
			Arrows, Pages, Ends, Enter.To(i18n.Do.Open), Search, Category.To(i18n.Help.Category), MaxPrice, Seller, AllOff, Sort.To(i18n.Help.Sort),
			Buy, SellNew, Withdraw, Copy, Refresh.To(i18n.Help.Retry),
		}},
		{i18n.Help.Dialogs, []Key{Sides, Yes, No}},
		{i18n.Help.Forms, []Key{New, Enter.To(i18n.Do.Next), Send.To(i18n.Help.Send), Clear, Reveal, SeeItem}},
	}
	return left, right
}
