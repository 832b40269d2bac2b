package tui

import (
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// newsWidth is the inner width of the box of an event, in cells.
const newsWidth = 44

// newsShown says whether the newest event has a card over the page. Where
// something is typed it stands in the status line, so that it covers no field.
func (m *model) newsShown() bool {
	return m.news.until.After(m.e.Now()) && m.kind != page.Messages && !m.typing() && !m.helpShown() && !m.cutShown()
}

// overNews lays the newest event over the page's lower right corner.
func (m *model) overNews(body string, h int) string {
	e := m.e
	w := min(newsWidth, m.w-6)
	lines := widget.Wrap(m.news.text, w)
	const most = 6
	if len(lines) > most {
		lines = append(lines[:most-1], "…")
	}
	style, title := e.Theme.Title, theme.Dot+" "+e.S(i18n.Card.News)
	if m.news.mood == page.Sold {
		style, title = e.Theme.OK, theme.Check+" "+e.S(i18n.Card.Sold)
	}
	return m.atCorner(body, widget.Card(e.Theme, style, title, lines, w), h)
}

// atCorner lays a box over the lower right corner of the page.
func (m *model) atCorner(body, box string, h int) string {
	w, rows := widget.Size(box)
	return widget.Overlay(body, box, m.w-w-gutter, h-rows)
}

// cutShown says whether the box of the lost connection is up.
func (m *model) cutShown() bool {
	return m.e.Link.Phase == link.Offline && !m.readOn && m.dialog == nil
}

// overCut lays the box of the lost connection over the page: in the middle, or
// out of the way at the bottom while something is being typed.
func (m *model) overCut(body string, h int) string {
	e, s := m.e, m.e.Link
	w := min(dialog.Width, m.w-8)
	title := i18n.Offline.Title
	if s.Generation == 0 {
		title = i18n.Offline.First
	}
	if m.page().Typing() {
		return m.besideTyping(body, e.S(title), h)
	}
	var l widget.Lines
	if s.Err != nil {
		l.Add(e.Failure(s.Err, w))
	}
	l.Add("", m.nextTry())
	if s.Generation > 0 { // at the first start there is nothing to keep
		l.Add(e.S(i18n.Offline.Kept))
	}
	l.Add("")
	box := widget.Box(e.Theme, e.S(title), l, w)
	return m.over(body, box, h)
}

// besideTyping says the same in a few lines at the bottom, where no field stands.
func (m *model) besideTyping(body, title string, h int) string {
	e := m.e
	w := min(dialog.Width, m.w-8)
	lines := []string{m.nextTry(), e.S(i18n.Offline.Kept)}
	if err := e.Link.Err; err != nil {
		lines = append(widget.Wrap(e.T.Error(err), w), m.nextTry())
	}
	return m.atCorner(body, widget.Card(e.Theme, e.Theme.Err, theme.Cross+" "+title, lines, w), h)
}

func (m *model) nextTry() string {
	e, s := m.e, m.e.Link
	if left := s.RetryAt.Sub(e.Now()); left > 0 {
		return e.S(i18n.Offline.Retry, s.Attempt, e.T.Countdown(left))
	}
	return e.S(i18n.Offline.Now, max(1, s.Attempt))
}

// cutKeys are the keys while the box is up.
func (m *model) cutKeys(list []keys.Key) []keys.Key {
	if m.page().Typing() {
		return append([]keys.Key{keys.Retry}, list...)
	}
	return []keys.Key{keys.Enter.To(i18n.Do.RetryNow), keys.ReadPage, keys.QuitLetter}
}

// smallView says what to do about a screen that is too small.
func (m *model) smallView() string {
	e := m.e
	return strings.Join([]string{
		e.S(i18n.Small.Title, m.w, m.h),
		e.S(i18n.Small.Need, minW, minH),
		e.S(i18n.Small.Do),
		"  etu --simple",
		e.Hint(keys.Quit.To(i18n.Do.Quit)),
	}, "\n")
}
