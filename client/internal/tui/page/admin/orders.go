package admin

import (
	"context"
	"strconv"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

func reason() *form.Entry {
	return &form.Entry{
		Field: "raison", Label: i18n.Admin.Reason, Hint: i18n.Admin.ReasonHint,
		In: form.Input{Max: protocol.MaxReason}, Check: form.CheckText,
	}
}

// orderForm is what is asked before an order is given.
type orderForm struct {
	about   string       // a login; "" is about nobody
	words   i18n.Confirm // Title and Done have %s for about
	entries []*form.Entry
	order   order
	do      func(ctx context.Context, in []string) error
}

func (o orderForm) text(e *page.Env, m i18n.Msg) string {
	if o.about == "" {
		return e.S(m)
	}
	return e.S(m, o.about)
}

// ask shows the dialog. That the order was carried out is told to the user and
// published.
func (o orderForm) ask(e *page.Env) {
	e.Open(dialog.NewAsk(e, dialog.Question{
		Title:     func() string { return o.text(e, o.words.Title) },
		Body:      func() string { return e.S(o.words.Ask) },
		Yes:       o.words.Yes,
		Forbidden: i18n.Admin.Refused,
		Entries:   o.entries,
		Do:        o.do,
		Then: func(in []string) {
			what := o.order
			if what == expelled && in[1] != "" {
				what = expelledLong
			}
			e.Publish(done{what, o.about})
			e.Say(page.Good, o.text(e, o.words.Done))
		},
	}))
}

func block(e *page.Env, login string) {
	orderForm{
		about: login, words: i18n.Block, entries: []*form.Entry{reason()}, order: blocked,
		do: func(ctx context.Context, in []string) error { return e.API.Block(ctx, login, in[0]) },
	}.ask(e)
}

func unblock(e *page.Env, login string) {
	orderForm{
		about: login, words: i18n.Unblock, order: unblocked,
		do: func(ctx context.Context, _ []string) error { return e.API.Unblock(ctx, login) },
	}.ask(e)
}

func expel(e *page.Env, login string) {
	minutes := &form.Entry{
		Field: "minutes", Label: i18n.Admin.Minutes, Hint: i18n.Admin.MinutesHint,
		In: form.Input{Max: len(strconv.Itoa(protocol.MaxMinutes)), Accept: func(r rune) bool { return r >= '0' && r <= '9' }},
		Check: func(s string) (i18n.Msg, bool) {
			n, err := strconv.Atoi(s)
			return i18n.Wrong.Minutes, s != "" && (err != nil || n < 1 || n > protocol.MaxMinutes)
		},
	}
	orderForm{
		about: login, words: i18n.Expel, entries: []*form.Entry{reason(), minutes}, order: expelled,
		do: func(ctx context.Context, in []string) error {
			n, _ := strconv.Atoi(in[1]) // checked above; empty is 0, no minutes
			return e.API.Expel(ctx, login, n, in[0])
		},
	}.ask(e)
}

func reset(e *page.Env, login string) {
	orderForm{
		about: login, words: i18n.Reset,
		do: func(ctx context.Context, _ []string) error { return e.API.ResetQuotas(ctx, login) },
	}.ask(e)
}

// give does not hide the password: it is read out, and is no secret for long.
func give(e *page.Env, login string) {
	orderForm{
		about: login, words: i18n.Give,
		entries: []*form.Entry{{
			Field: "motdepasse", Label: i18n.Login.Password, Hint: i18n.Admin.PasswordHint,
			In: form.Input{Max: protocol.MaxPassword, Exact: true}, Check: form.CheckPassword,
		}},
		do: func(ctx context.Context, in []string) error { return e.API.GivePassword(ctx, login, in[0]) },
	}.ask(e)
}

func remove(e *page.Env, login string) {
	orderForm{
		about: login, words: i18n.Delete, entries: []*form.Entry{reason()}, order: deleted,
		do: func(ctx context.Context, in []string) error { return e.API.DeleteAccount(ctx, login, in[0]) },
	}.ask(e)
}

func announce(e *page.Env) {
	orderForm{
		words: i18n.Announce,
		entries: []*form.Entry{{
			Field: "texte", Label: i18n.Admin.Text, Hint: i18n.Admin.TextHint,
			In: form.Input{Max: protocol.MaxAnnounce}, Check: form.CheckText,
		}},
		do: func(ctx context.Context, in []string) error { return e.API.Announce(ctx, in[0]) },
	}.ask(e)
}

func openRegistrations(e *page.Env, open bool) {
	o := orderForm{
		words: i18n.CloseRegistration, order: registrationsChanged,
		do: func(ctx context.Context, _ []string) error { return e.API.OpenRegistrations(ctx, open) },
	}
	if open {
		o.words = i18n.OpenRegistration
	}
	o.ask(e)
}
