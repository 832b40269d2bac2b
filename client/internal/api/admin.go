package api

import (
	"context"
	"time"

	"etuservices/protocol"
)

// The administrator's verbs. All of them: INTERDIT by code for a student, for
// what an administrator would do to himself, and for the last active one;
// ABSENT for a login that nobody has; INVALIDE (champ=) for a value.
//
// Only what can be done twice without harm is sent again after a cut. For the
// others link.ErrLost says that it is not known whether they were done.

// Connected is a connection on which somebody is logged in.
type Connected struct {
	Server, Login, Address string
	Since                  time.Time
}

// Sessions lists them over all instances, by login; right within 5 s.
func (c *Client) Sessions(ctx context.Context) ([]Connected, error) {
	all, err := list(ctx, c, func(f protocol.Fields) Connected {
		return Connected{f.Get("serveur"), f.Get("login"), f.Get("adresse"), instant(f.Get("depuis"))}
	}, request("SESSIONS"))
	return all.Rows, err
}

// Standing is whether an account may log in.
type Standing string

// The standings.
const (
	AccountActive   Standing = "actif"
	AccountBlocked  Standing = "bloque"
	AccountExpelled Standing = "expulse" // for some minutes
)

// Account is what administrators see of somebody.
type Account struct {
	Login, FirstName, LastName, Email string
	Role                              Role
	Standing                          Standing
}

// Accounts lists accounts by login. Each of words is in the login, a name or
// the e-mail address; n is the lines of a page (1-100; 0 is the server's 20).
func (c *Client) Accounts(ctx context.Context, words string, n int, after string) (Page[Account], error) {
	return list(ctx, c, accountOf, request("COMPTES").key("q", words).number("n", n).key("apres", after))
}

func accountOf(f protocol.Fields) Account {
	return Account{
		f.Get("login"), f.Get("prenom"), f.Get("nom"), f.Get("email"),
		Role(f.Get("role")), Standing(f.Get("etat")),
	}
}

// Block shuts an account until Unblock, and ends its sessions with the reason.
func (c *Client) Block(ctx context.Context, login, reason string) error {
	return c.order(ctx, request("BLOQUER").word(login).text(reason).repeat())
}

// Unblock opens an account that was blocked or expelled.
func (c *Client) Unblock(ctx context.Context, login string) error {
	return c.order(ctx, request("DEBLOQUER").word(login).repeat())
}

// Expel ends a user's sessions and refuses logins for so many minutes; 0 lets
// him come back at once.
func (c *Client) Expel(ctx context.Context, login string, minutes int, reason string) error {
	return c.order(ctx, request("EXPULSER").word(login).number("minutes", minutes).text(reason))
}

// ResetQuotas empties both windows of somebody, who is told.
func (c *Client) ResetQuotas(ctx context.Context, login string) error {
	return c.order(ctx, request("RAZ").word(login))
}

// Announce tells everybody who is logged in.
func (c *Client) Announce(ctx context.Context, text string) error {
	return c.order(ctx, request("ANNONCE").text(text))
}

// GivePassword replaces a forgotten password by one to be changed at the next
// login, and ends the sessions of that user.
func (c *Client) GivePassword(ctx context.Context, login, password string) error {
	return c.order(ctx, request("NOUVEAUMDP").word(login).text(password))
}

// DeleteAccount is for ever. It is not repeated: the login is free at once, and
// may be somebody else's the second time.
func (c *Client) DeleteAccount(ctx context.Context, login, reason string) error {
	return c.order(ctx, request("SUPPRIMER").word(login).text(reason))
}

// Words of INSCRIPTIONS.
const (
	registrationsOpen = "ouvertes"
	registrationsShut = "fermees"
)

// Registrations says whether people can make themselves an account.
func (c *Client) Registrations(ctx context.Context) (open bool, err error) {
	reply, err := c.do(ctx, request("INSCRIPTIONS").repeat())
	return reply.Status.Fields.Get("etat") == registrationsOpen, err
}

// OpenRegistrations lets people make themselves accounts, or ends it.
func (c *Client) OpenRegistrations(ctx context.Context, open bool) error {
	word := registrationsShut
	if open {
		word = registrationsOpen
	}
	return c.order(ctx, request("INSCRIPTIONS").word(word).repeat())
}

func (c *Client) order(ctx context.Context, b builder) error {
	_, err := c.do(ctx, b)
	return err
}
