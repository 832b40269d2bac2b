// Package mine is the screen of one's own sales and purchases, with whom to write to.
package mine

import (
	"cmp"
	"context"
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

// tabs are those of page.Own, in its order, with what stands in place of an empty list and
// over two of its columns.
var tabs = [len(page.Own{})]struct{ name, none, next, other, when i18n.Msg }{
	onSale: {i18n.Mine.OnSale, i18n.Mine.NoSale, i18n.Mine.SellOne, i18n.Col.State, i18n.Col.Age},
	{i18n.Mine.Sold, i18n.Mine.NoSold, i18n.Mine.Wait, i18n.Article.Buyer, i18n.Mine.SoldOn},
	{i18n.Mine.Bought, i18n.Mine.NoBought, i18n.Mine.Browse, i18n.Article.Seller, i18n.Mine.BoughtOn},
}

const onSale = 0

// Page is what the user has listed and bought.
type Page struct {
	page.Base
	e      *page.Env
	tab    int
	tables [len(tabs)]widget.Table
	all    page.Load[page.Own]
}

// New makes the page.
func New(e *page.Env) *Page { return &Page{Base: page.NewBase(i18n.Mine.Title), e: e} }

// Show asks for both lists, keeping what is shown until they come.
func (p *Page) Show(any) {
	p.all.Start(p.e, func(ctx context.Context) (page.Own, error) { return page.FetchOwn(ctx, p.e.API) }, nil)
}

func (p *Page) Update(m tea.Msg) {
	switch m := m.(type) {
	case page.Resync, page.Gone, page.Bought, page.OnSale:
		if p.all.Has {
			p.Show(nil)
		}
	case tea.KeyMsg:
		p.key(m)
	case page.Click:
		if p.tables[p.tab].Click(int(m), len(p.rows())) && len(p.rows()) > 0 {
			p.open()
		}
	}
}

func (p *Page) key(k tea.KeyMsg) {
	a, there := p.current()
	switch {
	case keys.Back.Is(k):
		p.e.Back()
	case keys.NextTab.Is(k):
		p.tab = (p.tab + 1) % len(tabs)
	case keys.PrevTab.Is(k):
		p.tab = (p.tab + len(tabs) - 1) % len(tabs)
	case keys.Refresh.Is(k):
		p.Show(nil)
	case there && keys.Enter.Is(k):
		p.open()
	case there && keys.Copy.Is(k):
		p.e.Copy(cmp.Or(a.Contact, a.Title))
	case there && a.Status == api.OnSale && keys.Withdraw.Is(k):
		p.e.Open(dialog.Withdraw(p.e, a))
	default:
		p.tables[p.tab].Key(k, len(p.rows()))
	}
}

// open shows the article under the cursor, with the others around it.
func (p *Page) open() {
	path := p.e.S(i18n.Mine.Title) + " " + theme.Crumb + " " + p.e.S(tabs[p.tab].name)
	p.e.Push(page.Article, page.Opened{Path: path, List: p.rows(), At: p.tables[p.tab].Cur})
}

func (p *Page) rows() []api.Article { return p.all.Data[p.tab] }

func (p *Page) current() (api.Article, bool) { return page.At(p.rows(), p.tables[p.tab].Cur) }

func (p *Page) Keys() []keys.Key {
	list := []keys.Key{keys.Arrows, keys.NextPanel, keys.Enter.To(i18n.Do.Open)}
	if a, ok := p.current(); ok && a.Status == api.OnSale {
		list = append(list, keys.Withdraw)
	} else if ok && a.Contact != "" {
		list = append(list, keys.Copy.To(i18n.Do.CopyAddress))
	}
	return append(list, keys.Refresh, keys.Help)
}

// The heights of the panels above and below the list, frames included.
const (
	sumH = 3
	oneH = 4
)

func (p *Page) SetSize(w, h int) {
	p.Base.SetSize(w, h)
	for i := range p.tables {
		p.tables[i].Height = h - sumH - oneH - widget.PanelH - 1 // without the head
	}
}

func (p *Page) View() string {
	widths := widget.Share(p.W, widget.Gutter, 1, 1, 1)
	sums := make([]string, len(tabs))
	for i := range sums {
		sums[i] = p.sum(i, widths[i])
	}
	return widget.Rows(widget.Columns(sums...), p.list(p.W, p.H-sumH-oneH), p.one(p.W))
}

// sum is how many articles a tab has, and what they cost together.
func (p *Page) sum(tab, w int) string {
	e, th := p.e, p.e.Theme
	text := ""
	if p.all.Has {
		n, cents := page.Sum(p.all.Data[tab])
		amount := " " + th.Price.Render(e.T.Amount(cents))
		count := page.Items(e, n, w-widget.PanelW-widget.Width(amount))
		text = widget.Ends(th.Strong.Render(count), amount, w-widget.PanelW)
	}
	return widget.Panel{Title: e.S(tabs[tab].name), Focused: tab == p.tab}.View(th, text, w, sumH)
}

func (p *Page) list(w, h int) string {
	e, th := p.e, p.e.Theme
	tab, rows, table, inner := tabs[p.tab], p.rows(), &p.tables[p.tab], w-widget.PanelW
	panel := table.Panel(e.S(tab.name), len(rows))
	if s := page.ListState(e, &p.all, len(rows), inner, tab.none, tab.next); s != "" {
		return panel.View(th, s, w, h)
	}
	panel.Foot = e.S(i18n.Common.OutOf, e.T.Int(int64(table.Cur+1)), e.T.Int(int64(len(rows))))
	if foot := page.ListFoot(e, &p.all); foot != "" {
		panel.Foot += " " + theme.Sep + " " + foot
	}
	cols := []widget.Column{
		{Title: e.S(i18n.Col.Category), Width: 9},
		{Title: e.S(i18n.Col.Title)},
		{Title: e.S(i18n.Col.Price), Width: 10, Right: true, Style: &th.Price},
		{Title: e.S(tab.other), Width: 12, From: 60},
		{Title: e.S(tab.when), Width: i18n.DateWidth, From: 72, Style: &th.Faint},
		{Title: e.S(i18n.Col.Published), Width: i18n.DateWidth, From: 100, Style: &th.Faint},
		{Title: e.S(i18n.Mine.Contact), Width: 26, From: 120},
	}
	if p.tab == onSale { // there is nobody to write to
		cols = cols[:len(cols)-1]
	}
	return panel.View(th, table.View(th, cols, len(rows), inner, true, func(i int) []string {
		a := rows[i]
		party, at := a.Other, e.T.Date(a.SoldAt, e.Now())
		if p.tab == onSale {
			party, at = e.T.Name(i18n.Statuses, string(a.Status)), e.T.Age(e.Now().Sub(a.Published))
		}
		return []string{e.CategoryWord(a.Category), a.Title, e.T.Amount(a.Cents), party, at, e.T.Date(a.Published, e.Now()), a.Contact}
	}), w, h)
}

// one is the row under the cursor: its state in words, and whom to write to.
func (p *Page) one(w int) string {
	e, th, inner := p.e, p.e.Theme, w-widget.PanelW
	a, ok := p.current()
	if !ok {
		return widget.Panel{}.View(th, "", w, oneH)
	}
	state := e.StatusWord(a)
	do := ""
	switch {
	case a.Contact != "":
		state += " " + theme.Sep + " " + a.Other + " " + theme.Sep + " " + th.Strong.Render(a.Contact)
		do = e.Hint(keys.Copy.To(i18n.Do.CopyAddress))
	case a.Status == api.OnSale:
		state += " " + theme.Sep + " " + e.S(i18n.Article.Since, e.T.Age(e.Now().Sub(a.Published)))
		do = e.Hint(keys.Withdraw)
	}
	lines := []string{state, widget.Ends(do, e.Hint(keys.Enter.To(i18n.Do.Open)), inner)}
	return widget.Panel{Title: a.Title}.View(th, strings.Join(lines, "\n"), w, oneH)
}
