// Package sell is the form that puts an article up for sale. The draft and its
// ref stay until the server has said that it is done.
package sell

import (
	"cmp"
	"context"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/api"
	"etuservices/client/internal/drafts"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
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
	page.Named
	form.Form
	e    *page.Env
	ref  string   // of what was last sent
	sent api.Sale // what that was: another draft gets another ref
	work page.Load[api.Receipt]
}

// New makes the page.
func New(e *page.Env) *Page {
	name := func(i int) string { return e.T.Name(i18n.Categories, protocol.Categories[i]) }
	p := &Page{Named: page.Named{Name: i18n.Sell.Title}, e: e, Form: form.New(
		2,
		&form.Entry{Label: i18n.Sell.Category, Choice: &form.Choice{N: len(protocol.Categories), Name: name}},
		form.Text("titre", i18n.Sell.Name, i18n.Sell.NameHint, protocol.MaxTitle, form.CheckText),
		form.Text("prix", i18n.Sell.Price, i18n.Sell.PriceIn, len("9999,99 €"), form.CheckPrice),
		form.Text("description", i18n.Sell.Text, i18n.Sell.TextHint, protocol.MaxDescription, form.CheckLegible),
	)}
	p.Entries[title].Counted, p.Entries[text].Counted = true, true
	return p
}

// SetSize sets the size of the page; a high one has more lines for the description, and
// keeps some below for how the sale stands and the box that says the connection is lost.
func (p *Page) SetSize(w, h int) {
	p.Named.SetSize(w, h)
	p.Entries[text].Lines = max(4, h-26)
}

func (p *Page) Update(m tea.Msg) {
	switch k, _ := m.(tea.KeyMsg); {
	case keys.Back.Is(k):
		p.e.Back()
		return
	case keys.SeeItem.Is(k) && p.work.Has && !p.work.Busy():
		r := p.work.Data
		p.e.Push(page.Article, api.Article{ID: r.ID, Title: r.Title, Cents: r.Cents, Seller: p.e.Session.Login})
		return
	}
	switch p.Take(m, p.work.Busy()) {
	case 0:
		p.submit()
	case 1:
		p.reset()
	}
}

func (p *Page) reset() {
	p.work.Forget()
	p.Clear()
}

// Keep adds what stands in the form, and the call that was made of it.
func (p *Page) Keep(d *drafts.Draft) {
	if !p.Form.Draft() && p.ref == "" {
		return
	}
	ref := p.ref
	if code := link.CodeOf(p.work.Err); code != "" && code != protocol.INDISPONIBLE {
		ref = "" // refused, so it was not done
	}
	d.Sale = drafts.Sale{
		Category: protocol.Categories[p.Entries[category].Choice.At], Title: p.Entries[title].In.Value(),
		Price: p.Entries[price].In.Value(), Text: p.Entries[text].In.Value(), Ref: ref, Sent: p.sent,
	}
}

// Restore brings back what Keep gave, a call without an answer as one that was lost.
func (p *Page) Restore(s drafts.Sale) {
	p.reset()
	p.Entries[category].Choice.At = max(0, slices.Index(protocol.Categories, s.Category))
	p.Entries[title].In.Set(s.Title)
	p.Entries[price].In.Set(s.Price)
	p.Entries[text].In.Set(s.Text)
	if p.ref, p.sent = s.Ref, s.Sent; p.ref != "" {
		p.work.Err = link.ErrLost
	}
}

func (p *Page) draft() api.Sale {
	cents, _ := form.ParsePrice(p.Entries[price].In.Value())
	return api.Sale{
		Category: protocol.Categories[p.Entries[category].Choice.At], Cents: cents,
		Title:       strings.TrimSpace(p.Entries[title].In.Value()),
		Description: strings.TrimSpace(p.Entries[text].In.Value()),
	}
}

func (p *Page) submit() {
	if !p.Valid() || p.noCall() {
		return
	}
	s := p.draft()
	// Trying again after an unknown result is the same sale, so the same ref.
	if p.ref == "" || p.sent != s {
		p.ref, p.sent = api.NewRef(), s
	}
	s.Ref = p.ref
	p.work.Start(p.e, func(ctx context.Context) (api.Receipt, error) {
		return p.e.API.Sell(ctx, s)
	}, p.settled)
}

// noCall says that the quota is used up and nothing of this draft was sent.
func (p *Page) noCall() bool {
	q := p.e.Quotas.Services
	return q.Max > 0 && q.Left == 0 && (p.ref == "" || p.sent != p.draft())
}

