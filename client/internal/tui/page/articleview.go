package page

import (
	"strings"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// ArticleView draws an article in w cells: title, facts, description.
func ArticleView(e *Env, a api.Article, w int) string {
	th := e.Theme
	var l widget.Lines
	for _, s := range widget.Wrap(a.Title, w) {
		l.Add(th.Title.Render(s))
	}
	by := e.S(i18n.ArticleBy, a.Seller)
	if a.Seller == e.Session.Login {
		by = e.S(i18n.ArticleYours)
	}
	l.Add(e.T.Category(a.Category) + " " + theme.Sep + " " + th.Strong.Render(e.T.Amount(a.Cents)))
	facts := []string{by}
	switch a.Status {
	case api.Sold:
		facts = append(facts, th.Warn.Render(theme.Alert+" "+e.S(i18n.ArticleSold)))
	case api.Withdrawn:
		facts = append(facts, th.Warn.Render(theme.Alert+" "+e.S(i18n.ArticleOff)))
	default:
		facts = append(facts, e.S(i18n.ArticleSince, e.T.Age(e.Now().Sub(a.Published))))
	}
	l.Add(widget.Wrap(strings.Join(facts, " "+theme.Sep+" "), w)...)
	if a.Description != "" {
		l.Add("")
		l.Add(widget.Wrap(a.Description, w)...)
	}
	return l.String()
}
