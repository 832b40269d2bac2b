package boards

import (
	"strings"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// board draws the rows of a board in w cells: rank, name, bar, figure. Figures
// are compared by the length of the bars, and read without any colour.
func (p *Page) board(i, w int) string {
	e, th := p.e, p.e.Theme
	ranks := p.ranks(i)
	if len(ranks) == 0 {
		return th.Faint.Render(e.S(i18n.BoardEmpty))
	}
	names, most, widest := 0, 0, 0
	for _, r := range ranks {
		most = max(most, r.Count)
		names = max(names, widget.Width(p.name(r)))
		widest = max(widest, widget.Width(p.figure(i, r)))
	}
	names = min(names, max(8, w/3))
	you := widget.Width(e.S(i18n.BoardYou)) + 1
	bar := w - 4 - names - 2 - widest - 2 - you
	var l widget.Lines
	for _, r := range ranks {
		mark := ""
		name := widget.Fit(p.name(r), names)
		if r.Login != "" && r.Login == e.Session.Login {
			mark = " " + th.Title.Render(e.S(i18n.BoardYou))
			name = th.Strong.Render(name)
		}
		strip := ""
		if boards[i].name != i18n.BoardLatest {
			strip = widget.Fit(widget.Strip(th, r.Count, most, bar), max(0, bar)) + "  "
		}
		figure := widget.FitRight(p.figure(i, r), widest)
		if strip == "" { // instants read from the left
			figure = widget.Fit(p.figure(i, r), widest)
		}
		l.Add(widget.FitRight(e.T.Int(int64(r.Rank)), 2) + "  " + name + "  " + strip + figure + mark)
	}
	return l.String()
}

func (p *Page) name(r api.Rank) string {
	if r.Login != "" {
		return r.Login
	}
	return p.e.T.Service(r.Name)
}

func (p *Page) figure(i int, r api.Rank) string {
	e := p.e
	switch boards[i].name {
	case i18n.BoardLatest:
		return strings.Join([]string{
			e.T.Date(r.When, e.Now()), theme.Sep, e.S(i18n.BoardAgo, e.T.Age(e.Now().Sub(r.When))),
		}, " ")
	case i18n.BoardTop:
		return e.T.N(i18n.BoardLogins, r.Count)
	}
	return e.T.N(i18n.Cost, r.Count)
}
