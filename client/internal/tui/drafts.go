package tui

import (
	"etuservices/client/internal/api"
	"etuservices/client/internal/drafts"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/page"
)

// keeper has something that outlives the program.
type keeper interface{ Keep(d *drafts.Draft) }

// draftServer is the server under which drafts are kept.
func (m *model) draftServer() string { return api.TokenKey(m.e.Addr, m.e.TLS) }

// draft is what the user has not finished.
func (m *model) draft() drafts.Draft {
	var d drafts.Draft
	for _, p := range m.pages {
		if k, is := p.(keeper); is {
			k.Keep(&d)
		}
	}
	for _, open := range append(m.hidden[:len(m.hidden):len(m.hidden)], m.dialog) {
		if k, is := open.(keeper); is {
			k.Keep(&d)
		}
	}
	d.Purchases = append(d.Purchases, m.unanswered...)
	return d
}

// keepDrafts writes what the user has not finished, if it changed: at once where a
// call is about to be sent or was answered, a text only when all is asked for.
func (m *model) keepDrafts(all bool) {
	if !m.loggedIn() {
		return
	}
	d := m.draft()
	if d.Same(m.kept) || !all && d.SameCalls(m.kept) {
		return
	}
	m.kept = d
	if err := m.opt.Drafts.Save(m.draftServer(), m.e.Session.Login, d); err != nil {
		m.Say(page.Bad, m.e.S(i18n.Config.NotKept, err))
	}
}

// restoreDrafts brings back what whoever logged in has not finished. What still
// stands in the form of the same user is newer.
func (m *model) restoreDrafts() {
	m.kept = m.opt.Drafts.Load(m.draftServer(), m.e.Session.Login)
	if m.opt.Drafts.Dir != "" { // else those of the same user's last session are in memory
		m.unanswered = m.kept.Purchases
	}
	if m.sell.Draft() || m.kept.Sale == (drafts.Sale{}) {
		return
	}
	m.sell.Restore(m.kept.Sale)
	m.Say(page.News, m.e.S(i18n.Sell.Kept, m.kept.Sale.Title))
}

// askUnanswered shows the next purchase whose answer was never seen.
func (m *model) askUnanswered() {
	if m.dialog == nil && m.loggedIn() && len(m.unanswered) > 0 {
		p := m.unanswered[0]
		m.unanswered = m.unanswered[1:]
		m.Open(dialog.Unanswered(m.e, p))
	}
}