func (p *Page) settled() {
	if err := p.work.Err; err != nil {
		if p.Refuse(err) {
			p.work.Err = nil // said at its field
		}
		if link.CodeOf(err) != "" {
			p.e.AskQuotas()
		}
		return
	}
	r := p.work.Data
	p.ref = ""
	kept := p.Entries[category].Choice.At // the next one is often of the same type
	p.Clear()
	p.Entries[category].Choice.At = kept
	p.e.Spend(r.Services)
	p.e.Say(page.Good, p.e.S(i18n.Sell.Note, r.Title, p.e.T.Amount(r.Cents)))
	p.e.Publish(page.OnSale{Receipt: r})
}

func (p *Page) Keys() []keys.Key {
	list := []keys.Key{keys.Tabs.To(i18n.Do.Fields)}
	if p.Focus == category {
		list = append(list, keys.Sides.To(i18n.Do.Category))
	}
	if p.work.Has {
		list = append(list, keys.SeeItem)
	}
	enter := keys.Enter.To(i18n.Do.Next)
	if p.Focus == text {
		enter = keys.Enter.To(i18n.Do.Sell)
	}
	return append(list, enter, keys.Send.To(i18n.Do.Sell), keys.Back, keys.HelpTyping)
}

// besideFrom is the width from which what others will see stands beside the form.
const besideFrom = 98

func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	buttons := " " + p.ButtonRow(th, e.S(i18n.Sell.Yes), e.S(i18n.Sell.Clear))
	if p.W < besideFrom {
		var l widget.Lines
		l.Add(p.Form.View(e, p.W, p.H-3))
		l.Add(p.preview(p.W-2), buttons, widget.Indent(p.outcome(p.W-2), 1))
		return l.String()
	}
	parts := widget.Share(p.W, widget.Gutter, 3, 2)
	var l, r widget.Lines
	l.Add("", p.Form.View(e, parts[0], p.H-4), "", buttons, "", widget.Indent(p.outcome(parts[0]-2), 1))
	in := parts[1] - widget.PanelW
	const cost = 6
	shown := p.shown(in)
	_, rows := lipgloss.Size(shown) // all of them, where the page is high enough
	h := max(p.FramesHeight()-cost, min(rows+widget.PanelH, p.H-cost-1))
	r.Add("", widget.Panel{Title: e.S(i18n.Sell.Preview)}.View(th, shown, parts[1], h))
	quota := page.QuotaView(e, i18n.Quota.Services, e.Quotas.Services, in)
	r.Add(widget.Panel{Title: e.S(i18n.Sell.Cost)}.View(th, quota, parts[1], cost))
	return widget.Columns(widget.Frame(l.String(), parts[0], p.H), widget.Frame(r.String(), parts[1], p.H))
}

// shown is the article as others will see it.
func (p *Page) shown(w int) string {
	e, s := p.e, p.draft()
	var l widget.Lines
	for _, line := range widget.Wrap(p.title(s), w) {
		l.Add(e.Theme.Title.Render(line))
	}
	l.Add("", e.Theme.Price.Render(p.price(s))+"   "+e.Theme.Category(s.Category).Render(e.T.Name(i18n.Categories, s.Category))+"   "+e.Theme.Faint.Render(e.Session.Login), "")
	l.Add(widget.Wrap(s.Description, w)...)
	return l.String()
}

// price is that of the draft, a dash while it is none.
func (p *Page) price(s api.Sale) string {
	if _, bad := p.Entries[price].Wrong(); bad {
		return "–"
	}
	return p.e.T.Amount(s.Cents)
}

// title is that of the draft, or what stands for it.
func (p *Page) title(s api.Sale) string { return cmp.Or(s.Title, "("+p.e.S(i18n.Sell.NoTitle)+")") }

// preview is the row that others will see.
func (p *Page) preview(w int) string {
	e, th, s := p.e, p.e.Theme, p.draft()
	row := th.Faint.Render(e.S(i18n.Sell.Preview)+"  ") + widget.Fit(e.T.Name(i18n.Categories, s.Category), 10) + p.title(s)
	return " " + widget.Ends(row, "  "+p.price(s)+"   "+e.Session.Login, w)
}

func (p *Page) outcome(w int) string {
	e := p.e
	switch {
	case p.work.Busy() && e.Link.Phase == link.Offline:
		return e.Warning(e.S(i18n.Sell.Offline), w)
	case p.work.Slow(e):
		return e.Waiting()
	case p.work.Busy():
		return ""
	case p.work.Err != nil:
		return e.Failure(p.work.Err, w) + e.Wait(p.work.RetryAt)
	case p.noCall():
		return e.NoCall(w)
	case p.work.Has && !p.Draft():
		return e.Theme.OK.Render(theme.Check+" "+e.S(i18n.Sell.Note, p.work.Data.Title, e.T.Amount(p.work.Data.Cents))) + "\n" + e.Hint(keys.SeeItem)
	}
	return ""
}
