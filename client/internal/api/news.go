package api

import (
	"context"
	"time"

	"etuservices/protocol"
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

// News gives a page of what happened to the user, newest first; after is Page.Next
// of the page before. Nothing becomes read by it.
func (c *Client) News(ctx context.Context, n int, after string) (Page[News], error) {
	return list(ctx, c, func(f protocol.Fields) News {
		return News{
			ID: f.Get("nouvelle"), At: instant(f.Get("instant")), Type: f.Get("type"), Read: f.Get("lue") == "oui", Text: f.Get("texte"),
			Article: f.Get("id"), Title: f.Get("titre"), Buyer: f.Get("acheteur"), Contact: f.Get("contact"),
		}
	}, request("NOUVELLES").number("n", n).key("apres", after))
}

// MarkRead marks a row of the news and all below it as read, and tells how many
// are unread then.
func (c *Client) MarkRead(ctx context.Context, id string) (unread int, err error) {
	reply, err := c.do(ctx, request("LU").word(id).repeat())
	return count(reply.Status.Fields, "non_lues"), err
}
