package catalog

import (
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
)

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	if !p.Typing() && keys.Back.Is(k) { // all of what narrows the list goes first
		if p.wide() {
			return p.e.Back()
		}
		p.search.Clear()
		p.cat = 0
		return p.narrow()
	}
	if changed, used := p.search.Key(k); changed {
		return p.narrow()
	} else if used {
		return nil
	}
	if !p.Typing() {
		if cmd, used := p.command(k); used {
			return cmd
		}
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
	case there && keys.Enter.Is(k):
		return p.e.Push(page.Article, r.Article), true
	case there && keys.Buy.Is(k):
		dialog.OpenBuy(p.e, r.Article)
	case there && keys.Copy.Is(k):
		p.e.Copy(r.Title)
	default:
		return nil, false
	}
	return nil, true
}
