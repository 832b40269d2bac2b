package boards

import (
	"strings"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// rows draws the rows of a board in w x h cells: rank, name, bar, figure. Figures
// are compared by the length of the bars, and read without any colour. What
// height is left goes between the rows.
func (p *Page) rows(board i18n.Msg, w, h int) string {
	e, th := p.e, p.e.Theme
	ranks := p.ranks(board)
	full, apart := 10, 3 // the rows of a whole board, and how far apart they may stand
	if board == i18n.Boards.Top || board == i18n.Boards.Services {
		full = 3
	}
	apartBy := max(1, min(apart, h/full))
	const longFrom = 44 // cells for a figure with its words
	names, most, widest := 0, 0, 0
	for _, r := range ranks {
		most = max(most, r.Count)
		names = max(names, widget.Width(p.name(r)))
		widest = max(widest, widget.Width(p.figure(board, r, w >= longFrom)))
	}
	names = min(names, max(8, w/3))
	you := widget.Width(e.S(i18n.Boards.You)) + 1
	bar := w - 4 - names - 2 - widest - 2 - you
	var l widget.Lines
	for i, r := range ranks {
		for n := 1; n < apartBy && i > 0; n++ {
			l.Add("")
		}
		mark := ""
		name := widget.Fit(p.name(r), names)
		if r.Login != "" && r.Login == e.Session.Login {
			mark = " " + th.Title.Render(e.S(i18n.Boards.You))
			name = th.Title.Render(name)
		}
		figure := widget.FitRight(p.figure(board, r, w >= longFrom), widest)
		if board == i18n.Boards.Latest { // instants read from the left
			figure = widget.Fit(p.figure(board, r, w >= longFrom), widest)
		}
		if board != i18n.Boards.Latest && bar > 0 {
			figure = widget.Fit(widget.Strip(th, r.Count, most, bar), bar) + "  " + figure
		}
		l.Add(widget.FitRight(e.T.Int(int64(r.Rank)), 2) + "  " + name + "  " + figure + mark)
	}
	return l.String()
}

func (p *Page) name(r api.Rank) string {
	if r.Login != "" {
		return r.Login
	}
	return p.e.T.Service(r.Name)
}

// figure is what a row is ranked by, in words where there is room for them.
func (p *Page) figure(board i18n.Msg, r api.Rank, long bool) string {
	e := p.e
	switch {
	case board == i18n.Boards.Latest && long:
		return strings.Join([]string{
			e.T.Date(r.When, e.Now()), theme.Sep, e.S(i18n.Boards.Ago, e.T.Age(e.Now().Sub(r.When))),
		}, " ")
	case board == i18n.Boards.Latest:
		return e.T.Age(e.Now().Sub(r.When))
	case !long:
		return e.T.Int(int64(r.Count))
	case board == i18n.Boards.Top:
		return e.T.N(i18n.Boards.Logins, r.Count)
	}
	return e.T.N(i18n.Common.Cost, r.Count)
}
