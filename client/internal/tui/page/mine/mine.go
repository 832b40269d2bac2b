// Package mine is the screen of one's own sales and purchases, with whom to
// write to.
package mine

import (
	"cmp"
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// The tabs.
const (
	onSale = iota
	sold
	bought
	tabs
)

// maxPages bounds what is loaded of one list: 5,000 articles, where ten calls
// in ten minutes take two months to get to.
const maxPages = 50

// lists is everything of one user.
type lists [tabs][]api.Article

// Page is the screen.
type Page struct {
	page.Base
	e      *page.Env
	tab    int
	tables [tabs]widget.Table
	all    page.Load[lists]
}

// New makes the screen.
func New(e *page.Env) *Page { return &Page{e: e} }

// Show asks for both lists, keeping what is shown until they come.
func (p *Page) Show(any) tea.Cmd {
	return p.all.Start(p.e, func(ctx context.Context) (lists, error) {
		var l lists
		err := page.EachArticle(ctx, p.e.API.MySales, maxPages, func(a api.Article) {
			if a.Status == api.Sold {
				l[sold] = append(l[sold], a)
			} else {
				l[onSale] = append(l[onSale], a)
			}
		})
		if err != nil {
			return l, err
		}
		return l, page.EachArticle(ctx, p.e.API.MyPurchases, maxPages, func(a api.Article) { l[bought] = append(l[bought], a) })
	}, nil)
}

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Resync, page.Gone, page.Bought, page.OnSale:
		if p.all.Has {
			return p.Show(nil)
		}
	case page.Left:
		p.all.Forget()
		for i := range p.tables {
			p.tables[i].Cur = 0
		}
	case tea.KeyMsg:
		return p.key(m)
	case page.Click:
		if p.tables[p.tab].Click(int(m), len(p.rows())) && len(p.rows()) > 0 {
			return p.open()
		}
	}
	return nil
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	a, there := p.current()
	switch {
	case keys.Back.Is(k):
		return p.e.Back()
	case keys.NextTab.Is(k):
		p.tab = (p.tab + 1) % tabs
	case keys.PrevTab.Is(k):
		p.tab = (p.tab + tabs - 1) % tabs
	case keys.Refresh.Is(k):
		return p.Show(nil)
	case there && keys.Enter.Is(k):
		return p.open()
	case there && keys.Copy.Is(k):
		p.e.Copy(cmp.Or(a.Contact, a.Title))
	case there && a.Status == api.OnSale && keys.Withdraw.Is(k):
		p.e.Open(dialog.Withdraw(p.e, a))
	default:
		p.tables[p.tab].Key(k, len(p.rows()))
	}
	return nil
}

// open shows the article under the cursor, with the others around it.
func (p *Page) open() tea.Cmd {
	path := p.e.S(i18n.Mine.Title) + " " + theme.Crumb + " " + p.e.S(names[p.tab])
	return p.e.Push(page.Article, page.Opened{Path: path, List: p.rows(), At: p.tables[p.tab].Cur})
}

func (p *Page) rows() []api.Article { return p.all.Data[p.tab] }

func (p *Page) current() (api.Article, bool) {
	return page.At(p.rows(), p.tables[p.tab].Cur)
}

// Title is the name of the page.
func (p *Page) Title() string { return p.e.S(i18n.Mine.Title) }

// Keys are those that matter here.
func (p *Page) Keys() []keys.Key {
	list := []keys.Key{keys.Arrows, keys.NextPanel, keys.Enter.To(i18n.Do.Open)}
	if a, ok := p.current(); ok && a.Status == api.OnSale {
		list = append(list, keys.Withdraw)
	} else if ok && a.Contact != "" {
		list = append(list, keys.Copy.To(i18n.Do.CopyAddress))
	}
	return append(list, keys.Refresh, keys.Help)
}
