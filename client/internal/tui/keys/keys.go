// Package keys is the key map: which keys mean what, without the words that
// explain them (those are translated). Never bound: [ ] { } | \ @ #, which
// need AltGr on AZERTY, and anything with Alt.
package keys

import "github.com/charmbracelet/bubbles/key"

func bind(keys ...string) key.Binding { return key.NewBinding(key.WithKeys(keys...)) }

// Everywhere, also while typing in a field.
var (
	Quit     = bind("ctrl+c")
	Help     = bind("f1")
	Language = bind("ctrl+l")
	Theme    = bind("ctrl+t")
	Mouse    = bind("ctrl+o")
	Retry    = bind("ctrl+r")
	Back     = bind("esc")
)

// Everywhere but in a field, where a letter is a letter.
var (
	HelpLetter = bind("?")
	QuitLetter = bind("q")
	Refresh    = bind("r", "ctrl+r")
	Copy       = bind("c")
	Messages   = bind("m")
	Enter      = bind("enter")
)

// Screens opens screen i+1. A French keyboard gives & é " ' ( - for the digits
// without Shift; F2-F7 work while typing as well.
var Screens = []key.Binding{
	bind("1", "&", "f2"),
	bind("2", "é", "f3"),
	bind("3", "\"", "f4"),
	bind("4", "'", "f5"),
	bind("5", "(", "f6"),
	bind("6", "-", "f7"),
	bind("7", "è", "f8"), // administrators only
}

// ScreensTyping is Screens without the keys that are characters.
var ScreensTyping = []key.Binding{bind("f2"), bind("f3"), bind("f4"), bind("f5"), bind("f6"), bind("f7"), bind("f8")}

// In lists.
var (
	Up       = bind("up", "k")
	Down     = bind("down", "j")
	PageUp   = bind("pgup", "ctrl+u")
	PageDown = bind("pgdown", "ctrl+d", " ")
	Top      = bind("home", "g")
	Bottom   = bind("end", "G")
	Left     = bind("left", "h")
	Right    = bind("right", "l")
	Search   = bind("/", "ctrl+f")
	Category = bind("t")
	Sort     = bind("s")
	Withdraw = bind("x")
	Buy      = bind("a", "b")
)

// On the administrator's screens.
var (
	Pause     = bind(" ")
	Announce  = bind("a")
	Door      = bind("i")
	Block     = bind("b")
	Expel     = bind("x")
	Reset     = bind("z")
	Give      = bind("p")
	Delete    = bind("d")
	NextPanel = bind("tab")
	PrevPanel = bind("shift+tab")
)

// In forms and between tabs.
var (
	Next    = bind("tab", "down")
	Prev    = bind("shift+tab", "up")
	NextTab = bind("tab", "right", "l")
	PrevTab = bind("shift+tab", "left", "h")
	Send    = bind("ctrl+s")
	New     = bind("ctrl+n")
)

// In dialogs: French and English initials both work in both languages.
var (
	Yes = bind("o", "O", "y", "Y")
	No  = bind("n", "N", "esc")
)
