package api

import (
	"context"
	"time"

	"etuservices/protocol"
)

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
	Start               time.Time
	Commands, Logins    int
	Listings, Purchases int
	Refusals            int
	P99                 time.Duration
}

// SlotTime is what a Slot covers.
const SlotTime = 5 * time.Second

// History gives the last minutes (1-60), oldest first, without a gap.
func (c *Client) History(ctx context.Context, minutes int) ([]Slot, error) {
	all, err := list(ctx, c, func(f protocol.Fields) Slot {
		return Slot{
			Start: instant(f.Get("instant")), Commands: count(f, "commandes"), Logins: count(f, "connexions"),
			Listings: count(f, "ventes"), Purchases: count(f, "achats"), Refusals: count(f, "refus"), P99: milliseconds(f, "p99"),
		}
	}, request("HISTORIQUE").number("minutes", minutes))
	return all.Rows, err
}

// AccountDetails is all that the server has of an account (FICHE): the last ten
// of each list, newest first.
type AccountDetails struct {
	Account
	Registered time.Time
	Quotas     Quotas
	Sessions   []Connected
	Logins     []Connected // Since is when
	Calls      []Call
	Sales      []Article
	Purchases  []Article
	Refusals   []QuotaRefusal
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
	if err != nil {
		return AccountDetails{}, err
	}
	var d AccountDetails
	for _, f := range reply.Rows {
		at := instant(f.Get("instant"))
		switch f.Get("genre") {
		case "compte":
			d.Account, d.Registered = accountOf(f), instant(f.Get("inscrit"))
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
	return d, nil
}

// milliseconds reads a duration that only people look at.
func milliseconds(f protocol.Fields, key string) time.Duration {
	return time.Duration(decimal(f.Get(key)) * float64(time.Millisecond))
}
