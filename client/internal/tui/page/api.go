package page

import (
	"context"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
)

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
	Boards(ctx context.Context, b api.Board) (api.Boards, error)
	News(ctx context.Context, n int, after string) (api.Page[api.News], error)
	MarkRead(ctx context.Context, id string) (unread int, err error)

	Administration
}

// Administration is what administrators ask besides.
type Administration interface {
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

var _ API = (*api.Client)(nil)
