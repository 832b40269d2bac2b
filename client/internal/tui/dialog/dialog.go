// Package dialog holds the boxes that lie over a page until they are answered:
// a question with or without fields, a purchase.
package dialog

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Question is what Ask asks. Its texts are functions: the language may change meanwhile.
type Question struct {
	Title, Body func() string
	Yes         i18n.Msg
	Forbidden   i18n.Msg      // says what INTERDIT means here
	Entries     []*form.Entry // to be filled in before the answer
	// Do runs after yes, at each try, with what was filled in; nil does nothing.
	Do   func(ctx context.Context, in []string) error
	Then func(in []string) // once Do succeeded
}

// Ask is a dialog that asks before something is done, with or without fields. Enter in
// the last field leads to the question, which begins on the harmless answer.
type Ask struct {
	q      Question
	fields form.Form
	answers
	page.Staged
	asking bool // the cursor is on the answers
	work   page.Load[struct{}]
}

// NewAsk makes the dialog of a question.
func NewAsk(e *page.Env, q Question) *Ask {
	return &Ask{q: q, fields: form.New(1, q.Entries...), answers: newAnswers(e), asking: len(q.Entries) == 0}
}

// Key fills in the fields, then answers.
func (d *Ask) Key(k tea.KeyMsg) {
	switch {
	case d.early(k):
	case keys.Back.Is(k) && d.work.Busy():
		d.work.Cancel()
		d.At = page.Over
		d.e.Say(page.Info, d.e.T.Error(context.Canceled))
	case keys.Back.Is(k):
		d.leave()
	case d.work.Busy():
	case !d.asking:
		d.fill(k)
	case len(d.q.Entries) > 0 && (k.Type == tea.KeyUp || keys.PrevPanel.Is(k)):
		d.asking, d.fields.Focus = false, len(d.q.Entries)-1
	default:
		switch d.answer(k) {
		case no:
			d.leave()
		case yes:
			d.do()
		}
	}
}

// Click goes to a field, or answers.
func (d *Ask) Click(i int) {
	switch n := len(d.q.Entries); {
	case d.work.Busy():
	case i < n:
		d.asking = false
		d.fields.Click(i)
	case i > n:
		d.leave()
	case d.fields.Valid():
		d.do()
	default:
		d.asking = false
	}
}

// leave ends it without the answer yes; who has filled in something is told so.
func (d *Ask) leave() {
	d.At = page.Over
	if d.fields.Draft() {
		d.e.Say(page.Info, d.e.S(i18n.Simple.NothingDone))
	}
}

func (d *Ask) fill(k tea.KeyMsg) {
	if d.fields.Key(k) >= 0 || d.fields.Focus == len(d.q.Entries) {
		d.asking, d.onYes = d.fields.Valid(), false
	}
	if d.asking {
		d.fields.Focus = len(d.q.Entries)
	}
}

func (d *Ask) do() {
	in := d.fields.Values()
	if d.q.Do == nil {
		d.At = page.Over
		d.q.Then(in)
		return
	}
	d.work.Start(d.e, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.q.Do(ctx, in)
	}, func() {
		d.onYes = false
		switch {
		case d.work.Err == nil:
			d.At = page.Over
			d.q.Then(in)
		case d.fields.Refuse(d.work.Err):
			d.work.Err, d.asking = nil, false // said at its field
		}
	})
}

// Secret says that a password is being typed.
func (d *Ask) Secret() bool { return !d.asking && d.fields.Secret() }

// View draws the question, its fields and the answers.
func (d *Ask) View(w int) string {
	e := d.e
	w = min(Width, w-8)
	var l widget.Lines
	l.Add(widget.Wrap(d.q.Body(), w)...)
	l.Add("")
	if len(d.q.Entries) > 0 {
		l.Add(d.fields.View(e, w, d.fields.FramesHeight()), "")
	}
	switch err := d.work.Err; {
	case d.work.Busy() && e.Link.Phase == link.Offline:
		l.Add(e.Warning(e.S(i18n.Offline.Waits), w), "")
	case d.work.Busy():
		l.Add(e.Waiting(), "")
	case link.CodeOf(err) == protocol.INTERDIT && d.q.Forbidden != (i18n.Msg{}):
		l.Add(e.Warning(e.S(d.q.Forbidden), w), "")
	case err != nil:
		l.Add(e.Failure(err, w), "")
	}
	focus := -1
	if d.asking {
		focus = d.focus()
	}
	if !d.work.Busy() {
		l.Add(widget.Buttons(e.Theme, len(d.q.Entries), focus, e.S(d.q.Yes), e.S(i18n.Common.Cancel)), "")
	}
	return widget.Box(e.Theme, d.q.Title(), l, w)
}

