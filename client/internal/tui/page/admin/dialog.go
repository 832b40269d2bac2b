package admin

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// dialog is what is asked before an order is given.
type dialog struct {
	about   string   // a login; "" is about nobody
	name    i18n.Msg // with %s for about
	what    i18n.Msg
	yes     i18n.Msg
	said    i18n.Msg // once done, with %s for about
	entries []*page.Entry
	order   order
	orderOf func(in []string) order // nil: order
	do      func(ctx context.Context, in []string) error
}

func (d dialog) text(e *page.Env, m i18n.Msg) string {
	if d.about == "" {
		return e.S(m)
	}
	return e.S(m, d.about)
}

func (d dialog) title(e *page.Env) func() string {
	return func() string { return d.text(e, d.name) }
}

func (d dialog) body(e *page.Env) func(int) string {
	return func(w int) string { return widget.Lines(widget.Wrap(e.S(d.what), w)).String() }
}

// outcome says that it is done, to the user and to the panels.
func (d dialog) outcome(e *page.Env) tea.Cmd {
	what := d.order
	if d.orderOf != nil {
		what = d.orderOf(d.values())
	}
	return tea.Batch(
		page.Send(done{what, d.about}),
		page.Send(page.Say{Mood: page.Good, Text: d.text(e, d.said)}),
	)
}

func (d dialog) values() []string {
	in := make([]string, len(d.entries))
	for i, en := range d.entries {
		in[i] = en.In.Value()
	}
	return in
}

// form is a dialog with fields. Enter in the last one leads to the question,
// and the question begins on the harmless answer: an order takes two keys that
// cannot be meant for anything else.
type form struct {
	dialog
	page.Form
	e      *page.Env
	asking bool // the cursor is on the answers
	ask    widget.Ask
	opened time.Time
	work   page.Load[struct{}]
	over   bool
}

func newForm(e *page.Env, d dialog) *form {
	return &form{dialog: d, Form: page.NewForm(1, d.entries...), e: e, opened: e.Now()}
}

// Stage is part of page.Dialog.
func (f *form) Stage() page.Stage {
	if f.over {
		return page.Over
	}
	return page.Shown
}

// Update is part of page.Dialog.
func (f *form) Update(m tea.Msg) tea.Cmd {
	if f.work.Update(f.e, m) {
		return f.settled()
	}
	k, ok := m.(tea.KeyMsg)
	switch {
	case !ok || f.e.InGrace(f.opened, k):
	case key.Matches(k, keys.Back):
		f.work.Cancel()
		f.over = true
	case f.work.Busy():
	case !f.asking:
		f.fill(k)
	case k.Type == tea.KeyUp, k.Type == tea.KeyShiftTab:
		f.asking, f.Focus = false, len(f.Entries)-1
	default:
		return f.answer(f.ask.Key(k))
	}
	return nil
}

// fill is a key for the fields.
func (f *form) fill(k tea.KeyMsg) {
	if f.Form.Key(k) >= 0 || f.Focus == len(f.Entries) {
		f.asking, f.ask.OnYes = f.Valid(), false
	}
	if f.asking {
		f.Focus = len(f.Entries)
	}
}

func (f *form) answer(a widget.Answer) tea.Cmd {
	switch a {
	case widget.SaidNo:
		f.over = true
	case widget.SaidYes:
		in := f.values()
		return f.work.Start(f.e, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, f.do(ctx, in)
		})
	}
	return nil
}

func (f *form) settled() tea.Cmd {
	f.ask.OnYes = false
	switch {
	case f.work.Err == nil:
		f.over = true
		return f.outcome(f.e)
	case f.Refuse(f.work.Err):
		f.work.Err, f.asking = nil, false // said at its field
	}
	return nil
}

// View is part of page.Dialog.
func (f *form) View(w, _ int) string {
	e := f.e
	w = min(page.DialogWidth, w-8)
	var l widget.Lines
	l.Add(f.body(e)(w), "")
	labels := 0
	for _, en := range f.Entries {
		labels = max(labels, widget.Width(e.S(en.Label)))
	}
	for i := range f.Entries {
		l.Add(f.EntryView(e, i, labels, w))
	}
	l.Add("")
	switch err := f.work.Err; {
	case f.work.Busy():
		l.Add(e.Waiting(), "")
		return widget.Box(e.Theme, f.title(e)(), l, w)
	case link.CodeOf(err) == protocol.INTERDIT:
		l.Add(e.Warning(e.S(i18n.AdminRefused), w), "")
	case err != nil:
		l.Add(e.Failure(err, w), "")
	}
	focus := -1
	if f.asking {
		focus = f.ask.Focus()
	}
	l.Add(widget.Buttons(e.Theme, focus, e.S(f.yes), e.S(i18n.Cancel)), "")
	return widget.Box(e.Theme, f.title(e)(), l, w)
}

// Hints is part of page.Dialog.
func (f *form) Hints() []page.Hint {
	e := f.e
	if f.asking {
		return e.AskHints(i18n.DoYes)
	}
	return []page.Hint{
		e.H(i18n.KeyEnter, i18n.DoNext), e.H(i18n.KeyBoth, i18n.DoFields),
		e.H(i18n.KeyEsc, i18n.DoCancel), e.H(i18n.KeyF1, i18n.DoHelp),
	}
}
