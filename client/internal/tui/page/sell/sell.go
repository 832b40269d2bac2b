// Package sell is the form that puts an article up for sale. The draft and its
// ref stay until the server has said that it is done.
package sell

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Places of the entries, behind the category.
const (
	title = iota
	price
	text
)

// Page is the selling form.
type Page struct {
	page.Size
	page.Form
	e      *page.Env
	cat    widget.Choice
	owner  string   // whose draft it is
	ref    string   // of what was last sent
	sent   api.Sale // what that was: another draft gets another ref
	work   page.Load[api.Receipt]
	waitTo time.Time // when the next try may pass
}

// New makes the screen.
func New(e *page.Env) *Page {
	p := &Page{e: e, cat: widget.Choice{N: len(api.Categories())}}
	p.Form = page.NewForm(
		2,
		&page.Entry{Field: "titre", Label: i18n.SellName, Hint: i18n.SellNameHint, Check: page.CheckText},
		&page.Entry{Field: "prix", Label: i18n.SellPrice, Hint: i18n.SellPriceIn, Check: page.CheckPrice},
		&page.Entry{Field: "description", Label: i18n.SellText, Hint: i18n.SellTextHint, Check: page.CheckLegible},
	)
	p.Entries[title].In.Max = protocol.MaxTitle
	p.Entries[price].In.Max = len("9999,99 €")
	p.Entries[text].In.Max = protocol.MaxDescription
	p.Fields = append([]widget.Field{&p.cat}, p.Fields...)
	return p
}

// Show is part of page.Page.
func (p *Page) Show(any) tea.Cmd { return nil }

// Update takes a message.
func (p *Page) Update(m tea.Msg) tea.Cmd {
	if p.work.Update(p.e, m) {
		return p.settled()
	}
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
	case tea.KeyMsg:
		return p.key(m)
	}
	return nil
}

func (p *Page) key(k tea.KeyMsg) tea.Cmd {
	if key.Matches(k, keys.Back) {
		return page.Send(page.Back{})
	}
	if p.work.Busy() {
		return nil
	}
	switch p.Form.Key(k) {
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
	p.cat.At, p.waitTo = 0, time.Time{}
}

// draft is what stands in the form.
func (p *Page) draft() api.Sale {
	cents, _ := page.ParsePrice(p.Entries[price].In.Value())
	return api.Sale{
		Category: api.Categories()[p.cat.At], Cents: cents,
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
	s.Ref, p.waitTo = p.ref, time.Time{}
	return p.work.Start(p.e, func(ctx context.Context) (api.Receipt, error) {
		return p.e.API.Sell(ctx, s)
	})
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
			if le.After() > 0 {
				p.waitTo = p.e.Now().Add(le.After())
			}
			if p.Refuse(err) {
				p.work.Err = nil // said at its field
			}
			return page.Send(page.RefreshQuotas{})
		}
		return nil
	}
	r := p.work.Data
	p.ref = ""
	p.reset()
	note := page.Note{At: p.e.Now(), Mood: page.Good, Text: func(e *page.Env) string {
		return e.S(i18n.SellNote, r.Title, e.T.Amount(r.Cents))
	}}
	return tea.Batch(
		page.Send(page.Spent{Services: r.Services}),
		page.Send(page.OnSale{Receipt: r}),
		page.Send(page.Noted{Note: note}),
		page.Send(page.Say{Mood: page.Good, Text: note.Text(p.e)}),
	)
}

// Title is part of page.Page.
func (p *Page) Title() string { return p.e.S(i18n.SellTitle) }

// Draft is part of page.Page.
func (p *Page) Draft() bool { return p.Typed() }

// Hints are part of page.Page.
func (p *Page) Hints() []page.Hint {
	e := p.e
	hints := []page.Hint{e.H(i18n.KeyBoth, i18n.DoFields)}
	if p.Focus == 0 {
		hints = append(hints, e.H(i18n.KeySides, i18n.DoCategory))
	}
	return append(hints, e.H(i18n.KeyEnter, i18n.DoNext), e.H(i18n.KeySend, i18n.DoSell),
		e.H(i18n.KeyEsc, i18n.DoBack), e.H(i18n.KeyF1, i18n.DoHelp))
}
