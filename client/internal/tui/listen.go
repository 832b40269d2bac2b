package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/page"
)

// Server events. Each command blocks for one batch, and Update issues it again.
// Program.Send is not used: it blocks while the terminal is slow.
type (
	state  link.State
	events []api.Event
)

const (
	// batch is how many events are taken at once, floodPause the rest after
	// more than one: 10,000 a second become ten redraws, the newest in them.
	batch      = 256
	floodPause = 100 * time.Millisecond

	// fewSold is how many sales of one batch leave the lists one by one.
	fewSold = 8

	// liveBatch is all that the client keeps for a slow reader.
	liveBatch = 1024
)

func (m *model) nextState() tea.Msg {
	select {
	case s := <-m.e.API.Changes():
		return state(s)
	case <-m.e.Ctx.Done():
		return nil
	}
}

func (m *model) nextEvents() tea.Msg { return take[events](m.e.Ctx, m.e.API.Events(), batch) }

func (m *model) nextLive() tea.Msg { return take[page.Live](m.e.Ctx, m.e.API.Live(), liveBatch) }

// take waits for one event and brings what else is there, at most so many.
func take[M ~[]api.Event](ctx context.Context, from <-chan api.Event, most int) tea.Msg {
	var all M
	select {
	case ev := <-from:
		all = append(all, ev)
	case <-ctx.Done():
		return nil
	}
	for len(all) < most {
		select {
		case ev := <-from:
			all = append(all, ev)
		default:
			return all
		}
	}
	return all
}

// liveCame is for the administrator's page alone, in sight or not. A rest after
// each batch bounds the redraws to ten a second however much happens.
func (m *model) liveCame(all page.Live) {
	m.pages[page.Admin].Update(all)
	m.e.Later(floodPause, func() { m.e.Run(m.nextLive) })
}

func (m *model) eventsCame(all events) {
	var sold []string
	for _, ev := range all {
		switch ev := ev.(type) {
		case api.ArticleSold:
			sold = append(sold, ev.ID)
			m.tell(page.Sold, m.e.S(i18n.News.Contact, m.e.S(i18n.News.Sold, ev.Buyer, ev.Title), ev.Contact))
		case api.Announced:
			m.tell(page.News, m.e.S(i18n.News.Announced, ev.Text))
		case api.SessionEnded:
			m.Publish(page.Left{Reason: m.ended(ev)})
		case api.Unknown:
			m.Say(page.Info, m.e.S(i18n.News.Other, ev.Word, ev.Text))
		}
	}
	if len(sold) > fewSold { // once, however many
		m.pages[page.Mine].Update(page.Resync{})
	} else {
		for _, id := range sold {
			m.Publish(page.Gone{Article: api.Article{ID: id}})
		}
	}
	if m.loggedIn() { // what came stands among the news already
		m.e.Inbox.Reload(m.e)
	}
	if len(all) > 1 {
		m.e.Later(floodPause, func() { m.e.Run(m.nextEvents) })
	} else {
		m.e.Run(m.nextEvents)
	}
}

// tell shows what happened, and calls whoever looks elsewhere.
func (m *model) tell(mood page.Mood, text string) {
	m.Say(mood, text)
	if m.away {
		m.call(text)
	}
}

func (m *model) ended(ev api.SessionEnded) string {
	if ev.Reason != "" {
		return m.e.S(i18n.Login.Thrown, m.e.T.Name(i18n.Told, ev.Reason))
	}
	return m.e.S(i18n.Login.Ended)
}

// linkChanged follows the connection. A new one means that events were missed:
// the page in sight asks again, keeping what it shows.
func (m *model) linkChanged(s link.State) {
	before := m.e.Link
	m.e.Link = s
	switch s.Phase {
	case link.Offline:
		if !m.cut {
			m.cut, m.cutAt, m.readOn = true, m.e.Now(), false
		}
	case link.Online:
		if m.cut {
			m.cut = false
			m.Say(page.Good, m.e.S(i18n.Offline.Back))
		}
		if m.loggedIn() && before.Generation != 0 && s.Generation > before.Generation {
			m.page().Update(page.Resync{})
			m.AskQuotas()
			m.e.Inbox.Reload(m.e)
		}
	}
}
