package tui

import (
	"context"
	"slices"
	"strconv"
	"time"

	"etuservices/client/internal/api"
)

func (f *fake) Enter(context.Context, string, string) (api.Session, error) {
	if err := f.call("Enter"); err != nil {
		return api.Session{}, err
	}
	if f.Logged == nil {
		return api.Session{}, api.ErrNoToken
	}
	return *f.Logged, nil
}

func (f *fake) Login(_ context.Context, login, _ string) (api.Session, error) {
	return api.Session{Login: login, Role: api.Student, Quota: f.Quota.Connections}, f.call("Login")
}

func (f *fake) Logout(context.Context) error { return f.call("Logout") }

func (f *fake) Register(_ context.Context, r api.Registration) (string, error) {
	return r.Login, f.call("Register")
}

func (f *fake) ChangePassword(context.Context, string, string) error { return f.call("ChangePassword") }

func (f *fake) Who(context.Context) (api.Profile, error) {
	return api.Profile{
		Login: "amelie", FirstName: "Amélie", LastName: "Durand", Email: "amelie@etu.example",
		Role: api.Student, Since: f.Now,
	}, f.call("Who")
}

func (f *fake) Quotas(context.Context) (api.Quotas, error) { return f.Quota, f.call("Quotas") }

func (f *fake) Count(context.Context) (api.Count, error) { return f.Here, f.call("Count") }

// Articles searches the stock; Next is the place in the stock.
func (f *fake) Articles(_ context.Context, q api.Query) (api.Page[api.Article], error) {
	if err := f.call("Articles"); err != nil {
		return api.Page[api.Article]{}, err
	}
	stock := f.Stock
	if q.Sort != api.Newest {
		stock = slices.Clone(stock)
		slices.SortStableFunc(stock, func(a, b api.Article) int {
			if q.Sort == api.Dearest {
				a, b = b, a
			}
			return int(a.Cents - b.Cents)
		})
	}
	var p api.Page[api.Article]
	from, _ := strconv.Atoi(q.After)
	for i := from; i < len(stock); i++ {
		if !matches(stock[i], q) {
			continue
		}
		if len(p.Rows) == q.N {
			p.Next = strconv.Itoa(i)
			break
		}
		p.Rows = append(p.Rows, stock[i])
	}
	return p, nil
}

func (f *fake) Article(_ context.Context, id string) (api.Article, error) {
	err := f.call("Article")
	for _, list := range [][]api.Article{f.Stock, f.Sales, f.Buys} {
		for _, a := range list {
			if a.ID == id {
				a.Description = "Édition de poche, très bon état. À remettre au bâtiment C."
				return a, err
			}
		}
	}
	return api.Article{ID: id}, err
}

func (f *fake) Sell(_ context.Context, s api.Sale) (api.Receipt, error) {
	f.Refs = append(f.Refs, s.Ref)
	if err := f.call("Sell"); err != nil {
		return api.Receipt{}, err
	}
	return api.Receipt{ID: "99", Title: s.Title, Category: s.Category, Cents: s.Cents, Services: f.spend()}, nil
}

func (f *fake) Buy(_ context.Context, id, ref string) (api.Receipt, error) {
	f.Refs = append(f.Refs, ref)
	if err := f.call("Buy"); err != nil {
		return api.Receipt{}, err
	}
	r := api.Receipt{ID: id, Services: f.spend()}
	for _, a := range f.Stock {
		if a.ID == id {
			r.Title, r.Cents, r.Seller, r.Contact = a.Title, a.Cents, a.Seller, a.Seller+"@etu.example"
		}
	}
	return r, nil
}

func (f *fake) spend() api.Quota {
	f.Quota.Services.Used++
	f.Quota.Services.Left--
	if f.Quota.Services.Left == 0 {
		f.Quota.Services.Next = start.Add(167 * time.Second)
	}
	return api.Quota{Used: f.Quota.Services.Used, Max: f.Quota.Services.Max, Left: f.Quota.Services.Left}
}

func (f *fake) Withdraw(context.Context, string) error { return f.call("Withdraw") }

func (f *fake) MySales(context.Context, int, string) (api.Page[api.Article], error) {
	return api.Page[api.Article]{Rows: f.Sales}, f.call("MySales")
}

func (f *fake) MyPurchases(context.Context, int, string) (api.Page[api.Article], error) {
	return api.Page[api.Article]{Rows: f.Buys}, f.call("MyPurchases")
}

func (f *fake) Boards(context.Context) (api.Boards, error) {
	return f.Ranks, f.call("Boards")
}

// News gives the whole inbox at once.
func (f *fake) News(context.Context, int, string) (api.Page[api.News], error) {
	return api.Page[api.News]{Rows: slices.Clone(f.Inbox), Unread: f.unread()}, f.call("News")
}

// MarkRead marks a row and all below it.
func (f *fake) MarkRead(_ context.Context, id string) (int, error) {
	err := f.call("MarkRead")
	below := false
	for i := range f.Inbox {
		below = below || f.Inbox[i].ID == id
		f.Inbox[i].Read = f.Inbox[i].Read || below
	}
	return f.unread(), err
}

func (f *fake) unread() (n int) {
	for _, a := range f.Inbox {
		if !a.Read {
			n++
		}
	}
	return n
}
