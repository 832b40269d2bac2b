package page

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
)

// Shell is what pages and dialogs ask of the root. What it does is done when it
// returns; only what Publish takes is heard a little later.
type Shell interface {
	Go(k Kind, arg any)   // opens a page
	Push(k Kind, arg any) // opens it over the present one, for Back
	Back()
	Open(d Dialog)           // over the page
	Say(m Mood, text string) // for some seconds
	InSight(k Kind) bool     // the page is the present one, and drawn
	Alert(text string)       // calls the user, also from another window: the bell rings
	Copy(text string)        // to the user's clipboard, and says so
	// Spend takes what is left of the services quota after a call; AskQuotas
	// asks the server for both.
	Spend(services api.Quota)
	AskQuotas()
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
	Bought struct{ Article api.Article } // by the user
	OnSale struct{ Receipt api.Receipt } // put up for sale by the user
	Gone   struct{ Article api.Article } // no longer for sale
	// Entered: somebody logged in. Greeting is said in place of the usual one.
	Entered struct {
		Session  api.Session
		Greeting string
	}
	// Left: nobody is logged in any more. The login screen shows the reason, ""
	// where the user asked for it.
	Left            struct{ Reason string }
	PasswordChanged struct{} // the user's
	// NewsCame: the rows of the inbox are new.
	NewsCame struct{ Before []api.News }
)

// Second comes to the page in sight, every second while the link is online. Resync says to
// it that events were missed: it asks again, and meanwhile keeps what it shows.
type (
	Second struct{}
	Resync struct{}
)

// Click is a click on a numbered zone of the page: a row of its table, a field of its form.
type Click int

// Searching is the argument of the catalogue that begins in its search.
type Searching struct{}

// Live is what an administrator's SUIVRE brings, in its order.
type Live []api.Event

// Redraw draws again: time has passed.
type Redraw struct{}

// API is what pages ask of the server. *api.Client is one; tests have their
// own. Every call waits while the link is offline, until its context ends.
type API interface {
	State() link.State
	Changes() <-chan link.State
	Retry()
	Events() <-chan api.Event

	Enter(ctx context.Context, login, password string) (api.Session, error)
	Login(ctx context.Context, loginOrEmail, password string) (api.Session, error)
	Logout(ctx context.Context) error
	Register(ctx context.Context, r api.Registration) (login string, err error)
	ChangePassword(ctx context.Context, old, password string) error
	Who(ctx context.Context) (api.Profile, error)
	Quotas(ctx context.Context) (api.Quotas, error)
	Count(ctx context.Context) (api.Count, error)

	Articles(ctx context.Context, q api.Query) (api.Page[api.Article], error)
	Article(ctx context.Context, id string) (api.Article, error)
	Sell(ctx context.Context, s api.Sale) (api.Receipt, error)
	Buy(ctx context.Context, id, ref string) (api.Receipt, error)
	Withdraw(ctx context.Context, id string) error
	MySales(ctx context.Context, n int, after string) (api.Page[api.Article], error)
	MyPurchases(ctx context.Context, n int, after string) (api.Page[api.Article], error)
	Boards(ctx context.Context) (api.Boards, error)
	News(ctx context.Context, n int, after string) (api.Page[api.News], error)
	MarkRead(ctx context.Context, id string) (unread int, err error)

	// Administrators ask besides:
	Live() <-chan api.Event
	Follow(ctx context.Context, seconds int) error
	History(ctx context.Context, minutes int) ([]api.Slot, error)
	Instances(ctx context.Context) ([]api.Instance, error)
	AccountDetails(ctx context.Context, login string) (api.AccountDetails, error)
	Sessions(ctx context.Context) ([]api.Connected, error)
	Accounts(ctx context.Context, words string, n int, after string) (api.Page[api.Account], error)
	Block(ctx context.Context, login, reason string) error
	Unblock(ctx context.Context, login string) error
	Expel(ctx context.Context, login string, minutes int, reason string) error
	ResetQuotas(ctx context.Context, login string) error
	GivePassword(ctx context.Context, login, password string) error
	DeleteAccount(ctx context.Context, login, reason string) error
	Announce(ctx context.Context, text string) error
	Registrations(ctx context.Context) (open bool, err error)
	OpenRegistrations(ctx context.Context, open bool) error
}
