package admin

import (
	"context"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
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

// act is a key about an account: an order, or its address to be copied.
func act(e *page.Env, k tea.KeyMsg, a api.Account) (used bool) {
	o := orderForm{about: a.Login}
	switch {
	case keys.Copy.Is(k):
		e.Copy(a.Email)
		return true
	case keys.Reset.Is(k):
		o.words = i18n.Reset
		o.do = func(ctx context.Context, _ []string) error { return e.API.ResetQuotas(ctx, a.Login) }
	case keys.Block.Is(k) && a.Standing != api.AccountActive:
		o.words, o.order = i18n.Unblock, unblocked
		o.do = func(ctx context.Context, _ []string) error { return e.API.Unblock(ctx, a.Login) }
	case !keys.Block.Is(k) && !keys.Expel.Is(k) && !keys.Give.Is(k) && !keys.Delete.Is(k):
		return false
	case isSelf(e, a.Login): // told that this is not possible
		return true
	case keys.Block.Is(k):
		o.words, o.order, o.entries = i18n.Block, blocked, []*form.Entry{reason()}
		o.do = func(ctx context.Context, in []string) error { return e.API.Block(ctx, a.Login, in[0]) }
	case keys.Expel.Is(k):
		o = expel(e, a.Login)
	case keys.Give.Is(k): // the password is not hidden: it is read out, and is no secret for long
		o.words = i18n.Give
		o.entries = []*form.Entry{{
			Field: "motdepasse", Label: i18n.Login.Password, Hint: i18n.Admin.PasswordHint,
			In: form.Input{Max: protocol.MaxPassword, Exact: true}, Check: form.CheckPassword,
		}}
		o.do = func(ctx context.Context, in []string) error { return e.API.GivePassword(ctx, a.Login, in[0]) }
	default:
		o.words, o.order, o.entries = i18n.Delete, deleted, []*form.Entry{reason()}
		o.do = func(ctx context.Context, in []string) error { return e.API.DeleteAccount(ctx, a.Login, in[0]) }
	}
	o.ask(e)
	return true
}

func expel(e *page.Env, login string) orderForm {
	minutes := &form.Entry{
		Field: "minutes", Label: i18n.Admin.Minutes, Hint: i18n.Admin.MinutesHint,
		In: form.Input{Max: len(strconv.Itoa(protocol.MaxMinutes)), Accept: func(r rune) bool { return r >= '0' && r <= '9' }},
		Check: func(s string) (i18n.Msg, bool) {
			n, err := strconv.Atoi(s)
			return i18n.Wrong.Minutes, s != "" && (err != nil || n < 1 || n > protocol.MaxMinutes)
		},
	}
	return orderForm{
		about: login, words: i18n.Expel, entries: []*form.Entry{reason(), minutes}, order: expelled,
		do: func(ctx context.Context, in []string) error {
			n, _ := strconv.Atoi(in[1]) // checked above; empty is 0, no minutes
			return e.API.Expel(ctx, login, n, in[0])
		},
	}
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
