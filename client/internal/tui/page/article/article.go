// Package article is the screen of one article, and the way to its neighbours in a list.
package article

import (
	"cmp"
	"context"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Page is one article.
type Page struct {
	page.Base
	e      *page.Env
	from   page.Opened
	brief  api.Article // as the list knew it, shown until the detail comes
	detail page.Load[detail]
}

// detail is the article with others: its seller's, and of the same kind.
type detail struct {
	page.Detail
	Near []api.Article
}

// New makes the page.
func New(e *page.Env) *Page { return &Page{Base: page.NewBase(i18n.Article.Title), e: e} }

// Show asks for the article in arg: an api.Article, or a page.Opened.
func (p *Page) Show(arg any) {
	id := p.brief.ID
	switch arg := arg.(type) {
	case page.Opened:
		p.from, p.brief = arg, arg.List[arg.At]
	case api.Article:
		p.from, p.brief = page.Opened{}, arg
	}
	if p.brief.ID != id {
		p.detail.Forget()
	}
	id = p.brief.ID
	p.detail.Start(p.e, func(ctx context.Context) (detail, error) { return fetch(ctx, p.e, id) }, nil)
}

const (
	nearAtMost = 12 // how many articles of the same kind are asked for
	nearFrom   = 26 // the height from which they are shown
)

func fetch(ctx context.Context, e *page.Env, id string) (detail, error) {
	d, err := page.FetchDetail(ctx, e, id)
	if err != nil || d.Category == "" {
		return detail{Detail: d}, err
	}
	list, err := e.API.Articles(ctx, api.Query{Category: d.Category, N: nearAtMost})
	return detail{d, slices.DeleteFunc(list.Rows, func(a api.Article) bool { return a.ID == id || a.Seller == d.Seller })}, err
}

func (p *Page) Update(m tea.Msg) {
	switch m := m.(type) {
	case page.Resync:
		p.Show(nil)
	case page.Bought:
		if m.Article.ID == p.brief.ID {
			p.brief, p.detail.Data.Status = m.Article, api.Sold
		}
	case page.Gone:
		if m.Article.ID == p.brief.ID && p.brief.ID != "" {
			p.Show(nil)
		}
	case tea.KeyMsg:
		p.key(m)
	}
}

func (p *Page) key(k tea.KeyMsg) {
	a := p.article()
	switch {
	case keys.Back.Is(k):
		p.e.Back()
	case keys.Refresh.Is(k):
		p.Show(nil)
	case keys.Copy.Is(k):
		p.e.Copy(cmp.Or(a.Contact, a.Title))
	case keys.Left.Is(k), keys.Up.Is(k):
		p.neighbour(-1)
	case keys.Right.Is(k), keys.Down.Is(k):
		p.neighbour(1)
	case keys.Seller.Is(k) && a.Seller != "":
		p.e.Go(page.Catalog, a.Seller)
	case p.canWithdraw() && keys.Withdraw.Is(k):
		p.e.Open(dialog.Withdraw(p.e, a))
	case p.e.CanBuy(a) && (keys.Buy.Is(k) || keys.Enter.Is(k)):
		dialog.OpenBuy(p.e, a)
	}
}

func (p *Page) neighbour(by int) {
	if at := p.from.At + by; at >= 0 && at < len(p.from.List) {
		p.from.At = at
		p.Show(p.from)
	}
}

// article is what is known: ARTICLE tells neither the other party nor when it was sold.
func (p *Page) article() api.Article {
	if !p.detail.Has {
		return p.brief
	}
	a := p.detail.Data.Article
	a.SoldAt, a.Other, a.Contact = p.brief.SoldAt, p.brief.Other, p.brief.Contact
	return a
}

func (p *Page) canWithdraw() bool {
	a := p.article()
	return p.e.Mine(a) && (a.Status == api.OnSale || a.Status == "")
}

func (p *Page) View() string {
	e, w, h := p.e, p.W, p.H-1
	near := p.detail.Data.Near
	if len(near) > 0 && p.H >= nearFrom {
		nearH := min(len(near), max(4, p.H/4)) + widget.PanelH
		return widget.Rows(p.pathLine(w), p.columns(w, h-nearH), p.list(e.S(i18n.Article.Near), near, w, nearH))
	}
	return widget.Rows(p.pathLine(w), p.columns(w, h))
}

// pathLine is the list that the article was opened from, and its place there.
func (p *Page) pathLine(w int) string {
	e, th := p.e, p.e.Theme
	if len(p.from.List) == 0 {
		return ""
	}
	place := e.S(i18n.Common.OutOf, e.T.Int(int64(p.from.At+1)), e.T.Int(int64(len(p.from.List))))
	return widget.Ends(" "+th.Faint.Render(p.from.Path+" "+theme.Crumb+" ")+place, e.Hint(keys.Sides.To(i18n.Do.Neighbour))+" ", w)
}

// columns are the article and, where there is room, its seller beside it.
func (p *Page) columns(w, h int) string {
	const sideFrom = 90
	if w < sideFrom {
		return p.main(w, h, true)
	}
	side := max(40, w*36/100)
	return widget.Columns(p.main(w-side-widget.Gutter, h, false), p.side(side, h))
}

// main is the article itself; alone: there is no column beside it.
func (p *Page) main(w, h int, alone bool) string {
	e, a, inner := p.e, p.article(), w-widget.PanelW
	panel := widget.Panel{Title: e.S(i18n.Article.Number, a.ID), Focused: true}
	if p.detail.Err == nil {
		panel.Foot = strings.TrimSpace(page.ListFoot(e, &p.detail))
	}
	var l widget.Lines
	l.Add(page.ArticleView(e, a, inner), "")
	switch {
	case p.detail.Err != nil:
		l.Add(e.Trouble(p.detail.Err, inner))
	case p.detail.Slow(e):
		l.Add(e.Waiting())
	case p.detail.Has && a.Description == "":
		l.Add(e.Note(e.S(i18n.Article.NoText), inner))
	}
	if alone && e.CanBuy(a) && len(l) < h-widget.PanelH-8 {
		l.Add("", page.Heading(e.Theme, e.S(i18n.Article.IfBuy), inner))
		l.Add(page.BuyTerms(e, a, inner)...)
	}
	return panel.View(e.Theme, l.Foot(h-widget.PanelH, p.actions(a, inner)...), w, h)
}

// actions is what can be done about the article, in the state that it is in.
func (p *Page) actions(a api.Article, w int) (l widget.Lines) {
	e, th := p.e, p.e.Theme
	switch {
	case a.Contact != "":
		party := i18n.Article.Seller
		if e.Mine(a) {
			party = i18n.Article.Buyer
		}
		l.Add(page.Heading(th, e.S(party), w), th.Strong.Render(a.Other))
		l.Add(widget.Wrap(e.S(i18n.Article.Write), w)...)
		l.Add("  "+th.Title.Render(a.Contact), "", e.Hint(keys.Copy.To(i18n.Do.CopyAddress)))
	case p.canWithdraw():
		l.Add(button(e, keys.Withdraw, false))
	case !e.CanBuy(a):
		l.Add(th.Faint.Render(e.S(i18n.Article.Gone)))
	default:
		l.Add(button(e, keys.Buy, true), "", widget.Ends(e.Hint(keys.Copy)+"   "+e.Hint(keys.Seller), e.Hint(keys.Refresh), w))
	}
	return l
}

// button is a key in a frame, which can be clicked on; marked is what Enter does.
func button(e *page.Env, k keys.Key, marked bool) string {
	text, style := e.Theme.Key.Render(e.KeyName(k))+"  "+e.Theme.Strong.Render(e.S(k.Does)), e.Theme.Border
	if marked {
		text, style = e.Theme.Accent.Render(theme.Cursor)+" "+text, e.Theme.BorderFocus
	}
	w := widget.Width(text) + widget.PanelW
	return widget.KeyZone(k.Code(), widget.Panel{Style: &style}.View(e.Theme, text, w, 1+widget.PanelH))
}

// side is the seller: what a purchase means, and what else there is.
func (p *Page) side(w, h int) string {
	e, a := p.e, p.article()
	others := p.detail.Data.Others
	if !e.CanBuy(a) {
		return p.list(e.OthersTitle(a), others, w, h)
	}
	terms := page.BuyTerms(e, a, w-widget.PanelW)
	termsH := min(len(terms)+widget.PanelH, h)
	return widget.Rows(
		widget.Panel{Title: e.S(i18n.Article.IfBuy)}.View(e.Theme, strings.Join(terms, "\n"), w, termsH),
		p.list(e.OthersTitle(a), others, w, h-termsH),
	)
}

// list is other articles in a panel.
func (p *Page) list(title string, list []api.Article, w, h int) string {
	e, rows := p.e, [][]string{}
	for _, a := range list[:min(len(list), max(0, h-widget.PanelH))] {
		rows = append(rows, []string{e.CategoryWord(a.Category), a.Title, e.T.Amount(a.Cents), e.SellerName(a), e.T.Age(e.Now().Sub(a.Published))})
	}
	const wide = 76 // the others have the seller and the category of the article
	cols := []widget.Column{{Width: 9, From: wide}, {}, {Width: 10, Right: true}, {Width: 12, From: wide}, {Width: 6, Right: true, From: wide}}
	body := widget.Grid(cols, rows, w-widget.PanelW).String()
	if p.detail.Has && len(list) == 0 {
		body = e.Note(e.S(i18n.Article.Alone), w-widget.PanelW)
	}
	return widget.Panel{Title: title}.View(e.Theme, body, w, h)
}

// Title is that of the article, once it is known.
func (p *Page) Title(t i18n.T) string { return cmp.Or(p.brief.Title, p.Base.Title(t)) }

// Keys are those that matter here: each does something in this state.
func (p *Page) Keys() []keys.Key {
	a := p.article()
	var list []keys.Key
	switch {
	case p.canWithdraw():
		list = append(list, keys.Withdraw)
	case p.e.CanBuy(a):
		list = append(list, keys.Buy)
	}
	if len(p.from.List) > 1 {
		list = append(list, keys.Sides.To(i18n.Do.Neighbour))
	}
	what := i18n.Do.Copy
	if a.Contact != "" {
		what = i18n.Do.CopyAddress
	}
	return append(list, keys.Copy.To(what), keys.Seller, keys.Refresh, keys.Back, keys.Help)
}
