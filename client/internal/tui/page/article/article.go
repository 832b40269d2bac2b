// Package article is the screen of one article.
package article

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

// Page is the screen of one article.
type Page struct {
	page.Base
	e      *page.Env
	brief  api.Article // as the list knew it, shown until the detail comes
	detail page.Load[api.Article]
}

// New makes the screen.
func New(e *page.Env) *Page { return &Page{e: e} }

// Show asks for the article in arg.
func (p *Page) Show(arg any) tea.Cmd {
	if a, ok := arg.(api.Article); ok {
		if a.ID != p.brief.ID {
			p.detail.Forget()
		}
		p.brief = a
	}
	id := p.brief.ID
	return p.detail.Start(p.e, func(ctx context.Context) (api.Article, error) {
		return p.e.API.Article(ctx, id)
	}, nil)
}

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Resync:
		return p.Show(nil)
	case page.Bought:
		if m.Article.ID == p.brief.ID {
			p.brief.Status, p.detail.Data.Status = api.Sold, api.Sold
		}
	case page.Gone:
		if m.Article.ID == p.brief.ID {
			return p.Show(nil)
		}
	case page.Left:
		p.detail.Forget()
		p.brief = api.Article{}
	case tea.KeyMsg:
		return p.key(m)
	}
	return nil
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	a := p.article()
	switch {
	case keys.Back.Is(k):
		return p.e.Back()
	case keys.Refresh.Is(k):
		return p.Show(nil)
	case keys.Copy.Is(k):
		p.e.Copy(cmp.Or(a.Contact, a.Title))
	case a.Status != api.OnSale && a.Status != "":
	case p.own() && keys.Withdraw.Is(k):
		p.e.Open(dialog.Withdraw(p.e, a))
	case !p.own() && (keys.Buy.Is(k) || keys.Enter.Is(k)):
		dialog.OpenBuy(p.e, a)
	}
	return nil
}

func (p *Page) article() api.Article {
	if !p.detail.Has {
		return p.brief
	}
	a := p.detail.Data // ARTICLE tells neither the other party nor when it was sold
	a.SoldAt, a.Other, a.Contact = p.brief.SoldAt, p.brief.Other, p.brief.Contact
	return a
}

func (p *Page) own() bool { return p.article().Seller == p.e.Session.Login }

// View draws the page.
func (p *Page) View() string {
	e, th, a := p.e, p.e.Theme, p.article()
	w := min(76, p.W-6)
	var l widget.Lines
	l.Add("", page.ArticleView(e, a, w), "")
	onSale := a.Status == api.OnSale || a.Status == ""
	switch {
	case p.detail.Err != nil:
		l.Add(e.Trouble(p.detail.Err, w))
	case p.detail.Slow(e):
		l.Add(e.Waiting())
	case p.detail.Has && a.Description == "":
		l.Add(th.Faint.Render(e.S(i18n.ArticleNoText)))
	}
	switch {
	case a.Contact != "":
		l.Add("", e.Hint(keys.Copy)+" "+th.Strong.Render(a.Contact))
	case !onSale:
		l.Add("", e.Warning(e.S(i18n.ArticleGone), w))
	case p.own():
		l.Add("", e.Hint(keys.Withdraw))
	default:
		l.Add("", widget.Buttons(th, 0, 0, e.S(i18n.ArticleBuyCost)))
		if q := e.Quotas.Services; q.Max > 0 && q.Left == 0 {
			l.Add("", e.NoCall(w))
		}
	}
	foot := th.Faint.Render(e.S(i18n.ArticleID, a.ID))
	if s := page.ListFoot(e, &p.detail); s != "" && p.detail.Err == nil {
		foot += " " + theme.Sep + " " + s
	}
	for i := range l {
		l[i] = "   " + l[i]
	}
	return l.Foot(p.H, "   "+foot)
}

// Title is the name of the page.
func (p *Page) Title() string {
	if p.brief.Title == "" {
		return p.e.S(i18n.ArticleTitle)
	}
	return p.e.S(i18n.CatalogTitle) + " " + theme.Crumb + " " + p.brief.Title
}

// Keys are those that matter here.
func (p *Page) Keys() []keys.Key {
	list := []keys.Key{}
	if p.own() {
		list = append(list, keys.Withdraw)
	} else {
		list = append(list, keys.Enter.To(i18n.DoBuy))
	}
	return append(list, keys.Copy, keys.Refresh,
		keys.Back, keys.Help)
}
