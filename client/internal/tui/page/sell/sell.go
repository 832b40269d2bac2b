// Package sell is the form that puts an article up for sale. The draft and its
// ref stay until the server has said that it is done.
package sell

import (
	"context"
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

// Places of the entries.
const (
	category = iota
	title
	price
	text
)

// Page is the selling form.
type Page struct {
	page.Size
	form.Form
	e     *page.Env
	owner string   // whose draft it is
	ref   string   // of what was last sent
	sent  api.Sale // what that was: another draft gets another ref
	work  page.Load[api.Receipt]
}

// New makes the screen.
func New(e *page.Env) *Page {
	p := &Page{e: e}
	all := api.Categories()
	p.Form = form.New(
		2,
		&form.Entry{Label: i18n.Sell.Category, Choice: &form.Choice{N: len(all), Name: func(i int) string { return e.T.Category(all[i]) }}},
		&form.Entry{
			Field: "titre", Label: i18n.Sell.Name, Hint: i18n.Sell.NameHint, Check: form.CheckText,
			In: form.Input{Max: protocol.MaxTitle}, Counted: true,
		},
		&form.Entry{
			Field: "prix", Label: i18n.Sell.Price, Hint: i18n.Sell.PriceIn, Check: form.CheckPrice,
			In: form.Input{Max: len("9999,99 €")},
		},
		&form.Entry{
			Field: "description", Label: i18n.Sell.Text, Hint: i18n.Sell.TextHint, Check: form.CheckLegible,
			In: form.Input{Max: protocol.MaxDescription}, Counted: true, Lines: 4,
		},
	)
	return p
}

// Show shows the form as it was left.
func (p *Page) Show(any) tea.Cmd { return nil }

// Update takes keys and facts.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	switch m := m.(type) {
	case page.Left:
		// The session ended, not the wish to sell: the draft stays, for the
		// same user to come back to. Somebody else does not get it.
		p.work.Cancel()
	case page.Entered:
		if p.owner != "" && p.owner != m.Session.Login {
			p.reset()
		}
		p.owner = m.Session.Login
	case page.Click:
		if !p.work.Busy() {
			return p.act(p.Form.Click(int(m)))
		}
	case tea.KeyMsg:
		return p.key(m)
	}
	return nil
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	if keys.Back.Is(k) {
		return p.e.Back()
	}
	if p.work.Busy() {
		return nil
	}
	if keys.SeeItem.Is(k) && p.work.Has {
		return p.e.Push(page.Article, api.Article{ID: p.work.Data.ID, Title: p.work.Data.Title, Cents: p.work.Data.Cents, Seller: p.e.Session.Login})
	}
	return p.act(p.Form.Key(k))
}

func (p *Page) act(act form.Act) tea.Cmd {
	switch act {
	case 0:
		return p.submit()
	case 1:
		p.reset()
	}
	return nil
}

func (p *Page) reset() {
	p.work.Forget()
	p.Clear()
}

// draft is what stands in the form.
func (p *Page) draft() api.Sale {
	cents, _ := form.ParsePrice(p.Entries[price].In.Value())
	return api.Sale{
		Category: api.Categories()[p.Entries[category].Choice.At], Cents: cents,
		Title:       strings.TrimSpace(p.Entries[title].In.Value()),
		Description: strings.TrimSpace(p.Entries[text].In.Value()),
	}
}

func (p *Page) submit() tea.Cmd {
	if !p.Valid() || p.noCall() {
		return nil
	}
	s := p.draft()
	// Trying again after an unknown result is the same sale, so the same ref.
	if p.ref == "" || p.sent != s {
		p.ref, p.sent = api.NewRef(), s
	}
	s.Ref = p.ref
	return p.work.Start(p.e, func(ctx context.Context) (api.Receipt, error) {
		return p.e.API.Sell(ctx, s)
	}, p.settled)
}

// noCall says that the quota is used up and nothing of this draft was sent.
func (p *Page) noCall() bool {
	q := p.e.Quotas.Services
	return q.Max > 0 && q.Left == 0 && (p.ref == "" || p.sent != p.draft())
}

func (p *Page) settled() tea.Cmd {
	if err := p.work.Err; err != nil {
		var le *link.Error
		if errors.As(err, &le) {
			if p.Refuse(err) {
				p.work.Err = nil // said at its field
			}
			return p.e.AskQuotas()
		}
		return nil
	}
	r := p.work.Data
	p.ref = ""
	kept := p.Entries[category].Choice.At // the next one is often of the same type
	p.Clear()
	p.Entries[category].Choice.At = kept
	p.e.Spend(r.Services)
	p.e.Say(page.Good, p.e.S(i18n.Sell.Note, r.Title, p.e.T.Amount(r.Cents)))
	p.e.Publish(page.OnSale{Receipt: r})
	return nil
}

// Title is the name of the page.
func (p *Page) Title() string { return p.e.S(i18n.Sell.Title) }

// Keys are those that matter here.
func (p *Page) Keys() []keys.Key {
	list := []keys.Key{keys.Tabs.To(i18n.Do.Fields)}
	if p.Focus == category {
		list = append(list, keys.Sides.To(i18n.Do.Category))
	}
	if p.work.Has {
		list = append(list, keys.SeeItem)
	}
	return append(list, keys.Enter.To(i18n.Do.Next), keys.Send.To(i18n.Do.Sell), keys.Back, keys.HelpTyping)
}
