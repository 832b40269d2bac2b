package login

import (
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/widget"
)

// block is the width of the form, in cells.
const block = 56

// formH is what the form takes with a message of two lines under it.
const formH = 15

// logo is drawn of box parts, three lines high.
var logo = []string{
	"┏━╸╺┳╸╻ ╻┏━┓┏━╸┏━┓╻ ╻╻┏━╸┏━╸┏━┓",
	"┣╸  ┃ ┃ ┃┗━┓┣╸ ┣┳┛┃┏┛┃┃  ┣╸ ┗━┓",
	"┗━╸ ╹ ┗━┛┗━┛┗━╸╹┗╸┗┛ ╹┗━╸┗━╸┗━┛",
}

// View draws the page.
func (p *Page) View() string {
	e, th := p.e, p.e.Theme
	w := min(block, p.W-4)
	var b strings.Builder
	add := func(lines ...string) {
		for _, l := range lines {
			b.WriteString(widget.Indent(l, max(0, (p.W-w)/2)) + "\n")
		}
	}
	for range max(0, (p.H-formH)/2) {
		add("")
	}
	if th.ASCII {
		add(th.Title.Render("E t u S e r v i c e s"))
	} else {
		for _, l := range logo {
			add(th.Title.Render(l))
		}
	}
	add(th.Faint.Render(e.S(i18n.LoginTagline)), "")
	if p.resume.Busy() {
		if p.resume.Slow(e) {
			add("", e.S(i18n.LoginResuming))
		}
		return b.String()
	}
	add(p.Form.View(e, w), "", " "+p.ButtonRow(th, e.S(i18n.LoginEnter), e.S(i18n.LoginNew)), "")
	add(p.outcome(w))
	if p.plain() {
		add("", e.Warning(e.S(i18n.LoginPlain), w))
	}
	return b.String()
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
	return e.Failure(err, w) + e.Wait(p.waitTo)
}
