package page

import (
	"context"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Detail is an article with what else its seller has for sale.
type Detail struct {
	api.Article
	Others []api.Article
}

const othersAtMost = 12 // how many other articles of a seller are asked for

// FetchDetail asks for an article and its seller's others: both are free.
func FetchDetail(ctx context.Context, e *Env, id string) (Detail, error) {
	a, err := e.API.Article(ctx, id)
	if err != nil || a.Seller == "" {
		return Detail{Article: a}, err
	}
	list, err := e.API.Articles(ctx, api.Query{Seller: a.Seller, N: othersAtMost})
	return Detail{a, slices.DeleteFunc(list.Rows, func(o api.Article) bool { return o.ID == a.ID })}, err
}

// Own are one's own articles: on sale or withdrawn, sold, bought.
type Own [3][]api.Article

// FetchOwn asks for all of them.
func FetchOwn(ctx context.Context, from API) (own Own, err error) {
	for i, get := range []func(ctx context.Context, n int, after string) (api.Page[api.Article], error){from.MySales, from.MyPurchases} {
		all, err := Whole(ctx, func(ctx context.Context, after string) (api.Page[api.Article], error) {
			return get(ctx, protocol.MaxPage, after)
		}, "")
		if err != nil {
			return own, err
		}
		for _, a := range all.Rows {
			at := 2 * i
			if i == 0 && a.Status == api.Sold {
				at = 1
			}
			own[at] = append(own[at], a)
		}
	}
	return own, nil
}

// Sum is how many articles were not withdrawn, and what they cost together.
func Sum(list []api.Article) (n int, cents int64) {
	for _, a := range list {
		if a.Status != api.Withdrawn {
			n, cents = n+1, cents+a.Cents
		}
	}
	return n, cents
}

// Mine says that an article is the user's own.
func (e *Env) Mine(a api.Article) bool { return a.Seller == e.Session.Login }

// SellerName is who sells an article, as lists name them.
func (e *Env) SellerName(a api.Article) string {
	if e.Mine(a) {
		return e.S(i18n.Common.You)
	}
	return a.Seller
}

// OthersTitle stands over what else its seller has.
func (e *Env) OthersTitle(a api.Article) string {
	if e.Mine(a) {
		return e.S(i18n.Article.OwnOthers)
	}
	return e.S(i18n.Article.Others, a.Seller)
}

// CanBuy says that an article is, as far as is known, for sale by somebody else.
func (e *Env) CanBuy(a api.Article) bool {
	return !e.Mine(a) && (a.Status == api.OnSale || a.Status == "")
}

// StatusWord is the state of an article with its sign.
func (e *Env) StatusWord(a api.Article) string {
	th := e.Theme
	switch {
	case a.Status == api.Sold && !a.SoldAt.IsZero():
		done := i18n.Article.SoldOn
		if a.Other != "" && a.Other == a.Seller {
			done = i18n.Article.GotOn
		}
		return th.OK.Render(theme.Check + " " + e.S(done, e.T.Date(a.SoldAt, e.Now())))
	case a.Status == api.Sold:
		return th.OK.Render(theme.Check + " " + e.T.Name(i18n.Statuses, string(api.Sold)))
	case a.Status == api.Withdrawn:
		return th.Faint.Render(theme.Ring + " " + e.S(i18n.Article.Off))
	}
	return th.OK.Render(theme.Dot + " " + e.T.Name(i18n.Statuses, string(api.OnSale)))
}

// CategoryWord is a category in its colour.
func (e *Env) CategoryWord(c string) string {
	return e.Theme.Category(c).Render(e.T.Name(i18n.Categories, c))
}

// ArticleView draws an article in w cells: title, price and state, facts, description.
func ArticleView(e *Env, a api.Article, w int) string {
	th := e.Theme
	var l widget.Lines
	for _, s := range widget.Wrap(a.Title, w) {
		l.Add(th.Title.Render(s))
	}
	under, _ := lipgloss.Size(l.String())
	l.Add(th.Accent.Render(strings.Repeat(theme.Heavy, under)))
	state := e.StatusWord(a)
	if a.Cents >= 0 {
		state = widget.Ends(th.Price.Render(e.T.Amount(a.Cents)), state, w)
	}
	l.Add(state)
	by := e.S(i18n.Article.By, a.Seller)
	if e.Mine(a) {
		by = e.S(i18n.Article.Yours)
	}
	facts := []string{by}
	if a.Category != "" {
		facts = append([]string{e.CategoryWord(a.Category)}, facts...)
	}
	if !a.Published.IsZero() {
		facts = append(facts, e.S(i18n.Article.Since, e.T.Age(e.Now().Sub(a.Published))))
	}
	for i := range facts {
		facts[i] = strings.ReplaceAll(facts[i], " ", "\u00a0") // broken between two of them only
	}
	for _, line := range widget.Wrap(strings.Join(facts, " "+theme.Sep+" "), w) {
		l.Add(strings.TrimSuffix(line, " "+theme.Sep))
	}
	if a.Description != "" {
		l.Add("")
		l.Add(widget.Wrap(a.Description, w)...)
	}
	return l.String()
}

// Heading is a title within a panel, set into a rule of w cells.
func Heading(th *theme.Theme, title string, w int) string {
	s := th.Border.Render(theme.Rule+theme.Rule) + " " + th.Strong.Render(title) + " "
	return s + th.Border.Render(strings.Repeat(theme.Rule, max(0, w-widget.Width(s))))
}

// BuyTerms says what a purchase costs and who sees whose address.
func BuyTerms(e *Env, a api.Article, w int) []string {
	var l widget.Lines
	q := e.Quotas.Services
	switch {
	case q.Max > 0 && q.Left == 0:
		return strings.Split(e.NoCall(w), "\n")
	case q.Max > 0:
		l.Add(widget.Pips(e.Theme, q.Left, q.Max, min(w, 20)))
		l.Add(widget.Wrap(e.T.N(i18n.Buy.CostLeft, q.Left-1), w)...)
	}
	l.Add(widget.Wrap(e.S(i18n.Article.Terms, a.Seller), w)...)
	return l
}

// Opened is an article within the list from which it was opened.
type Opened struct {
	Path string // where that list is
	List []api.Article
	At   int
}

// Items says how many articles there are, in figures alone where w cells are too few.
func Items(e *Env, n, w int) string {
	if text := e.T.N(i18n.Common.Items, n); widget.Width(text) <= w {
		return text
	}
	return e.T.Int(int64(n))
}
