package tui

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/protocol"
)

// AdminIn makes prof, an administrator, the session that is kept.
func (f *fake) AdminIn() {
	f.Logged = &api.Session{Login: "prof", Role: api.Admin, Resumed: true}
	f.Open = true
	for _, c := range []struct{ server, login, address string }{
		{"salle-12", "amelie", "10.0.12.7"},
		{"salle-12", "leo", "10.0.12.9"},
		{"salle-14", "prof", "127.0.0.1"},
		{"salle-14", "zoe", "10.0.14.21"},
	} {
		f.Logins = append(f.Logins, api.Connected{
			Server: c.server, Login: c.login, Address: c.address, Since: f.Now.Add(-90 * time.Second),
		})
	}
	for i, name := range []string{"salle-12", "salle-14"} {
		f.Servers = append(f.Servers, api.Instance{
			Name: name, Version: "1.4.0", Since: f.Now.Add(-time.Duration(26-i*20) * time.Hour), Connections: 11 - i, Users: 12 - i,
			CommandsPerSecond: 6.6, P99: 3100 * time.Microsecond, MySQL: true, Redis: true,
		})
	}
	for i := range 16 * 12 { // of 5 s
		load := 1 + math.Sin(float64(i)/20)
		f.Slots = append(f.Slots, api.Slot{
			Start: f.Now.Add(time.Duration(i-16*12) * api.SlotTime), Commands: int(90 * load), Logins: i % 3 / 2, Refusals: i % 7 / 5,
			P99: time.Duration(2000+900*load) * time.Microsecond,
		})
	}
	for _, a := range []struct {
		login, first, last string
		standing           api.Standing
		role               api.Role
	}{
		{"amelie", "Amélie", "Durand", api.AccountActive, api.Student},
		{"bob", "Bob", "Martin", api.AccountBlocked, api.Student},
		{"leo", "Léo", "Petit", api.AccountExpelled, api.Student},
		{"prof", "Prof", "Martin", api.AccountActive, api.Admin},
		{"zoe", "Zoé", "Bernard", api.AccountActive, api.Student},
	} {
		f.People = append(f.People, api.Account{
			Login: a.login, FirstName: a.first, LastName: a.last, Email: a.login + "@etu.example",
			Role: a.role, Standing: a.standing,
		})
	}
}

func (f *fake) Live() <-chan api.Event { return f.live }

func (f *fake) Follow(context.Context, int) error { return f.call("Follow") }

// History is Slots.
func (f *fake) History(context.Context, int) ([]api.Slot, error) { return f.Slots, f.call("History") }

// Instances are Servers.
func (f *fake) Instances(context.Context) ([]api.Instance, error) {
	return f.Servers, f.call("Instances")
}

// AccountDetails are those of People, with the same history for each.
func (f *fake) AccountDetails(_ context.Context, login string) (api.AccountDetails, error) {
	d := api.AccountDetails{Registered: f.Now.Add(-400 * time.Hour), Quotas: f.Quota, Sales: f.Sales, Purchases: f.Buys}
	for _, a := range f.People {
		if a.Login == login {
			d.Account = a
		}
	}
	switch shut := (api.Shut{At: f.Now.Add(-2 * time.Hour), By: "prof", Reason: f.Reason}); d.Standing {
	case api.AccountExpelled:
		shut.Until = f.Now.Add(time.Hour)
		fallthrough
	case api.AccountBlocked:
		d.Shut = shut
	}
	for _, c := range f.Logins {
		if c.Login == login {
			d.Sessions = append(d.Sessions, c)
			d.Logins = append(d.Logins, c, api.Connected{Server: "salle-14", Login: login, Address: "10.0.12.7", Since: c.Since.Add(-25 * time.Hour)})
		}
	}
	for i := range 4 {
		at := f.Now.Add(-time.Duration(i*i*i*i)*time.Hour - time.Minute)
		d.Calls = append(d.Calls, api.Call{At: at, Service: []string{"vente", "achat"}[i%2], Result: []string{"ok", "INDISPONIBLE"}[i%2], Article: strconv.Itoa(1048576 + i)})
		d.Refusals = append(d.Refusals, api.QuotaRefusal{At: at, Quota: []string{"services", "connexions"}[i%2]})
	}
	return d, f.call("AccountDetails")
}

// Sessions are those of Logins.
func (f *fake) Sessions(context.Context) ([]api.Connected, error) {
	return f.Logins, f.call("Sessions")
}

// Accounts searches the people; Next is the login of the last row.
func (f *fake) Accounts(_ context.Context, words string, n int, after string) (api.Page[api.Account], error) {
	if err := f.call("Accounts"); err != nil {
		return api.Page[api.Account]{}, err
	}
	var p api.Page[api.Account]
	for _, a := range f.People {
		if a.Login <= after || !strings.Contains(protocol.Fold(a.Login+" "+a.FirstName+" "+a.LastName+" "+a.Email), protocol.Fold(words)) {
			continue
		}
		if len(p.Rows) == n {
			p.Next = p.Rows[n-1].Login
			break
		}
		p.Rows = append(p.Rows, a)
	}
	return p, nil
}

// order notes what an administrator asked for, with its words.
func (f *fake) order(name string, words ...string) error {
	f.Orders = append(f.Orders, strings.Join(append([]string{name}, words...), " "))
	return f.call(name)
}

func (f *fake) Block(_ context.Context, login, why string) error {
	return f.order("Block", login, why)
}

func (f *fake) Unblock(_ context.Context, login string) error { return f.order("Unblock", login) }

func (f *fake) Expel(_ context.Context, login string, minutes int, why string) error {
	return f.order("Expel", login, i18n.T{}.Int(int64(minutes)), why)
}

func (f *fake) ResetQuotas(_ context.Context, login string) error { return f.order("Reset", login) }

func (f *fake) GivePassword(_ context.Context, login, password string) error {
	return f.order("Give", login, password)
}

func (f *fake) DeleteAccount(_ context.Context, login, why string) error {
	return f.order("Delete", login, why)
}

func (f *fake) Announce(_ context.Context, text string) error { return f.order("Announce", text) }

func (f *fake) Registrations(context.Context) (bool, error) {
	return f.Open, f.call("Registrations")
}

func (f *fake) OpenRegistrations(_ context.Context, open bool) error {
	f.Open = open
	return f.call("OpenRegistrations")
}
