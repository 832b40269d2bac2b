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

// Expel ends a user's sessions and refuses logins for so many minutes, 0 for none.
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

// GivePassword replaces a forgotten password by one to be changed at the next login, and
// ends the user's sessions.
func (c *Client) GivePassword(ctx context.Context, login, password string) error {
	return c.order(ctx, request("NOUVEAUMDP").word(login).text(password))
}

// DeleteAccount is for ever. It is not repeated: the free login may be another's by then.
func (c *Client) DeleteAccount(ctx context.Context, login, reason string) error {
	return c.order(ctx, request("SUPPRIMER").word(login).text(reason))
}

// Registrations says whether people can make themselves an account.
func (c *Client) Registrations(ctx context.Context) (open bool, err error) {
	reply, err := c.do(ctx, request("INSCRIPTIONS").repeat())
	return reply.Status.Fields.Get("etat") == "ouvertes", err
}

// OpenRegistrations lets people make themselves accounts, or ends it.
func (c *Client) OpenRegistrations(ctx context.Context, open bool) error {
	word := "fermees"
	if open {
		word = "ouvertes"
	}
	return c.order(ctx, request("INSCRIPTIONS").word(word).repeat())
}

// Instance is one server process, as SERVEURS shows it.
type Instance struct {
	Name, Version      string
	Since              time.Time // of its start
	Connections, Users int
	CommandsPerSecond  float64 // of the last five seconds, as is P99
	P99                time.Duration
	MySQL, Redis       bool // it reaches them
	Lost               bool // it died without a word, less than a minute ago
}

// Instances lists them by name.
func (c *Client) Instances(ctx context.Context) ([]Instance, error) {
	all, err := list(ctx, c, func(f protocol.Fields) Instance {
		return Instance{
			Name: f.Get("serveur"), Version: f.Get("version"), Since: instant(f.Get("depuis")),
			Connections: count(f, "connexions"), Users: count(f, "utilisateurs"),
			CommandsPerSecond: decimal(f.Get("commandes_s")), P99: milliseconds(f, "p99"),
			MySQL: f.Get("mysql") == "ok", Redis: f.Get("redis") == "ok", Lost: f.Get("etat") == "perdu",
		}
	}, request("SERVEURS"))
	return all.Rows, err
}

// Slot is what happened within SlotTime, over all instances.
type Slot struct {
	Start            time.Time
	Commands, Logins int
	Refusals         int
	P99              time.Duration
}

// SlotTime is what a Slot covers.
const SlotTime = 5 * time.Second

// History gives the last minutes (1-60), oldest first, without a gap.
func (c *Client) History(ctx context.Context, minutes int) ([]Slot, error) {
	all, err := list(ctx, c, func(f protocol.Fields) Slot {
		return Slot{
			Start: instant(f.Get("instant")), Commands: count(f, "commandes"), Logins: count(f, "connexions"),
			Refusals: count(f, "refus"), P99: milliseconds(f, "p99"),
		}
	}, request("HISTORIQUE").number("minutes", minutes))
	return all.Rows, err
}

// AccountDetails is what FICHE tells: the last ten of each list, newest first.
type AccountDetails struct {
	Account
	Registered time.Time
	Shut       Shut
	Quotas     Quotas
	Sessions   []Connected
	Logins     []Connected // Since is when
	Calls      []Call
	Sales      []Article
	Purchases  []Article
	Refusals   []QuotaRefusal
}

// Shut says who blocked or expelled the account, when, why, and until when. Zero: nobody
// did, or the server no longer knows.
type Shut struct {
	At, Until  time.Time
	By, Reason string
}

// Call is a counted call.
type Call struct {
	At              time.Time
	Service, Result string // vente or achat; ok or a code
	Article         string
}

// QuotaRefusal is a call or a login refused for its quota.
type QuotaRefusal struct {
	At    time.Time
	Quota string // connexions or services
}

// AccountDetails gives that of a login; ABSENT by code.
func (c *Client) AccountDetails(ctx context.Context, login string) (AccountDetails, error) {
	reply, err := c.do(ctx, request("FICHE").word(login).repeat())
	var d AccountDetails
	for _, f := range reply.Rows {
		at := instant(f.Get("instant"))
		switch f.Get("genre") {
		case "compte":
			d.Account, d.Registered = accountOf(f), instant(f.Get("inscrit"))
			d.Shut = Shut{instant(f.Get("depuis")), instant(f.Get("jusqua")), f.Get("par"), f.Get("raison")}
		case "quota":
			d.Quotas.set(f, reply.At)
		case "session":
			d.Sessions = append(d.Sessions, Connected{f.Get("serveur"), login, f.Get("adresse"), instant(f.Get("depuis"))})
		case "connexion":
			d.Logins = append(d.Logins, Connected{f.Get("serveur"), login, f.Get("adresse"), at})
		case "appel":
			d.Calls = append(d.Calls, Call{at, f.Get("service"), f.Get("resultat"), f.Get("id")})
		case "vente":
			d.Sales = append(d.Sales, article(f))
		case "achat":
			d.Purchases = append(d.Purchases, article(f))
		case "refus":
			d.Refusals = append(d.Refusals, QuotaRefusal{at, f.Get("quota")})
		}
	}
	return d, err
}

// milliseconds reads a duration that only people look at.
func milliseconds(f protocol.Fields, key string) time.Duration {
	return time.Duration(decimal(f.Get(key)) * float64(time.Millisecond))
}
