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

// Question is what Ask asks.
type Question struct {
	Words     i18n.Confirm  // Done is said once Then was called, where it says something
	About     any           // what the words name; a Stringer where that depends on the language
	Forbidden i18n.Msg      // says what INTERDIT means here
	Entries   []*form.Entry // to be filled in before the answer
	// Do runs after yes, at each try, with what was filled in; nil does nothing.
	Do   func(ctx context.Context, in []string) error
	Then func(in []string) // once Do succeeded
}

// Ask is a dialog that asks before something is done, with or without fields.
type Ask struct {
	q Question
	answers
	page.Staged
	work page.Load[struct{}]
}

// NewAsk makes the dialog of a question.
func NewAsk(e *page.Env, q Question) *Ask { return &Ask{q: q, answers: newAnswers(e, q.Entries...)} }

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
	case !d.work.Busy():
		d.answer(k, d.do, d.leave)
	}
}

// Click goes to a field, or answers.
func (d *Ask) Click(i int) {
	if d.work.Busy() {
		return
	}
	switch d.Form.Click(i) {
	case yes:
		if d.Valid() {
			d.do()
		}
	case no:
		d.leave()
	}
}

// leave ends it without the answer yes; who has filled in something is told so.
func (d *Ask) leave() {
	d.At = page.Over
	if d.Draft() {
		d.e.Say(page.Info, d.e.S(i18n.Simple.NothingDone))
	}
}

func (d *Ask) do() {
	in := d.Values()
	if d.q.Do == nil {
		d.done(in)
		return
	}
	d.work.Start(d.e, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.q.Do(ctx, in)
	}, func() {
		d.toNo()
		switch {
		case d.work.Err == nil:
			d.done(in)
		case d.Refuse(d.work.Err):
			d.work.Err = nil // said at its field
		}
	})
}

func (d *Ask) done(in []string) {
	d.At = page.Over
	d.q.Then(in)
	if said := d.q.Words.Done; said != (i18n.Msg{}) {
		d.e.Say(page.Good, d.e.S(said, d.q.About))
	}
}

// View draws the question, its fields and the answers.
func (d *Ask) View(w int) string {
	e := d.e
	w = min(Width, w-8)
	var l widget.Lines
	l.Add(widget.Wrap(e.S(d.q.Words.Ask, d.q.About), w)...)
	l.Add("")
	if len(d.q.Entries) > 0 {
		l.Add(d.Form.View(e, w, d.FramesHeight()), "")
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
	if !d.work.Busy() {
		l.Add(d.ButtonRow(e.Theme, e.S(d.q.Words.Yes), e.S(i18n.Common.Cancel)), "")
	}
	return widget.Box(e.Theme, e.S(d.q.Words.Title, d.q.About), l, w)
}

// Keys are those of the fields, or of the question.
func (d *Ask) Keys() []keys.Key {
	switch {
	case d.work.Busy():
		return []keys.Key{keys.Back.To(i18n.Do.Cancel), keys.HelpTyping}
	case !d.Typing():
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

// answers is the foot of a dialog, yes and no: the buttons of a form, whose fields are
// filled in before. The cursor begins on no, the harmless answer.
type answers struct {
	form.Form
	e      *page.Env
	opened time.Time
}

// The buttons.
const (
	yes = iota
	no
)

func newAnswers(e *page.Env, entries ...*form.Entry) answers {
	a := answers{Form: form.New(2, entries...), e: e, opened: e.Now()}
	if len(entries) == 0 {
		a.toNo()
	}
	return a
}

// toNo puts the cursor on the harmless answer.
func (a *answers) toNo() { a.Focus = len(a.Entries) + no }

// early says that k comes within the grace of the dialog.
func (a *answers) early(k tea.KeyMsg) bool {
	return keys.Enter.Is(k) && a.e.Now().Sub(a.opened) < Grace
}

// answer answers, moves, or fills in. Where that leads to the answers, it is to no, and
// only once the fields are right; the way back is to the last field.
func (a *answers) answer(k tea.KeyMsg, onYes, onNo func()) {
	n := len(a.Entries)
	switch asked := !a.Typing(); {
	case asked && keys.Yes.Is(k):
		onYes()
	case asked && keys.No.Is(k):
		onNo()
	case asked && n > 0 && keys.Prev.Is(k):
		a.Focus = n - 1
	default:
		button := a.Form.Key(k)
		switch {
		case !asked && (button == yes || !a.Typing()):
			if a.Valid() {
				a.toNo()
			}
		case button == yes && keys.Enter.Is(k): // not Send
			onYes()
		case button == no:
			onNo()
		}
	}
}

func askKeys(does i18n.Msg) []keys.Key {
	return []keys.Key{keys.Sides, keys.Enter, keys.Yes.To(does), keys.No, keys.Back.To(i18n.Do.Cancel)}
}

// Withdraw asks before the user's own article is taken off.
func Withdraw(e *page.Env, a api.Article) *Ask {
	return NewAsk(e, Question{
		Words: i18n.Withdraw,
		About: a.Title,
		Do:    func(ctx context.Context, _ []string) error { return e.API.Withdraw(ctx, a.ID) },
		Then:  func([]string) { e.Publish(page.Gone{Article: a}) },
	})
}

// Quit asks before the program is left; why says what would be lost.
func Quit(e *page.Env, why i18n.Msg) *Ask {
	return NewAsk(e, Question{
		Words: i18n.Confirm{Title: i18n.Quit.Title, Ask: why, Yes: i18n.Quit.Yes},
		Then:  func([]string) { e.Run(tea.Quit) },
	})
}

// Logout asks before the session is ended, which costs a login.
func Logout(e *page.Env) *Ask {
	return NewAsk(e, Question{
		Words: i18n.Confirm{Title: i18n.Logout.Title, Ask: i18n.Logout.Ask, Yes: i18n.Account.Logout},
		About: loginRule{e},
		Do: func(ctx context.Context, _ []string) error {
			_ = e.API.Logout(ctx) // the client is logged out whatever the server answers
			return nil
		},
		Then: func([]string) { e.Publish(page.Left{}) },
	})
}

// loginRule says how many logins the server allows.
type loginRule struct{ e *page.Env }

func (r loginRule) String() string { return r.e.Rule(r.e.Quotas.Connections) }
