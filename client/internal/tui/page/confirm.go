package page

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/widget"
)

// Question is what a Confirm asks. Its words are functions, for the language
// may change while it stands there.
type Question struct {
	Title func() string
	Body  func(w int) string
	Yes   i18n.Msg
	// Do runs after yes; nil does nothing. It may be tried again.
	Do func(context.Context) error
	// Then follows once Do succeeded.
	Then func() tea.Cmd
}

// Confirm is a dialog that asks before something is done.
type Confirm struct {
	e      *Env
	q      Question
	ask    widget.Ask
	opened time.Time
	work   Load[struct{}]
	over   bool
}

// NewConfirm makes a dialog of a question.
func NewConfirm(e *Env, q Question) *Confirm { return &Confirm{e: e, q: q, opened: e.Now()} }

// Stage is part of Dialog.
func (c *Confirm) Stage() Stage {
	if c.over {
		return Over
	}
	return Shown
}

// Update is part of Dialog.
func (c *Confirm) Update(m tea.Msg) tea.Cmd {
	if c.work.Update(c.e, m) {
		if c.work.Err != nil {
			c.ask.OnYes = false
			return nil
		}
		return c.finish()
	}
	k, ok := m.(tea.KeyMsg)
	if !ok || c.e.InGrace(c.opened, k) {
		return nil
	}
	if c.work.Busy() {
		if key.Matches(k, keys.Back) {
			c.work.Cancel()
			c.over = true
		}
		return nil
	}
	switch c.ask.Key(k) {
	case widget.SaidNo:
		c.over = true
	case widget.SaidYes:
		if c.q.Do == nil {
			return c.finish()
		}
		return c.work.Start(c.e, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, c.q.Do(ctx)
		})
	}
	return nil
}

func (c *Confirm) finish() tea.Cmd {
	c.over = true
	return c.q.Then()
}

// View is part of Dialog.
func (c *Confirm) View(w, _ int) string {
	e := c.e
	w = min(DialogWidth, w-8)
	var l widget.Lines
	l.Add(c.q.Body(w), "")
	yes := e.S(c.q.Yes)
	switch {
	case c.work.Busy():
		l.Add(e.Waiting(), "")
		return widget.Box(e.Theme, c.q.Title(), l, w)
	case c.work.Err != nil:
		l.Add(e.Failure(c.work.Err, w), "")
	}
	l.Add(widget.Buttons(e.Theme, c.ask.Focus(), yes, e.S(i18n.Cancel)), "")
	return widget.Box(e.Theme, c.q.Title(), l, w)
}

// DialogWidth is the inner width of a dialog, in cells: it fits the smallest
// screen.
const DialogWidth = 54

// Hints is part of Dialog.
func (c *Confirm) Hints() []Hint { return c.e.AskHints(i18n.DoYes) }

// AskHints are the keys of a question.
func (e *Env) AskHints(yes i18n.Msg) []Hint {
	return []Hint{
		e.H(i18n.KeySides, i18n.DoChoose), e.H(i18n.KeyEnter, i18n.DoConfirm),
		e.H(i18n.KeyYes, yes), e.H(i18n.KeyNo, i18n.DoNo), e.H(i18n.KeyEsc, i18n.DoCancel),
	}
}
