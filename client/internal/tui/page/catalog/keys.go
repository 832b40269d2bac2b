package catalog

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
)

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	if !p.Typing() && (keys.Back.Is(k) || keys.AllOff.Is(k)) {
		switch {
		case !p.wide():
			p.clear()
			return p.narrow()
		case keys.Back.Is(k):
			return p.e.Back()
		}
		return nil
	}
	if !p.price.Typing() {
		if changed, used := p.search.Key(k); changed {
			return p.narrow()
		} else if used {
			return nil
		}
	}
	if !p.search.Typing() {
		if changed, used := p.price.Key(k); changed {
			return p.narrow()
		} else if used {
			return nil
		}
	}
	if !p.Typing() {
		if cmd, used := p.command(k); used {
			return cmd
		}
	}
	if keys.Bottom.Is(k) {
		return p.list.All(p.e, p.fetch(), func() tea.Cmd {
			p.remember()
			p.table.Key(k, len(p.list.Rows))
			return p.rest()
		})
	}
	if p.table.Key(k, len(p.list.Rows)) {
		return tea.Batch(p.follow(), p.rest())
	}
	return nil
}

// command is a key about the list, or about the article under the cursor.
func (p *Page) command(k tea.KeyMsg) (cmd tea.Cmd, used bool) {
	r, there := p.current()
	switch {
	case keys.Category.Is(k):
		p.cat = (p.cat + 1) % (len(api.Categories()) + 1)
		return p.narrow(), true
	case keys.Sort.Is(k):
		return p.reorder(), true
	case keys.Refresh.Is(k):
		return p.reload(), true
	case keys.Seller.Is(k) && p.seller != "":
		p.seller = ""
		return p.narrow(), true
	case there && keys.Seller.Is(k):
		p.seller = r.Seller
		return p.narrow(), true
	case there && keys.Enter.Is(k):
		return p.e.Push(page.Article, p.opened()), true
	case there && keys.Buy.Is(k):
		if r.gone.IsZero() {
			dialog.OpenBuy(p.e, r.Article)
		} else {
			p.e.Say(page.Info, p.e.S(i18n.Article.Gone))
		}
	case there && keys.Copy.Is(k):
		p.e.Copy(r.Title)
	default:
		return nil, false
	}
	return nil, true
}

// opened is the article under the cursor with the rows around it.
func (p *Page) opened() page.Opened {
	list := make([]api.Article, len(p.list.Rows))
	for i, r := range p.list.Rows {
		list[i] = r.Article
	}
	path := p.e.S(i18n.Catalog.Title)
	if words := p.search.Words(); words != "" {
		path += " " + theme.Crumb + " " + words
	}
	return page.Opened{Path: path, List: list, At: p.table.Cur}
}
