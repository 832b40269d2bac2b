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
		Field: "raison", Label: i18n.Reason, Hint: i18n.ReasonHint,
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
		Forbidden: i18n.AdminRefused,
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
		about: login, title: i18n.BlockTitle, body: i18n.BlockAsk, yes: i18n.BlockYes, said: i18n.BlockDone,
		entries: []*form.Entry{reason()}, order: always(blocked),
		do: func(ctx context.Context, in []string) error { return e.API.Block(ctx, login, in[0]) },
	}.ask(e)
}

func unblock(e *page.Env, login string) {
	orderForm{
		about: login, title: i18n.UnblockTitle, body: i18n.UnblockAsk, yes: i18n.UnblockYes, said: i18n.UnblockDone,
		order: always(unblocked),
		do:    func(ctx context.Context, _ []string) error { return e.API.Unblock(ctx, login) },
	}.ask(e)
}

func expel(e *page.Env, login string) {
	minutes := &form.Entry{
		Field: "minutes", Label: i18n.Minutes, Hint: i18n.MinutesHint,
		In: form.Input{Max: len(strconv.Itoa(protocol.MaxMinutes)), Accept: func(r rune) bool { return r >= '0' && r <= '9' }},
		Check: func(s string) (i18n.Msg, bool) {
			n, err := strconv.Atoi(s)
			return i18n.WrongMinutes, s != "" && (err != nil || n < 1 || n > protocol.MaxMinutes)
		},
	}
	orderForm{
		about: login, title: i18n.ExpelTitle, body: i18n.ExpelAsk, yes: i18n.ExpelYes, said: i18n.ExpelDone,
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
		about: login, title: i18n.ResetTitle, body: i18n.ResetAsk, yes: i18n.ResetYes, said: i18n.ResetDone,
		order: always(unchanged),
		do:    func(ctx context.Context, _ []string) error { return e.API.ResetQuotas(ctx, login) },
	}.ask(e)
}

// give does not hide the password: it is read out, and is no secret for long.
func give(e *page.Env, login string) {
	orderForm{
		about: login, title: i18n.GiveTitle, body: i18n.GiveAsk, yes: i18n.GiveYes, said: i18n.GiveDone,
		entries: []*form.Entry{{
			Field: "motdepasse", Label: i18n.LoginPassword, Hint: i18n.GiveHint,
			In: form.Input{Max: protocol.MaxPassword, Exact: true}, Check: form.CheckPassword,
		}},
		order: always(unchanged),
		do:    func(ctx context.Context, in []string) error { return e.API.GivePassword(ctx, login, in[0]) },
	}.ask(e)
}

func remove(e *page.Env, login string) {
	orderForm{
		about: login, title: i18n.DeleteTitle, body: i18n.DeleteAsk, yes: i18n.DeleteYes, said: i18n.DeleteDone,
		entries: []*form.Entry{reason()}, order: always(deleted),
		do: func(ctx context.Context, in []string) error { return e.API.DeleteAccount(ctx, login, in[0]) },
	}.ask(e)
}

func announce(e *page.Env) {
	orderForm{
		title: i18n.AnnounceTitle, body: i18n.AnnounceAsk, yes: i18n.AnnounceYes, said: i18n.AnnounceDone,
		entries: []*form.Entry{{
			Field: "texte", Label: i18n.AnnounceText, Hint: i18n.AnnounceHint,
			In: form.Input{Max: protocol.MaxAnnounce}, Check: form.CheckText,
		}},
		order: always(unchanged),
		do:    func(ctx context.Context, in []string) error { return e.API.Announce(ctx, in[0]) },
	}.ask(e)
}

func openRegistrations(e *page.Env, open bool) {
	o := orderForm{
		title: i18n.ShutTitle, body: i18n.ShutAsk, yes: i18n.ShutYes, said: i18n.ShutDone, order: always(registrationsChanged),
		do: func(ctx context.Context, _ []string) error { return e.API.OpenRegistrations(ctx, open) },
	}
	if open {
		o.title, o.body, o.yes, o.said = i18n.OpenTitle, i18n.OpenAsk, i18n.OpenYes, i18n.OpenDone
	}
	o.ask(e)
}
