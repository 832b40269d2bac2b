package page

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
)

// Shell is what pages and dialogs ask of the root. What it does is done when it
// returns; only what Publish takes is heard a little later.
type Shell interface {
	// Go opens a page; Push keeps the present one under it, for Back.
	Go(k Kind, arg any) tea.Cmd
	Push(k Kind, arg any) tea.Cmd
	Back() tea.Cmd
	// Open shows a dialog over the page.
	Open(d Dialog)
	// Say shows a short message for some seconds.
	Say(m Mood, text string)
	// InSight says that a page is the present one, and drawn.
	InSight(k Kind) bool
	// Alert calls the user, also from another window: the bell rings.
	Alert(text string)
	// Copy puts a text on the user's clipboard, and says so.
	Copy(text string)
	// Spend takes what is left of the services quota after a call; AskQuotas
	// asks the server for both.
	Spend(services api.Quota)
	AskQuotas() tea.Cmd
	ToggleLanguage()
	NextTheme()
	// Publish tells a fact to the root, every page and every dialog, before the
	// root's Update returns. Facts are heard in the order of their publication.
	Publish(fact tea.Msg)
}

// Mood is how a short message stands out.
type Mood uint8

// The moods.
const (
	Info Mood = iota
	Good
	Bad
	News // an event from outside
	Sold // the user's item was bought
)

// LoginArg is the argument of the login screen: how to begin.
type LoginArg struct {
	Login    string // fills the field
	Password string // tried once, where no session is kept
	Resume   bool   // try the kept session first
	Reason   string // why the screen is here, "" for no reason
}

// The facts that are published.
type (
	// Bought: the user bought an article.
	Bought struct{ Article api.Article }
	// OnSale: the user put something up for sale.
	OnSale struct{ Receipt api.Receipt }
	// Gone: an article is no longer for sale.
	Gone struct{ Article api.Article }
	// Entered: somebody logged in. Greeting is said in place of the usual one.
	Entered struct {
		Session  api.Session
		Greeting string
	}
	// Left: nobody is logged in any more. The login screen shows the reason, ""
	// where the user asked for it.
	Left struct{ Reason string }
	// PasswordChanged: the user has a new password.
	PasswordChanged struct{}
	// NewsCame: the rows of the inbox are new.
	NewsCame struct{}
)

// Second comes to the page in sight, every second while the link is online.
// Resync says to it that events were missed: it asks again, and keeps what it
// shows until the answer comes.
type (
	Second struct{}
	Resync struct{}
)

// Click is a click on a numbered zone of the page: a row of its table, a field
// of its form.
type Click int

// Searching is the argument of the catalogue that begins in its search.
type Searching struct{}

// Live is what an administrator's SUIVRE brings, in its order: measures and what
// happened.
type Live []api.Event

// Redraw draws again: time has passed.
type Redraw struct{}
