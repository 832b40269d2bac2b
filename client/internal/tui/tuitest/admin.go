package tuitest

import (
	"context"
	"strings"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
)

// AdminIn makes prof, an administrator, the session that is kept.
func (f *Fake) AdminIn() {
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

func (f *Fake) Live() <-chan api.Event { return f.live }

func (f *Fake) Follow(context.Context, int) error { return f.call("Follow") }

// Sessions are those of Logins.
func (f *Fake) Sessions(context.Context) ([]api.Connected, error) {
	return f.Logins, f.call("Sessions")
}

// Accounts searches the people; Next is the login of the last row.
func (f *Fake) Accounts(_ context.Context, words string, n int, after string) (api.AccountPage, error) {
	if err := f.call("Accounts"); err != nil {
		return api.AccountPage{}, err
	}
	var p api.AccountPage
	for _, a := range f.People {
		text := i18n.Fold(a.Login + " " + a.FirstName + " " + a.LastName + " " + a.Email)
		if a.Login <= after || !strings.Contains(text, i18n.Fold(words)) {
			continue
		}
		if len(p.Accounts) == n {
			p.Next = p.Accounts[n-1].Login
			break
		}
		p.Accounts = append(p.Accounts, a)
	}
	return p, nil
}

// order notes what an administrator asked for, with its words.
func (f *Fake) order(name string, words ...string) error {
	f.Orders = append(f.Orders, strings.Join(append([]string{name}, words...), " "))
	return f.call(name)
}

func (f *Fake) Block(_ context.Context, login, why string) error {
	return f.order("Block", login, why)
}

func (f *Fake) Unblock(_ context.Context, login string) error { return f.order("Unblock", login) }

func (f *Fake) Expel(_ context.Context, login string, minutes int, why string) error {
	return f.order("Expel", login, i18n.T{}.Int(int64(minutes)), why)
}

func (f *Fake) ResetQuotas(_ context.Context, login string) error { return f.order("Reset", login) }

func (f *Fake) GivePassword(_ context.Context, login, password string) error {
	return f.order("Give", login, password)
}

func (f *Fake) DeleteAccount(_ context.Context, login, why string) error {
	return f.order("Delete", login, why)
}

func (f *Fake) Announce(_ context.Context, text string) error { return f.order("Announce", text) }

func (f *Fake) Registrations(context.Context) (bool, error) {
	return f.Open, f.call("Registrations")
}

func (f *Fake) OpenRegistrations(_ context.Context, open bool) error {
	f.Open = open
	return f.call("OpenRegistrations")
}
