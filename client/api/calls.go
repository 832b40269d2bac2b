package api

import (
	"context"
	"errors"

	"etuservices/client/link"
)

var errTodo = errors.New("api: not yet")

// ErrNoToken: Resume found no session kept for that server and login.
var ErrNoToken = errors.New("api: no session kept")

// Register creates an account; the user still has to log in. Errors by code:
// INVALIDE and EXISTE (champ=), DEJA, INDISPONIBLE. On link.ErrLost the
// account may exist: Login tells.
func (c *Client) Register(ctx context.Context, r Registration) (login string, err error) {
	return "", errTodo
}

// Login spends a connexion. Errors by code: ECHEC (reste=), EC, BLOQUE,
// QUOTA (After), INDISPONIBLE, DEJA.
func (c *Client) Login(ctx context.Context, loginOrEmail, password string) (Session, error) {
	return Session{}, errTodo
}

// Resume takes the kept session of a login ("" is the last one) up again and
// spends nothing. Errors: ErrNoToken, ECHEC (the token is dead and forgotten),
// BLOQUE, INDISPONIBLE. After the first two: ask for the password.
func (c *Client) Resume(ctx context.Context, login string) (Session, error) {
	return Session{}, errTodo
}

// Logout kills the token, here and at the server. An error leaves the client
// not logged in all the same.
func (c *Client) Logout(ctx context.Context) error { return errTodo }

// Who tells who is logged in.
func (c *Client) Who(ctx context.Context) (Profile, error) { return Profile{}, errTodo }

// Quotas tells what is left of both windows.
func (c *Client) Quotas(ctx context.Context) (Quotas, error) { return Quotas{}, errTodo }

// Sell puts an article up for sale; one call of the services quota. It is
// repeated with the same ref until an answer comes. Errors by code: INVALIDE
// (champ=), QUOTA (After), INDISPONIBLE.
func (c *Client) Sell(ctx context.Context, s Sale) (Receipt, error) { return Receipt{}, errTodo }

// Buy buys an article; one call of the services quota, repeated like Sell. An
// empty ref is a random one. Errors by code: VENDU, ABSENT, INTERDIT (one's
// own), QUOTA (After), INDISPONIBLE.
func (c *Client) Buy(ctx context.Context, id, ref string) (Receipt, error) {
	return Receipt{}, errTodo
}

// Articles gives a page of what is for sale.
func (c *Client) Articles(ctx context.Context, q Query) (Page, error) { return Page{}, errTodo }

// Article gives one article, with description and status. ABSENT by code.
func (c *Client) Article(ctx context.Context, id string) (Article, error) {
	return Article{}, errTodo
}

// Withdraw takes one's own article off the market. ABSENT, INTERDIT, VENDU by
// code. A lost answer is settled by asking for the article.
func (c *Client) Withdraw(ctx context.Context, id string) error { return errTodo }

// MySales gives a page of the user's articles, sold ones with their buyer;
// after is Page.Next of the page before, n its lines (0: the server's 20).
func (c *Client) MySales(ctx context.Context, n int, after string) (Page, error) {
	return Page{}, errTodo
}

// MyPurchases gives a page of what the user bought.
func (c *Client) MyPurchases(ctx context.Context, n int, after string) (Page, error) {
	return Page{}, errTodo
}

// Boards gives one board, or the four.
func (c *Client) Boards(ctx context.Context, b Board) (Boards, error) { return Boards{}, errTodo }

// Count tells how many connections and users there are.
func (c *Client) Count(ctx context.Context) (Count, error) { return Count{}, errTodo }

// ChangePassword changes the password; the user's other sessions end. ECHEC by
// code for a wrong old one, INVALIDE for a bad new one. On link.ErrLost it may
// have been done.
func (c *Client) ChangePassword(ctx context.Context, old, password string) error { return errTodo }

// Help gives the server's verbs; verb "" is all of them.
func (c *Client) Help(ctx context.Context, verb string) ([]Verb, error) { return nil, errTodo }

// Follow makes the server send Stats every so many seconds, and Activity at
// once, to Live, also after a reconnection; Unfollow ends it. INTERDIT by code.
func (c *Client) Follow(ctx context.Context, seconds int) error { return errTodo }

// Unfollow ends Follow.
func (c *Client) Unfollow(ctx context.Context) error { return errTodo }

// NewRef gives a random ref.
func NewRef() string { return "" }

func (c *Client) setup(ctx context.Context, do link.Doer) error { return errTodo }

func (c *Client) translate(ctx context.Context, from <-chan link.Event, to chan Event) {}
