package admin

import (
	"context"
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

func reason() *page.Entry {
	return &page.Entry{
		Field: "raison", Label: i18n.Reason, Hint: i18n.ReasonHint,
		In: widget.Input{Max: protocol.MaxReason}, Check: page.CheckText,
	}
}

// ask shows a dialog: with fields a form, else a plain question.
func ask(e *page.Env, d dialog) tea.Cmd {
	if len(d.entries) > 0 {
		return page.Send(page.Open{Dialog: newForm(e, d)})
	}
	return page.Send(page.Open{Dialog: page.NewConfirm(e, page.Question{
		Title: d.title(e), Body: d.body(e), Yes: d.yes,
		Do:   func(ctx context.Context) error { return d.do(ctx, nil) },
		Then: func() tea.Cmd { return d.outcome(e) },
	})})
}

func block(e *page.Env, login string) tea.Cmd {
	return ask(e, dialog{
		about: login, name: i18n.BlockTitle, what: i18n.BlockAsk, yes: i18n.BlockYes, said: i18n.BlockDone,
		entries: []*page.Entry{reason()}, order: blocked,
		do: func(ctx context.Context, in []string) error { return e.API.Block(ctx, login, in[0]) },
	})
}

func unblock(e *page.Env, login string) tea.Cmd {
	return ask(e, dialog{
		about: login, name: i18n.UnblockTitle, what: i18n.UnblockAsk, yes: i18n.UnblockYes, said: i18n.UnblockDone,
		order: unblocked,
		do:    func(ctx context.Context, _ []string) error { return e.API.Unblock(ctx, login) },
	})
}

func expel(e *page.Env, login string) tea.Cmd {
	minutes := &page.Entry{
		Field: "minutes", Label: i18n.Minutes, Hint: i18n.MinutesHint,
		In: widget.Input{Max: len(strconv.Itoa(protocol.MaxMinutes)), Accept: func(r rune) bool { return r >= '0' && r <= '9' }},
		Check: func(s string) (i18n.Msg, bool) {
			n, err := strconv.Atoi(s)
			return i18n.WrongMinutes, s != "" && (err != nil || n < 1 || n > protocol.MaxMinutes)
		},
	}
	return ask(e, dialog{
		about: login, name: i18n.ExpelTitle, what: i18n.ExpelAsk, yes: i18n.ExpelYes, said: i18n.ExpelDone,
		entries: []*page.Entry{reason(), minutes}, order: expelled,
		orderOf: func(in []string) order {
			if in[1] != "" {
				return expelledLong
			}
			return expelled
		},
		do: func(ctx context.Context, in []string) error {
			n, _ := strconv.Atoi(in[1]) // checked above; empty is 0, no minutes
			return e.API.Expel(ctx, login, n, in[0])
		},
	})
}

func reset(e *page.Env, login string) tea.Cmd {
	return ask(e, dialog{
		about: login, name: i18n.ResetTitle, what: i18n.ResetAsk, yes: i18n.ResetYes, said: i18n.ResetDone,
		order: unchanged,
		do:    func(ctx context.Context, _ []string) error { return e.API.ResetQuotas(ctx, login) },
	})
}

// give does not hide the password: it is read out, and is no secret for long.
func give(e *page.Env, login string) tea.Cmd {
	return ask(e, dialog{
		about: login, name: i18n.GiveTitle, what: i18n.GiveAsk, yes: i18n.GiveYes, said: i18n.GiveDone,
		entries: []*page.Entry{{
			Field: "motdepasse", Label: i18n.LoginPassword, Hint: i18n.GiveHint,
			In: widget.Input{Max: protocol.MaxPassword, Exact: true}, Check: page.CheckPassword,
		}},
		order: unchanged,
		do:    func(ctx context.Context, in []string) error { return e.API.GivePassword(ctx, login, in[0]) },
	})
}

func remove(e *page.Env, login string) tea.Cmd {
	return ask(e, dialog{
		about: login, name: i18n.DeleteTitle, what: i18n.DeleteAsk, yes: i18n.DeleteYes, said: i18n.DeleteDone,
		entries: []*page.Entry{reason()}, order: deleted,
		do: func(ctx context.Context, in []string) error { return e.API.DeleteAccount(ctx, login, in[0]) },
	})
}

func announce(e *page.Env) tea.Cmd {
	return ask(e, dialog{
		name: i18n.AnnounceTitle, what: i18n.AnnounceAsk, yes: i18n.AnnounceYes, said: i18n.AnnounceDone,
		entries: []*page.Entry{{
			Field: "texte", Label: i18n.AnnounceText, Hint: i18n.AnnounceHint,
			In: widget.Input{Max: protocol.MaxAnnounce}, Check: page.CheckText,
		}},
		order: unchanged,
		do:    func(ctx context.Context, in []string) error { return e.API.Announce(ctx, in[0]) },
	})
}

func moveDoor(e *page.Env, open bool) tea.Cmd {
	d := dialog{
		name: i18n.ShutTitle, what: i18n.ShutAsk, yes: i18n.ShutYes, said: i18n.ShutDone, order: doorMoved,
		do: func(ctx context.Context, _ []string) error { return e.API.OpenRegistrations(ctx, open) },
	}
	if open {
		d.name, d.what, d.yes, d.said = i18n.OpenTitle, i18n.OpenAsk, i18n.OpenYes, i18n.OpenDone
	}
	return ask(e, d)
}
