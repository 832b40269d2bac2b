package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
)

// Go opens a screen. Push keeps the present one under it, for Esc.
type Go struct {
	Kind Kind
	Arg  any
	Push bool
}

// LoginArg is Go.Arg for the login screen: how to begin.
type LoginArg struct {
	Login    string // fills the field
	Password string // tried once, where no session is kept
	Resume   bool   // try the kept session first
	Reason   string // why the screen is here, "" for no reason
}

// Back leaves a screen for the one it was opened from.
type Back struct{}

// Mood is how a short message stands out.
type Mood uint8

// The moods.
const (
	Info Mood = iota
	Good
	Bad
	News // an event from outside
)

// Say shows a short message in the status line for some seconds.
type Say struct {
	Mood Mood
	Text string
}

// Open shows a dialog.
type Open struct{ Dialog Dialog }

// Buy asks for an article to be bought: the root shows the confirmation. Bought
// says that it is done, OnSale that something of the user's was put up for sale.
type (
	Buy    struct{ Article api.Article }
	Bought struct{ Article api.Article }
	OnSale struct{ Receipt api.Receipt }
)

// Withdraw asks for one's own article to be taken off, Gone says that an
// article is no longer for sale.
type (
	Withdraw struct{ Article api.Article }
	Gone     struct{ Article api.Article }
)

// CopyText puts a text on the user's clipboard.
type CopyText struct{ Text string }

// Entered says that somebody logged in; Left that nobody is any more, with the
// reason for the login screen ("" when the user asked for it).
type (
	Entered struct{ Session api.Session }
	Left    struct{ Reason string }
)

// PasswordChanged says that the user has a password of his own choice.
type PasswordChanged struct{}

// Resync says that events were missed or something changed elsewhere: the page
// in sight asks again, keeping what it shows until the answer comes.
type Resync struct{}

// Live is what an administrator's SUIVRE brings, in its order: measures and what
// happened.
type Live []api.Event

// Noted adds to the list of events.
type Noted struct{ Note Note }

// Spent says that a call of the services quota was made, with what is left.
type Spent struct{ Services api.Quota }

// ToggleLanguage and NextTheme are wishes that the root fulfils.
type (
	ToggleLanguage struct{}
	NextTheme      struct{}
	RefreshQuotas  struct{}
)

// Second comes to the page in sight, every second while the link is online.
type Second struct{}

// Redraw draws again: time has passed.
type Redraw struct{}

// Send makes a command of a message.
func Send(m tea.Msg) tea.Cmd { return func() tea.Msg { return m } }
