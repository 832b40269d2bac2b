package login

import (
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/widget"
)

// block is the width of the card, in cells.
const block = 60

// logo is made of half blocks, whose edges touch in every terminal font.
var logo = []string{
	"█▀▀ ▀█▀ █ █ █▀▀ █▀▀ █▀█ █ █ █ █▀▀ █▀▀ █▀▀",
	"█▀   █  █ █ ▀▀█ █▀  █▀▄ █ █ █ █   █▀  ▀▀█",
	"▀▀▀  ▀  ▀▀▀ ▀▀▀ ▀▀▀ ▀ ▀  ▀  ▀ ▀▀▀ ▀▀▀ ▀▀▀",
}

// View draws the page.
func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	w := min(block, p.W)
	in := w - widget.PanelW
	center := func(s string) string { return strings.Repeat(" ", max(0, (w-widget.Width(s))/2)) + s }
	var l widget.Lines
	if th.ASCII {
		l.Add(center(th.Title.Render("E t u S e r v i c e s")))
	} else {
		for _, line := range logo {
			l.Add(center(th.Gradient(line)))
		}
	}
	l.Add(center(th.Faint.Render(e.S(i18n.Login.Tagline))), "")
	if p.resume.Busy() {
		if p.resume.Slow(e) {
			l.Add("", center(e.S(i18n.Login.Resuming)))
		}
		return widget.Middle(l.String(), p.W, p.H, w)
	}
	var card widget.Lines
	const rest = 7 // the logo, the card's frame, the buttons
	card.Add(p.Form.View(e, in, p.H-rest-4))
	card.Add("", p.ButtonRow(th, e.S(i18n.Login.Enter), e.S(i18n.Login.New)))
	l.Add(widget.Panel{Title: e.S(i18n.Login.Title)}.View(th, card.String(), w, len(card)+widget.PanelH))
	if text := p.outcome(w - 2); text != "" {
		l.Add(widget.Indent(text, 1))
	}
	if p.plain() {
		l.Add(widget.Indent(e.Warning(e.S(i18n.Login.Plain), w-2), 1))
	}
	return widget.Middle(l.String(), p.W, p.H, w)
}

// outcome says how the last try went.
func (p *Page) outcome(w int) string {
	e, err := p.e, p.enter.Err
	switch {
	case p.enter.Slow(e):
		return e.Waiting()
	case p.enter.Busy():
		return ""
	case err == nil && p.reason != "":
		return e.Warning(p.reason, w)
	case err == nil:
		return ""
	}
	return e.Failure(err, w) + e.Wait(p.enter.RetryAt)
}
