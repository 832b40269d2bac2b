package admin

import (
	"context"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

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
	about   string   // a login; "" is about nobody
	title   i18n.Msg // with %s for about
	body    i18n.Msg
	yes     i18n.Msg
	said    i18n.Msg // once done, with %s for about
	entries []*form.Entry
	order   func(in []string) order
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
		Title:     func() string { return o.text(e, o.title) },
		Body:      func() string { return e.S(o.body) },
		Yes:       o.yes,
		Forbidden: i18n.Admin.Refused,
		Entries:   o.entries,
		Do:        o.do,
		Then: func(in []string) tea.Cmd {
			e.Publish(done{o.order(in), o.about})
			e.Say(page.Good, o.text(e, o.said))
			return nil
		},
	}))
}

// always is an order that does not depend on what was filled in.
func always(o order) func([]string) order { return func([]string) order { return o } }

func block(e *page.Env, login string) {
	orderForm{
		about: login, title: i18n.Block.Title, body: i18n.Block.Ask, yes: i18n.Block.Yes, said: i18n.Block.Done,
		entries: []*form.Entry{reason()}, order: always(blocked),
		do: func(ctx context.Context, in []string) error { return e.API.Block(ctx, login, in[0]) },
	}.ask(e)
}

func unblock(e *page.Env, login string) {
	orderForm{
		about: login, title: i18n.Unblock.Title, body: i18n.Unblock.Ask, yes: i18n.Unblock.Yes, said: i18n.Unblock.Done,
		order: always(unblocked),
		do:    func(ctx context.Context, _ []string) error { return e.API.Unblock(ctx, login) },
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
		about: login, title: i18n.Expel.Title, body: i18n.Expel.Ask, yes: i18n.Expel.Yes, said: i18n.Expel.Done,
		entries: []*form.Entry{reason(), minutes}, order: func(in []string) order {
			if in[1] != "" {
				return expelledLong
			}
			return expelled
		},
		do: func(ctx context.Context, in []string) error {
			n, _ := strconv.Atoi(in[1]) // checked above; empty is 0, no minutes
			return e.API.Expel(ctx, login, n, in[0])
		},
	}.ask(e)
}

func reset(e *page.Env, login string) {
	orderForm{
		about: login, title: i18n.Reset.Title, body: i18n.Reset.Ask, yes: i18n.Reset.Yes, said: i18n.Reset.Done,
		order: always(unchanged),
		do:    func(ctx context.Context, _ []string) error { return e.API.ResetQuotas(ctx, login) },
	}.ask(e)
}

// give does not hide the password: it is read out, and is no secret for long.
func give(e *page.Env, login string) {
	orderForm{
		about: login, title: i18n.Give.Title, body: i18n.Give.Ask, yes: i18n.Give.Yes, said: i18n.Give.Done,
		entries: []*form.Entry{{
			Field: "motdepasse", Label: i18n.Login.Password, Hint: i18n.Admin.PasswordHint,
			In: form.Input{Max: protocol.MaxPassword, Exact: true}, Check: form.CheckPassword,
		}},
		order: always(unchanged),
		do:    func(ctx context.Context, in []string) error { return e.API.GivePassword(ctx, login, in[0]) },
	}.ask(e)
}

func remove(e *page.Env, login string) {
	orderForm{
		about: login, title: i18n.Delete.Title, body: i18n.Delete.Ask, yes: i18n.Delete.Yes, said: i18n.Delete.Done,
		entries: []*form.Entry{reason()}, order: always(deleted),
		do: func(ctx context.Context, in []string) error { return e.API.DeleteAccount(ctx, login, in[0]) },
	}.ask(e)
}

func announce(e *page.Env) {
	orderForm{
		title: i18n.Announce.Title, body: i18n.Announce.Ask, yes: i18n.Announce.Yes, said: i18n.Announce.Done,
		entries: []*form.Entry{{
			Field: "texte", Label: i18n.Admin.Text, Hint: i18n.Admin.TextHint,
			In: form.Input{Max: protocol.MaxAnnounce}, Check: form.CheckText,
		}},
		order: always(unchanged),
		do:    func(ctx context.Context, in []string) error { return e.API.Announce(ctx, in[0]) },
	}.ask(e)
}

func openRegistrations(e *page.Env, open bool) {
	o := orderForm{
		title: i18n.CloseRegistration.Title, body: i18n.CloseRegistration.Ask, yes: i18n.CloseRegistration.Yes, said: i18n.CloseRegistration.Done, order: always(registrationsChanged),
		do: func(ctx context.Context, _ []string) error { return e.API.OpenRegistrations(ctx, open) },
	}
	if open {
		o.title, o.body, o.yes, o.said = i18n.OpenRegistration.Title, i18n.OpenRegistration.Ask, i18n.OpenRegistration.Yes, i18n.OpenRegistration.Done
	}
	o.ask(e)
}
