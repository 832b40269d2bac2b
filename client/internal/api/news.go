package api

import (
	"context"
	"time"
)

// News is a row of NOUVELLES: what happened to the user, present or not.
type News struct {
	ID   string // for MarkRead
	At   time.Time
	Type string // VENDU, ANNONCE, EXPULSE, RAZ, or one of a later version
	Read bool
	Text string
	// Of VENDU alone. Contact is empty where the buyer's account is gone.
	Article, Title, Buyer, Contact string
}

// NewsPage is a part of the news, newest first.
type NewsPage struct {
	News   []News
	Unread int    // of all, on this page or not
	Next   string // for the next page; "" at the end
}

// News gives a page of what happened to the user; after is NewsPage.Next of the
// page before. Nothing becomes read by it.
func (c *Client) News(ctx context.Context, n int, after string) (NewsPage, error) {
	reply, err := c.do(ctx, request("NOUVELLES").number("n", n).key("apres", after).repeat())
	if err != nil {
		return NewsPage{}, err
	}
	p := NewsPage{Next: reply.Status.Fields.Get("suite"), Unread: count(reply.Status.Fields, "non_lues"), News: make([]News, len(reply.Rows))}
	for i, f := range reply.Rows {
		p.News[i] = News{
			ID: f.Get("nouvelle"), At: instant(f.Get("instant")), Type: f.Get("type"), Read: f.Get("lue") == "oui", Text: f.Get("texte"),
			Article: f.Get("id"), Title: f.Get("titre"), Buyer: f.Get("acheteur"), Contact: f.Get("contact"),
		}
	}
	return p, nil
}

// MarkRead marks a row of the news and all below it as read, and tells how many
// are unread then.
func (c *Client) MarkRead(ctx context.Context, id string) (unread int, err error) {
	reply, err := c.do(ctx, request("LU").word(id).repeat())
	return count(reply.Status.Fields, "non_lues"), err
}