// Keys are those of the fields, or of the question.
func (d *Ask) Keys() []keys.Key {
	switch {
	case d.work.Busy():
		return []keys.Key{keys.Back.To(i18n.Do.Cancel), keys.HelpTyping}
	case d.asking:
		return askKeys(i18n.Do.Yes)
	}
	return []keys.Key{
		keys.Enter.To(i18n.Do.Next), keys.Tabs.To(i18n.Do.Fields), keys.Back.To(i18n.Do.Cancel), keys.HelpTyping,
	}
}

const (
	// Width is the inner width of a dialog, in cells: it fits the smallest screen.
	Width = 54
	// Grace is how long a dialog that has just come up takes no Enter: one already on its
	// way was meant for what stood there before.
	Grace = 400 * time.Millisecond
)

// answers is yes and no at the foot of a dialog.
type answers struct {
	e      *page.Env
	opened time.Time
	onYes  bool // the cursor stands on yes; it begins on the harmless answer
}

func newAnswers(e *page.Env) answers { return answers{e: e, opened: e.Now()} }

// early says that k comes within the grace of the dialog.
func (a *answers) early(k tea.KeyMsg) bool {
	return keys.Enter.Is(k) && a.e.Now().Sub(a.opened) < Grace
}

type answer uint8

const (
	none answer = iota
	yes
	no
)

// answer answers, or moves between the answers.
func (a *answers) answer(k tea.KeyMsg) answer {
	switch {
	case keys.Yes.Is(k), keys.Enter.Is(k) && a.onYes:
		return yes
	case keys.No.Is(k), keys.Enter.Is(k):
		return no
	case keys.Left.Is(k), keys.Right.Is(k), keys.Next.Is(k), keys.Prev.Is(k):
		a.onYes = !a.onYes
	}
	return none
}

func (a *answers) focus() int {
	if a.onYes {
		return 0
	}
	return 1
}

func askKeys(does i18n.Msg) []keys.Key {
	return []keys.Key{keys.Sides, keys.Enter, keys.Yes.To(does), keys.No, keys.Back.To(i18n.Do.Cancel)}
}

// Withdraw asks before the user's own article is taken off.
func Withdraw(e *page.Env, a api.Article) *Ask {
	return NewAsk(e, Question{
		Title: func() string { return e.S(i18n.Withdraw.Title) },
		Body:  func() string { return e.S(i18n.Withdraw.Ask, a.Title) },
		Yes:   i18n.Withdraw.Yes,
		Do:    func(ctx context.Context, _ []string) error { return e.API.Withdraw(ctx, a.ID) },
		Then: func([]string) {
			e.Publish(page.Gone{Article: a})
			e.Say(page.Good, e.S(i18n.Withdraw.Done, a.Title))
		},
	})
}

// Quit asks before the program is left; why says what would be lost.
func Quit(e *page.Env, why i18n.Msg) *Ask {
	return NewAsk(e, Question{
		Title: func() string { return e.S(i18n.Quit.Title) },
		Body:  func() string { return e.S(why) },
		Yes:   i18n.Quit.Yes,
		Then:  func([]string) { e.Run(tea.Quit) },
	})
}

// Logout asks before the session is ended, which costs a login.
func Logout(e *page.Env) *Ask {
	return NewAsk(e, Question{
		Title: func() string { return e.S(i18n.Logout.Title) },
		Body:  func() string { return e.S(i18n.Logout.Ask, e.Rule(e.Quotas.Connections)) },
		Yes:   i18n.Account.Logout,
		Do: func(ctx context.Context, _ []string) error {
			_ = e.API.Logout(ctx) // the client is logged out whatever the server answers
			return nil
		},
		Then: func([]string) { e.Publish(page.Left{}) },
	})
}
