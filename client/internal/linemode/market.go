package linemode

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/protocol"
)

// catalogue reads "key=value" words and takes the others as search words.
func (s *session) catalogue(ctx context.Context, args string) error {
	var q api.Query
	var words []string
	for _, w := range strings.Fields(args) {
		name, value, found := strings.Cut(w, "=")
		switch {
		case !found:
			words = append(words, w)
		case name == "type":
			q.Category = s.category(value)
		case name == "max":
			cents, err := protocol.ParsePrice(value)
			if err != nil {
				s.line(s.t.Field("prix"))
				return errSaid
			}
			q.MaxCents, q.Free = cents, cents == 0
		case name == "vendeur", name == "seller":
			q.Seller = value
		case name == "tri", name == "sort":
			q.Sort = sorts[value]
		default:
			words = append(words, w)
		}
	}
	q.Words = strings.Join(words, " ")
	return s.browse(ctx, func(ctx context.Context, after string) (api.Page[api.Article], error) {
		q.After = after
		return s.api.Articles(ctx, q)
	})
}

var sorts = map[string]api.Sort{
	"prix": api.Cheapest, "price": api.Cheapest, "-prix": api.Dearest, "-price": api.Dearest, "recent": api.Newest,
}

// category takes a word of either language; what is none the server refuses.
func (s *session) category(word string) string {
	for _, c := range protocol.Categories {
		for _, lang := range []i18n.Lang{i18n.French, i18n.English} {
			if protocol.Fold(i18n.T{Lang: lang}.Name(i18n.Categories, c)) == protocol.Fold(word) {
				return c
			}
		}
	}
	return protocol.Fold(word)
}

// own makes a command of a list of one's own articles.
func own(get func(c *api.Client, ctx context.Context, n int, after string) (api.Page[api.Article], error)) action {
	return func(s *session, ctx context.Context, _ string) error {
		return s.browse(ctx, func(ctx context.Context, after string) (api.Page[api.Article], error) {
			return get(s.api, ctx, 0, after)
		})
	}
}

// getter gives the page of a list that begins after another one.
type getter[T any] func(ctx context.Context, after string) (api.Page[T], error)

// list shows a page of a list; "more" is the next.
func list[T any](ctx context.Context, s *session, after string, get getter[T], show func(api.Page[T])) error {
	p, err := fetch(ctx, s, func(ctx context.Context) (api.Page[T], error) { return get(ctx, after) })
	if err != nil {
		return err
	}
	show(p)
	s.more = nil
	if p.Next != "" {
		s.more = func(ctx context.Context) error { return list(ctx, s, p.Next, get, show) }
	}
	return nil
}

// browse shows a list of articles, whose numbers go on from page to page.
func (s *session) browse(ctx context.Context, get getter[api.Article]) error {
	var shown []api.Article
	return list(ctx, s, "", get, func(p api.Page[api.Article]) {
		for i, a := range p.Rows {
			s.line(strconv.Itoa(len(shown)+i+1) + ". " + s.short(a))
		}
		shown = append(shown, p.Rows...)
		s.list = shown
		switch {
		case len(p.Rows) == 0:
			s.say(i18n.Simple.Empty)
		case p.Next == "":
			s.line(s.t.N(i18n.Simple.EndOfList, len(shown)))
		default:
			s.line(s.t.N(i18n.Simple.More, len(shown)))
		}
	})
}

func (s *session) next(ctx context.Context, _ string) error {
	if s.more == nil {
		s.say(i18n.Simple.NoMore)
		return errSaid
	}
	return s.more(ctx)
}

// short is an article in one line, sentences for a voice.
func (s *session) short(a api.Article) string {
	parts := []string{s.t.Name(i18n.Categories, a.Category), a.Title, s.t.Amount(a.Cents)}
	if a.Other == "" && a.Status != "" && a.Status != api.OnSale {
		status := s.t.Name(i18n.Statuses, string(a.Status))
		parts = append(parts, strings.ToUpper(status[:1])+status[1:])
	}
	switch {
	case a.Other != "" && a.Other == a.Seller:
		parts = append(parts, s.t.S(i18n.Simple.BoughtFrom, a.Other, a.Contact))
	case a.Other != "":
		parts = append(parts, s.t.S(i18n.Simple.SoldTo, a.Other, a.Contact))
	case a.Seller != "":
		parts = append(parts, s.t.S(i18n.Simple.Seller, a.Seller))
	}
	return strings.Join(parts, ". ") + "."
}

