package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/page/buy"
	"etuservices/client/internal/tui/widget"
)

// second is the beat of the clock and of every countdown; spin is that of the
// spinner, while something loads.
type (
	second struct{}
	spin   struct{}
)

// How long short messages stand.
const (
	sayFor  = 4 * time.Second
	badFor  = 6 * time.Second
	newsFor = 8 * time.Second
)

// Update is part of tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.e.Landed(msg)
	return m, m.update(msg)
}

func (m *model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
		return nil
	case tea.KeyMsg:
		return m.key(msg)
	case tea.MouseMsg:
		return m.wheel(msg)
	case second:
		cmds := []tea.Cmd{m.e.After(time.Second, second{}), m.keepQuotas()}
		if m.e.Link.Phase == link.Online && m.loggedIn() {
			cmds = append(cmds, m.page().Update(page.Second{}))
		}
		return tea.Batch(cmds...)
	case page.Redraw, spin:
		return m.spin(msg)
	case state:
		return tea.Batch(m.nextStateAfter(), m.linkChanged(link.State(msg)))
	case events:
		return m.eventsCame(msg)
	case rearm:
		return m.nextEvents
	case page.Live:
		return m.liveCame(msg)
	case relive:
		return m.nextLive
	}
	if cmd, mine := m.wish(msg); mine {
		return cmd
	}
	if m.quotas.Update(m.e, msg) {
		if m.quotas.Err == nil {
			m.quotasTold()
		}
		return nil
	}
	if m.who.Update(m.e, msg) {
		if m.who.Err == nil {
			m.e.Profile = m.who.Data
		}
		return nil
	}
	return m.tell(msg)
}

// wish does what pages ask of the root; mine is false where msg is no wish or
// the pages must hear of it too.
func (m *model) wish(msg tea.Msg) (cmd tea.Cmd, mine bool) {
	e := m.e
	switch msg := msg.(type) {
	case page.Go:
		if msg.Push {
			m.under = append(m.under, m.kind)
		} else {
			m.under = nil
		}
		return m.show(msg.Kind, msg.Arg), true
	case page.Back:
		return m.goBack(), true
	case page.Say:
		m.say(msg)
	case page.Noted:
		e.Inbox.Add(msg.Note, false)
	case page.Open:
		m.dialog = msg.Dialog
	case page.Buy:
		if msg.Article.Seller == e.Session.Login { // refused by the server, and counted
			m.say(page.Say{Text: e.S(i18n.ArticleIsYours)})
			break
		}
		m.dialog = buy.New(e, msg.Article)
	case page.Withdraw:
		m.dialog = m.withdrawal(msg)
	case page.CopyText:
		if msg.Text != "" {
			m.copy(msg.Text)
			m.say(page.Say{Mood: page.Good, Text: e.S(i18n.Copied, msg.Text)})
		}
	case page.Spent:
		e.Quotas.Spend(msg.Services, e.Now())
	case page.PasswordChanged:
		if e.Session.MustChange {
			e.Session.MustChange = false
			return tea.Batch(m.askQuotas(), m.who.Start(e, e.API.Who)), true
		}
	case page.RefreshQuotas:
		return m.askQuotas(), true
	case page.ToggleLanguage:
		m.toggleLanguage()
	case page.NextTheme:
		m.setTheme(e.Theme.Name.Next())
	case page.Entered:
		return m.entered(msg), true
	case page.Left:
		return m.left(msg), true
	default:
		return nil, false
	}
	return nil, true
}

func (m *model) say(s page.Say) {
	t := toast{s, m.e.Now().Add(sayFor)}
	switch s.Mood {
	case page.Bad:
		t.until = m.e.Now().Add(badFor)
	case page.News:
		t.until = m.e.Now().Add(newsFor)
		m.news = t
		return
	}
	m.status = t
}

func (m *model) toggleLanguage() {
	if m.e.T.Lang == i18n.French {
		m.e.T.Lang = i18n.English
	} else {
		m.e.T.Lang = i18n.French
	}
}

// goBack leaves for the page below, or home.
func (m *model) goBack() tea.Cmd {
	if n := len(m.under); n > 0 {
		k := m.under[n-1]
		m.under = m.under[:n-1]
		return m.show(k, nil)
	}
	if m.loggedIn() {
		return m.show(page.Home, nil)
	}
	return m.show(page.Login, nil)
}

// spin keeps the spinner turning while something loads.
func (m *model) spin(msg tea.Msg) tea.Cmd {
	every := m.e.SpinEvery()
	if _, beat := msg.(spin); !beat && m.spinning {
		return nil // it turns already
	}
	m.spinning = m.e.Busy() && every > 0
	if !m.spinning {
		return nil
	}
	return m.e.After(every, spin{})
}

// askQuotas asks for both quotas: free, so as often as they matter.
func (m *model) askQuotas() tea.Cmd {
	if !m.loggedIn() || m.quotas.Busy() {
		return nil
	}
	return m.quotas.Start(m.e, m.e.API.Quotas)
}

// quotasTold takes what the server told, and says so when a call is back after
// there were none.
func (m *model) quotasTold() {
	was, is := m.e.Quotas.Services, m.quotas.Data.Services
	if was.Max > 0 && was.Left == 0 && is.Left > 0 {
		m.say(page.Say{Mood: page.Good, Text: m.e.S(i18n.QuotaBack)})
	}
	m.e.Quotas.Set(m.quotas.Data, m.e.Now())
}

// keepQuotas asks again when the figures cannot be right any more.
func (m *model) keepQuotas() tea.Cmd {
	now := m.e.Now()
	if m.e.Link.Phase != link.Online || m.e.Session.MustChange || now.Sub(m.e.Quotas.At) < 2*time.Second || !m.e.Quotas.Due(now) {
		return nil
	}
	return m.askQuotas()
}

func (m *model) withdrawal(w page.Withdraw) page.Dialog {
	e, a := m.e, w.Article
	return page.NewConfirm(e, page.Question{
		Title: func() string { return e.S(i18n.WithdrawTitle) },
		Body:  func(w int) string { return widget.Lines(widget.Wrap(e.S(i18n.WithdrawAsk, a.Title), w)).String() },
		Yes:   i18n.WithdrawYes,
		Do:    func(ctx context.Context) error { return e.API.Withdraw(ctx, a.ID) },
		Then: func() tea.Cmd {
			return tea.Batch(
				page.Send(page.Gone{Article: a}),
				page.Send(page.Say{Mood: page.Good, Text: e.S(i18n.WithdrawDone, a.Title)}),
			)
		},
	})
}
