package admin

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

const (
	// pageRows is how many accounts one request brings: the most there is.
	pageRows = protocol.MaxPage
	// typingPause is how long no key must come before the server is asked.
	typingPause = 150 * time.Millisecond
)

// accounts is everybody, as the server searches them.
type accounts struct {
	page.Size
	e      *page.Env
	table  widget.Table
	search search
	rows   []api.Account
	next   string
	first  page.Load[api.AccountPage]
	more   page.Load[api.AccountPage]
	asks   int // counts the changes of the search, for the pause in typing
}

// paused says that no key came for typingPause.
type paused struct {
	p    *accounts
	asks int
}

func newAccounts(e *page.Env) *accounts { return &accounts{e: e, search: newSearch()} }

func (p *accounts) setSize(w, h int) {
	p.SetSize(w, h)
	p.table.SetHeight(h - 5) // search, head, blank, what can be done, foot
}

func (p *accounts) show() tea.Cmd {
	if p.first.Has && p.e.Now().Sub(p.first.At) < page.StaleAfter {
		return nil
	}
	return p.reload()
}

// find shows somebody's account.
func (p *accounts) find(login string) tea.Cmd {
	p.search.clear()
	p.search.Set(login)
	p.table.Cur = 0
	return p.reload()
}

func (p *accounts) reload() tea.Cmd {
	p.more.Cancel()
	words := p.search.words()
	return p.first.Start(p.e, func(ctx context.Context) (api.AccountPage, error) {
		return p.e.API.Accounts(ctx, words, pageRows, "")
	})
}

// follow asks for the next rows when the cursor comes near the end.
func (p *accounts) follow() tea.Cmd {
	if p.next == "" || p.more.Busy() || p.first.Busy() || p.table.Cur+2*p.table.Height() < len(p.rows) {
		return nil
	}
	words, after := p.search.words(), p.next
	return p.more.Start(p.e, func(ctx context.Context) (api.AccountPage, error) {
		return p.e.API.Accounts(ctx, words, pageRows, after)
	})
}

func (p *accounts) update(m tea.Msg) tea.Cmd {
	switch {
	case p.first.Update(p.e, m):
		return p.arrived()
	case p.more.Update(p.e, m):
		if p.more.Err == nil {
			p.rows, p.next = append(p.rows, p.more.Data.Accounts...), p.more.Data.Next
		}
		return nil
	}
	switch m := m.(type) {
	case paused:
		if m.p == p && m.asks == p.asks {
			return p.reload()
		}
	case done:
		p.changed(m)
	}
	return nil
}

// arrived shows the answer, with the cursor on the account where it was.
func (p *accounts) arrived() tea.Cmd {
	if p.first.Err != nil {
		return nil
	}
	at, _ := p.current()
	p.rows, p.next = p.first.Data.Accounts, p.first.Data.Next
	for i := range p.rows {
		if p.rows[i].Login == at.Login {
			p.table.Cur = i
		}
	}
	p.table.Clamp(len(p.rows))
	return p.follow()
}

// changed puts an order's effect into the list at once: asking for all of it
// again would lose the place.
func (p *accounts) changed(m done) {
	standing, known := map[order]api.Standing{
		blocked: api.ShutOut, unblocked: api.MayEnter, expelledLong: api.SentAway,
	}[m.what]
	keep := p.rows[:0:0]
	for _, a := range p.rows {
		switch {
		case a.Login != m.login:
		case m.what == deleted:
			continue
		case known && !(standing == api.SentAway && a.Standing == api.ShutOut):
			a.Standing = standing
		}
		keep = append(keep, a)
	}
	p.rows = keep
	p.table.Clamp(len(p.rows))
}

func (p *accounts) current() (a api.Account, ok bool) {
	if p.table.Cur < 0 || p.table.Cur >= len(p.rows) {
		return a, false
	}
	return p.rows[p.table.Cur], true
}

func (p *accounts) key(k tea.KeyMsg) tea.Cmd {
	if changed, used := p.search.key(k); used {
		if !changed {
			return nil
		}
		p.asks++
		p.table.Cur = 0
		return p.e.After(typingPause, paused{p, p.asks})
	}
	if a, there := p.current(); there && !p.typing() {
		if cmd, used := p.order(k, a); used {
			return cmd
		}
	}
	switch {
	case p.typing(): // the arrows: one looks while searching
	case key.Matches(k, keys.Back):
		return page.Send(page.Back{})
	case key.Matches(k, keys.Refresh):
		return p.reload()
	}
	p.table.Key(k, len(p.rows))
	return p.follow()
}

// order is a key about the account under the cursor.
func (p *accounts) order(k tea.KeyMsg, a api.Account) (cmd tea.Cmd, used bool) {
	e := p.e
	switch {
	case key.Matches(k, keys.Copy):
		return page.Send(page.CopyText{Text: a.Email}), true
	case key.Matches(k, keys.Reset):
		return reset(e, a.Login), true
	case key.Matches(k, keys.Block) && a.Standing != api.MayEnter:
		return unblock(e, a.Login), true
	}
	for _, o := range []struct {
		key key.Binding
		do  func(*page.Env, string) tea.Cmd
	}{{keys.Block, block}, {keys.Expel, expel}, {keys.Give, give}, {keys.Delete, remove}} {
		if key.Matches(k, o.key) {
			if no, self := yours(e, a.Login); self {
				return no, true
			}
			return o.do(e, a.Login), true
		}
	}
	return nil, false
}

func (p *accounts) typing() bool { return p.search.typing }

func (p *accounts) forget() {
	p.first.Forget()
	p.more.Forget()
	p.search.clear()
	p.rows, p.next, p.table.Cur = nil, "", 0
	p.asks++
}
