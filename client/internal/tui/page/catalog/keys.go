package catalog

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
)

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	if p.typing {
		return p.searchKey(k)
	}
	r, there := p.current()
	switch {
	case key.Matches(k, keys.Search):
		p.typing = true
	case key.Matches(k, keys.Back):
		if p.wide() {
			return page.Send(page.Back{})
		}
		p.search.Set("")
		p.cat = 0
		return p.narrow()
	case key.Matches(k, keys.Category):
		p.cat = (p.cat + 1) % (len(api.Categories()) + 1)
		return p.narrow()
	case key.Matches(k, keys.Sort):
		return p.reorder()
	case key.Matches(k, keys.Refresh):
		return p.reload()
	case there && key.Matches(k, keys.Enter):
		return page.Send(page.Go{Kind: page.Article, Arg: r.Article, Push: true})
	case there && key.Matches(k, keys.Buy):
		return page.Send(page.Buy{Article: r.Article})
	case there && key.Matches(k, keys.Copy):
		return page.Send(page.CopyText{Text: r.Title})
	case p.table.Key(k, len(p.rows)):
		return tea.Batch(p.follow(), p.rest())
	}
	return nil
}

// searchKey is for the field: every letter is text, the arrows move in the
// list so that one can look while searching.
func (p *Page) searchKey(k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyEnter, k.Type == tea.KeyTab:
		p.typing = false
		return nil
	case key.Matches(k, keys.Back):
		p.typing = false
		if p.search.Len() == 0 {
			return nil
		}
		p.search.Set("")
		return p.narrow()
	case k.Type == tea.KeyUp, k.Type == tea.KeyDown, k.Type == tea.KeyPgUp, k.Type == tea.KeyPgDown:
		p.table.Key(k, len(p.rows))
		return tea.Batch(p.follow(), p.rest())
	}
	before := p.search.Value()
	p.search.Key(k)
	if p.search.Value() == before {
		return nil
	}
	return p.narrow()
}
