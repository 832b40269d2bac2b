package api

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// NewRef gives a random ref.
func NewRef() string { return "etu-" + rand.Text() }

// Sell puts an article up for sale: a counted call, repeated with the same ref until an
// answer comes. Errors by code: INVALIDE (champ=), QUOTA (After), INDISPONIBLE.
func (c *Client) Sell(ctx context.Context, s Sale) (Receipt, error) {
	if s.Ref == "" {
		s.Ref = NewRef()
	}
	return c.counted(ctx, request("VENTE").word(s.Category, protocol.FormatPrice(s.Cents)).
		key("ref", s.Ref).key("description", s.Description).text(s.Title).repeat())
}

// Buy buys an article: a counted call, repeated like Sell; an empty ref is a random one.
// Errors by code: VENDU, ABSENT, INTERDIT (one's own), QUOTA (After), INDISPONIBLE.
func (c *Client) Buy(ctx context.Context, id, ref string) (Receipt, error) {
	if ref == "" {
		ref = NewRef()
	}
	return c.counted(ctx, request("ACHAT").word(id).key("ref", ref).repeat())
}

func (c *Client) counted(ctx context.Context, b builder) (Receipt, error) {
	reply, err := c.do(ctx, b)
	f := reply.Status.Fields
	return Receipt{
		ID: f.Get("id"), Title: f.Get("titre"), Category: f.Get("categorie"), Cents: cents(f.Get("prix")),
		Seller: f.Get("vendeur"), Contact: f.Get("contact"),
		Services: quotaOf(f, reply.At),
	}, err
}

// Articles gives a page of what is for sale.
func (c *Client) Articles(ctx context.Context, q Query) (Page[Article], error) {
	var most string
	switch {
	case q.Free:
		most = protocol.FormatPrice(0)
	case q.MaxCents > 0:
		most = protocol.FormatPrice(q.MaxCents)
	}
	return list(ctx, c, article, request("ARTICLES").key("categorie", q.Category).key("q", q.Words).key("prix_max", most).
		key("vendeur", q.Seller).key("tri", string(q.Sort)).number("n", q.N).key("apres", q.After))
}

// MySales gives a page of the user's articles, sold ones with their buyer;
// after is Page.Next of the page before, n its lines (0: the server's 20).
func (c *Client) MySales(ctx context.Context, n int, after string) (Page[Article], error) {
	return list(ctx, c, article, request("MESVENTES").number("n", n).key("apres", after))
}

// MyPurchases gives a page of what the user bought.
func (c *Client) MyPurchases(ctx context.Context, n int, after string) (Page[Article], error) {
	return list(ctx, c, article, request("MESACHATS").number("n", n).key("apres", after))
}

func article(f protocol.Fields) Article {
	a := Article{
		ID: f.Get("id"), Title: f.Get("titre"), Category: f.Get("categorie"), Cents: cents(f.Get("prix")),
		Seller: f.Get("vendeur"), Published: instant(f.Get("publie")), SoldAt: instant(f.Get("vendu")), Status: Status(f.Get("etat")),
		Description: f.Get("description"), Contact: f.Get("contact"),
	}
	if a.Other = f.Get("acheteur"); a.Other == "" && a.Contact != "" {
		a.Other = a.Seller
	}
	return a
}

// Article gives one article, with description and status. ABSENT by code.
func (c *Client) Article(ctx context.Context, id string) (Article, error) {
	reply, err := c.do(ctx, request("ARTICLE").word(id).repeat())
	return article(reply.Status.Fields), err
}

// Withdraw takes one's own article off the market. ABSENT, INTERDIT, VENDU by
// code. A lost answer is settled by asking for the article.
func (c *Client) Withdraw(ctx context.Context, id string) error {
	err := c.order(ctx, request("RETRAIT").word(id))
	if !errors.Is(err, link.ErrLost) {
		return err
	}
	a, asked := c.Article(ctx, id)
	switch {
	case asked != nil:
		return err
	case a.Status == OnSale:
		return c.order(ctx, request("RETRAIT").word(id))
	case a.Status == Withdrawn:
		return nil
	}
	return &link.Error{Code: protocol.VENDU}
}

// Quotas tells what is left of both windows.
func (c *Client) Quotas(ctx context.Context) (Quotas, error) {
	reply, err := c.do(ctx, request("QUOTA").repeat())
	var q Quotas
	for _, f := range reply.Rows {
		q.set(f, reply.At)
	}
	return q, err
}

func (q *Quotas) set(f protocol.Fields, at time.Time) {
	switch f.Get("quota") {
	case "connexions":
		q.Connections = quotaOf(f, at)
	case "services":
		q.Services = quotaOf(f, at)
	}
}

// Boards gives the four boards.
func (c *Client) Boards(ctx context.Context) (Boards, error) {
	reply, err := c.do(ctx, request("STATS").repeat())
	all := Boards{}
	for _, f := range reply.Rows {
		b := Board(f.Get("tableau"))
		all[b] = append(all[b], Rank{
			Rank: count(f, "rang"), Login: f.Get("login"), Name: f.Get("service"), When: instant(f.Get("instant")),
			Count: max(count(f, "connexions"), count(f, "appels")), // a row has one of them
		})
	}
	return all, err
}

// Count tells how many connections and users there are.
func (c *Client) Count(ctx context.Context) (Count, error) {
	reply, err := c.do(ctx, request("NB").repeat())
	f := reply.Status.Fields
	return Count{Connections: count(f, "connexions"), Users: count(f, "utilisateurs")}, err
}
