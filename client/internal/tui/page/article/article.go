// Package article is the screen of one article.
package article

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Page is the screen of one article.
type Page struct {
	page.Size
	page.Still
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
	})
}

// Update takes a message.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	if p.detail.Update(p.e, m) {
		return nil
	}
	switch m := m.(type) {
	case page.Resync:
		return p.Show(nil)
	case page.Bought:
		p.over(m.Article.ID, api.Sold)
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

func (p *Page) over(id string, s api.Status) {
	if id == p.brief.ID {
		p.brief.Status, p.detail.Data.Status = s, s
	}
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	a := p.article()
	switch {
	case key.Matches(k, keys.Back):
		return page.Send(page.Back{})
	case key.Matches(k, keys.Refresh):
		return p.Show(nil)
	case key.Matches(k, keys.Copy):
		return page.Send(page.CopyText{Text: a.Title})
	case a.Status != api.OnSale && a.Status != "":
	case p.own() && key.Matches(k, keys.Withdraw):
		return page.Send(page.Withdraw{Article: a})
	case !p.own() && (key.Matches(k, keys.Buy) || key.Matches(k, keys.Enter)):
		return page.Send(page.Buy{Article: a})
	}
	return nil
}

func (p *Page) article() api.Article {
	if p.detail.Has {
		return p.detail.Data
	}
	return p.brief
}

func (p *Page) own() bool { return p.article().Seller == p.e.Session.Login }

// View is part of page.Page.
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
	case !onSale:
		l.Add("", e.Warning(e.S(i18n.ArticleGone), w))
	case p.own():
		l.Add("", e.Hint(i18n.KeyX, i18n.DoWithdraw))
	default:
		l.Add("", widget.Buttons(th, 0, e.S(i18n.ArticleBuyCost, e.T.N(i18n.Cost, 1))))
		if q := e.Quotas.Services; q.Max > 0 && q.Left == 0 {
			l.Add("", e.NoCall(w))
		}
	}
	foot := th.Faint.Render(e.S(i18n.ArticleID, a.ID))
	if s := page.Foot(e, &p.detail); s != "" && p.detail.Err == nil {
		foot += " " + theme.Sep + " " + s
	}
	for i := range l {
		l[i] = "   " + l[i]
	}
	return l.Foot(p.H, "   "+foot)
}

// Title is part of page.Page.
func (p *Page) Title() string {
	if p.brief.Title == "" {
		return p.e.S(i18n.ArticleTitle)
	}
	return p.e.S(i18n.CatalogTitle) + " " + theme.Crumb + " " + p.brief.Title
}

// Hints are part of page.Page.
func (p *Page) Hints() []page.Hint {
	e := p.e
	hints := []page.Hint{}
	if p.own() {
		hints = append(hints, e.H(i18n.KeyX, i18n.DoWithdraw))
	} else {
		hints = append(hints, e.H(i18n.KeyEnter, i18n.DoBuy))
	}
	return append(hints, e.H(i18n.KeyC, i18n.DoCopy), e.H(i18n.KeyR, i18n.DoRefresh),
		e.H(i18n.KeyEsc, i18n.DoBack), e.H(i18n.KeyHelp, i18n.DoHelp))
}
