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

// reason is the field of what the user is told.
func reason() *form.Entry {
	return &form.Entry{
		Field: "raison", Label: i18n.Admin.Reason, Hint: i18n.Admin.ReasonHint,
		In: form.Input{Max: protocol.MaxReason}, Counted: true, Lines: 3, Check: form.CheckText,
	}
}

// ask shows the dialog of an order about a login ("": nobody), and publishes what was done.
func ask(
	e *page.Env, login string, words i18n.Confirm, what order,
	do func(ctx context.Context, in []string) error, entries ...*form.Entry,
) {
	e.Open(dialog.NewAsk(e, dialog.Question{
		Words:     words,
		About:     login,
		Forbidden: i18n.Admin.Refused,
		Entries:   entries,
		Do:        do,
		Then: func(in []string) {
			done := done{what, login}
			if what == expelled && in[1] != "" {
				done.what = expelledLong
			}
			e.Publish(done)
		},
	}))
}

// act is a key about an account: an order, or its address to be copied.
func act(e *page.Env, k tea.KeyMsg, a api.Account) (used bool) {
	switch login := a.Login; {
	case keys.Copy.Is(k):
		e.Copy(a.Email)
	case keys.Reset.Is(k):
		ask(e, login, i18n.Reset, unchanged, func(ctx context.Context, _ []string) error { return e.API.ResetQuotas(ctx, login) })
	case keys.Block.Is(k) && a.Standing != api.AccountActive:
		ask(e, login, i18n.Unblock, unblocked, func(ctx context.Context, _ []string) error { return e.API.Unblock(ctx, login) })
	case !keys.Block.Is(k) && !keys.Expel.Is(k) && !keys.Give.Is(k) && !keys.Delete.Is(k):
		return false
	case isSelf(e, login): // told that this is not possible
	case keys.Block.Is(k):
		ask(e, login, i18n.Block, blocked, func(ctx context.Context, in []string) error { return e.API.Block(ctx, login, in[0]) }, reason())
	case keys.Expel.Is(k):
		expel(e, login)
	case keys.Give.Is(k): // the password is not hidden: it is read out, and is no secret for long
		ask(e, login, i18n.Give, unchanged, func(ctx context.Context, in []string) error { return e.API.GivePassword(ctx, login, in[0]) }, &form.Entry{
			Field: "motdepasse", Label: i18n.Login.Password, Hint: i18n.Admin.PasswordHint,
			In: form.Input{Max: protocol.MaxPassword, Exact: true}, Check: form.CheckPassword,
		})
	default:
		ask(e, login, i18n.Delete, deleted, func(ctx context.Context, in []string) error { return e.API.DeleteAccount(ctx, login, in[0]) }, reason())
	}
	return true
}

// isSelf says whether login is the administrator's own account, to which no such order
// applies, and tells the user so.
func isSelf(e *page.Env, login string) bool {
	if login != e.Session.Login {
		return false
	}
	e.Say(page.Bad, e.S(i18n.Accounts.IsYou))
	return true
}

func expel(e *page.Env, login string) {
	ask(e, login, i18n.Expel, expelled, func(ctx context.Context, in []string) error {
		n, _ := strconv.Atoi(in[1]) // checked below; empty is 0, no minutes
		return e.API.Expel(ctx, login, n, in[0])
	}, reason(), &form.Entry{
		Field: "minutes", Label: i18n.Admin.Minutes, Hint: i18n.Admin.MinutesHint,
		In: form.Input{Max: len(strconv.Itoa(protocol.MaxMinutes)), Accept: func(r rune) bool { return r >= '0' && r <= '9' }},
		Check: func(s string) (i18n.Msg, bool) {
			n, err := strconv.Atoi(s)
			return i18n.Wrong.Minutes, s != "" && (err != nil || n < 1 || n > protocol.MaxMinutes)
		},
	})
}
