package api

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// ErrNoToken: Resume found no session kept for that server and login.
var ErrNoToken = errors.New("api: no session kept")

// Login spends a connexion. Errors by code: ECHEC, EC, BLOQUE, QUOTA, INDISPONIBLE, DEJA.
func (c *Client) Login(ctx context.Context, loginOrEmail, password string) (Session, error) {
	auth := request("AUTH").word(loginOrEmail).text(password)
	auth.answer = "PASSOK"
	reply, err := c.do(ctx, auth)
	if err != nil {
		return Session{}, err
	}
	s := session(reply, reply.Status.Fields.Get("jeton"))
	s.Quota = quotaOf(reply.Status.Fields, reply.At)
	return c.begin(s, loginOrEmail), nil
}

// Resume takes the kept session of a login ("" is the last one) up again and
// spends nothing. Errors: ErrNoToken, ECHEC (the token is dead and forgotten),
// BLOQUE, INDISPONIBLE. After the first two: ask for the password.
func (c *Client) Resume(ctx context.Context, login string) (Session, error) {
	token, ok := c.opt.Tokens.Load(c.opt.tokenKey(), login)
	if !ok {
		return Session{}, ErrNoToken
	}
	reply, err := c.do(ctx, resumption(token))
	if err != nil {
		if link.CodeOf(err) == protocol.ECHEC {
			err = errors.Join(err, c.opt.Tokens.Delete(c.opt.tokenKey(), login))
		}
		return Session{}, err
	}
	s := session(reply, token)
	s.Resumed = true
	return c.begin(s, login), nil
}

func session(reply link.Reply, token string) Session {
	f := reply.Status.Fields
	return Session{Login: f.Get("login"), Role: Role(f.Get("role")), Unread: count(f, "non_lues"), MustChange: f.Get("changer") == "1", token: token}
}

// Enter is the way in at the start of a program: the kept session of login ("" is
// the last one), else a connexion when there is a password to spend it with.
// Errors: those of Resume and Login; ErrNoToken and ECHEC ask for a password.
func (c *Client) Enter(ctx context.Context, login, password string) (Session, error) {
	s, err := c.Resume(ctx, login)
	if dead := errors.Is(err, ErrNoToken) || link.CodeOf(err) == protocol.ECHEC; dead && login != "" && password != "" {
		return c.Login(ctx, login, password)
	}
	return s, err
}

// resumption may be repeated: a session is resumed as often as one likes. Only
// on a connection where the first attempt got through is it DEJA.
func resumption(token string) builder {
	return request("REPRENDRE").word(token).repeat()
}

// begin remembers a session, here and in the store.
func (c *Client) begin(s Session, asked string) Session {
	c.locked(func() { c.session, c.asked = s, asked })
	kept := s
	for _, name := range slices.Compact([]string{cmp.Or(asked, s.Login), s.Login}) { // asked may be the e-mail address
		kept.NotKept = kept.NotKept || c.opt.Tokens.Save(c.opt.tokenKey(), name, s.token) != nil
	}
	return kept
}

// forget ends the session here.
func (c *Client) forget() {
	c.mu.Lock()
	s, asked := c.session, c.asked
	c.session, c.period = Session{}, 0
	c.mu.Unlock()
	if s.Login == "" {
		return
	}
	for _, name := range []string{s.Login, asked} {
		if kept, ok := c.opt.Tokens.Load(c.opt.tokenKey(), name); ok && kept == s.token {
			_ = c.opt.Tokens.Delete(c.opt.tokenKey(), name) // what cannot be deleted holds a dead token
		}
	}
}

// Logout kills the token at the server, and in any case here.
func (c *Client) Logout(ctx context.Context) error {
	c.locked(func() { c.leaving = true })
	defer c.locked(func() { c.leaving = false })
	_, err := c.do(ctx, request("DECONNEXION").repeat())
	c.forget()
	switch link.CodeOf(err) {
	case protocol.AUTH, protocol.ECHEC: // it had ended already, or the first answer was lost
		return nil
	}
	return err
}

// setup takes the session up again on a new connection, before any call.
func (c *Client) setup(ctx context.Context, do link.Doer) error {
	c.mu.Lock()
	session, period := c.session, c.period
	c.mu.Unlock()
	if session.Login == "" {
		return nil
	}
	_, err := do(ctx, resumption(session.token).Request)
	if link.CodeOf(err) == protocol.ECHEC {
		// Another run of the program may have saved a newer token: this one's may have died
		// of a changed password there.
		newer, ok := c.opt.Tokens.Load(c.opt.tokenKey(), session.Login)
		if ok && newer != session.token {
			if _, err = do(ctx, resumption(newer).Request); err == nil {
				c.locked(func() {
					if c.session.Login == session.Login {
						c.session.token = newer
					}
				})
			}
		}
	}
	switch code := link.CodeOf(err); {
	case code == protocol.ECHEC || code == protocol.BLOQUE:
		c.sessionEnded()
		return nil // the connection is good; calls get AUTH
	case err != nil:
		return err
	}
	if period > 0 {
		// A refusal (Redis is gone) is about the live view alone, which asks again.
		if _, err = do(ctx, follow(period).Request); link.CodeOf(err) != "" {
			return nil
		}
	}
	return err
}

func (c *Client) sessionEnded() {
	c.forget()
	c.mu.Lock()
	reason, leaving := c.expelled, c.leaving
	c.expelled = "" // told
	c.mu.Unlock()
	if !leaving {
		c.put(c.events, SessionEnded{reason})
	}
}

// Register creates an account, not logged in. Errors by code: INVALIDE and EXISTE (champ=),
// DEJA, INDISPONIBLE. On link.ErrLost it may exist: Login tells.
func (c *Client) Register(ctx context.Context, r Registration) (login string, err error) {
	reply, err := c.do(ctx, request("INSCRIPTION").word(r.Login, r.Email, r.FirstName, r.LastName).text(r.Password))
	return reply.Status.Fields.Get("login"), err
}

// ChangePassword changes the password and ends the user's other sessions. ECHEC by code for
// a wrong old one, INVALIDE for a bad new one. On link.ErrLost it may have been done.
func (c *Client) ChangePassword(ctx context.Context, old, password string) error {
	return c.order(ctx, request("MOTDEPASSE").word(old).text(password))
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

// MarkRead marks a row of the news and all below it, and tells how many are unread.
func (c *Client) MarkRead(ctx context.Context, id string) (unread int, err error) {
	reply, err := c.do(ctx, request("LU").word(id).repeat())
	return count(reply.Status.Fields, "non_lues"), err
}