// chosen gives the article that a number of the last list, or #id, means.
func (s *session) chosen(arg string) (api.Article, error) {
	if id, ok := strings.CutPrefix(arg, "#"); ok && id != "" {
		return api.Article{ID: id}, nil
	}
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 || n > len(s.list) {
		s.say(i18n.Simple.Number)
		return api.Article{}, errSaid
	}
	return s.list[n-1], nil
}

// look gives an article as it is now.
func (s *session) look(ctx context.Context, arg string) (api.Article, error) {
	a, err := s.chosen(arg)
	if err != nil {
		return a, err
	}
	return fetch(ctx, s, func(ctx context.Context) (api.Article, error) { return s.api.Article(ctx, a.ID) })
}

func (s *session) article(ctx context.Context, arg string) error {
	a, err := s.look(ctx, arg)
	if err != nil {
		return err
	}
	s.line(s.short(a))
	if a.Description != "" {
		s.line(a.Description)
	}
	s.say(i18n.Simple.Published, s.t.Date(a.Published, time.Now()), a.ID)
	return nil
}

func (s *session) buy(ctx context.Context, arg string) error {
	a, err := s.look(ctx, arg)
	if err != nil {
		return err
	}
	if who, _ := s.api.Session(); a.Seller == who.Login { // the server would count the call
		s.say(i18n.Simple.Own)
		return errSaid
	}
	if ok, err := s.yes(ctx, s.t.S(i18n.Simple.ConfirmBuy, a.Title, s.t.Amount(a.Cents))); !ok || err != nil {
		return err
	}
	return show(ctx, s, func(ctx context.Context) (api.Receipt, error) { return s.api.Buy(ctx, a.ID, "") }, func(r api.Receipt) {
		s.say(i18n.Simple.Bought, r.Title, r.Seller, r.Contact)
		s.spent(ctx, r.Services)
	})
}

func (s *session) withdraw(ctx context.Context, arg string) error {
	a, err := s.look(ctx, arg)
	if err != nil {
		return err
	}
	if ok, err := s.yes(ctx, s.t.S(i18n.Simple.ConfirmWithdraw, a.Title)); !ok || err != nil {
		return err
	}
	return s.order(ctx, func(ctx context.Context) error { return s.api.Withdraw(ctx, a.ID) }, i18n.Simple.Withdrawn, a.Title)
}

// yes asks a person. A pipe is not asked: its command is the answer.
func (s *session) yes(ctx context.Context, question string) (bool, error) {
	if !s.Prompt.Interactive() {
		return true, nil
	}
	answer, err := s.Prompt.Line(ctx, question+" "+s.t.S(i18n.Simple.YesNo)+" ")
	if err != nil {
		return false, err
	}
	if slices.Contains([]string{"o", "oui", "y", "yes"}, protocol.Fold(answer)) {
		return true, nil
	}
	s.say(i18n.Simple.NothingDone)
	return false, nil
}

func (s *session) sell(ctx context.Context, _ string) error {
	var sale api.Sale
	names := make([]string, 0, len(protocol.Categories))
	for _, c := range protocol.Categories {
		names = append(names, s.t.Name(i18n.Categories, c))
	}
	var category, price string
	err := s.fill(ctx, []question{
		{s.t.S(i18n.SimpleAsk.Category, strings.Join(names, ", ")), "categorie", &category, func(word string) bool {
			sale.Category = s.category(word)
			return protocol.ValidCategory(sale.Category)
		}},
		{s.t.S(i18n.SimpleAsk.Title), "titre", &sale.Title, protocol.ValidTitle},
		{s.t.S(i18n.SimpleAsk.Price), "prix", &price, func(text string) bool {
			cents, err := protocol.ParsePrice(strings.TrimSpace(strings.TrimSuffix(text, "€")))
			sale.Cents = cents
			return err == nil
		}},
		{s.t.S(i18n.SimpleAsk.Description), "description", &sale.Description, protocol.ValidDescription},
	})
	if err != nil {
		return err
	}
	preview := fmt.Sprintf("%s. %s. %s.", s.t.Name(i18n.Categories, sale.Category), sale.Title, s.t.Amount(sale.Cents))
	if ok, err := s.yes(ctx, s.t.S(i18n.Simple.ConfirmSell, preview)); !ok || err != nil {
		return err
	}
	return show(ctx, s, func(ctx context.Context) (api.Receipt, error) { return s.api.Sell(ctx, sale) }, func(r api.Receipt) {
		s.say(i18n.Simple.PutUp, sale.Title, r.ID)
		s.spent(ctx, r.Services)
	})
}
