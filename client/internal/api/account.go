package api

import (
	"context"
	"time"

	"etuservices/protocol"
)

// Register creates an account; the user still has to log in. Errors by code:
// INVALIDE and EXISTE (champ=), DEJA, INDISPONIBLE. On link.ErrLost the
// account may exist: Login tells.
func (c *Client) Register(ctx context.Context, r Registration) (login string, err error) {
	reply, err := c.do(ctx, request("INSCRIPTION").word(r.Login, r.Email, r.FirstName, r.LastName).text(r.Password))
	return reply.Status.Fields.Get("login"), err
}

// ChangePassword changes the password; the user's other sessions end. ECHEC by
// code for a wrong old one, INVALIDE for a bad new one. On link.ErrLost it may
// have been done.
func (c *Client) ChangePassword(ctx context.Context, old, password string) error {
	_, err := c.do(ctx, request("MOTDEPASSE").word(old).text(password))
	return err
}

// Who tells who is logged in.
func (c *Client) Who(ctx context.Context) (Profile, error) {
	reply, err := c.do(ctx, request("QUI").repeat())
	f := reply.Status.Fields
	return Profile{
		Login: f.Get("login"), FirstName: f.Get("prenom"), LastName: f.Get("nom"),
		Email: f.Get("email"), Role: Role(f.Get("role")), Since: instant(f.Get("depuis")),
	}, err
}

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
