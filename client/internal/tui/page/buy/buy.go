// Package buy is the dialog of a purchase: the question, the work, and what
// came of it. One ref goes with it, so that trying again buys once.
package buy

import (
	"context"
	"errors"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Dialog is a purchase.
type Dialog struct {
	e       *page.Env
	article api.Article
	ref     string
	ask     widget.Ask
	opened  time.Time
	work    page.Load[api.Receipt]
	waitTo  time.Time // QUOTA and others: when the next try may pass
	stage   page.Stage
}

// New makes the dialog for an article.
func New(e *page.Env, a api.Article) *Dialog {
	return &Dialog{e: e, article: a, ref: api.NewRef(), opened: e.Now()}
}

// Stage is part of page.Dialog.
func (d *Dialog) Stage() page.Stage { return d.stage }

// Update is part of page.Dialog.
func (d *Dialog) Update(m tea.Msg) tea.Cmd {
	if d.work.Update(d.e, m) {
		return d.settled()
	}
	k, ok := m.(tea.KeyMsg)
	if !ok || d.stage != page.Shown || d.e.InGrace(d.opened, k) {
		return nil
	}
	switch {
	case d.work.Busy():
		if key.Matches(k, keys.Back) {
			d.stage = page.Hidden // it goes on, and tells when it is done
		}
	case d.work.Has:
		if key.Matches(k, keys.Copy) {
			return page.Send(page.CopyText{Text: d.work.Data.Contact})
		}
		if key.Matches(k, keys.Back) || k.Type == tea.KeyEnter {
			d.stage = page.Over
		}
	case !d.canTry():
		if key.Matches(k, keys.No) || k.Type == tea.KeyEnter {
			d.stage = page.Over
		}
	default:
		switch d.ask.Key(k) {
		case widget.SaidYes:
			return d.buy()
		case widget.SaidNo:
			d.stage = page.Over
		}
	}
	return nil
}

func (d *Dialog) buy() tea.Cmd {
	d.waitTo = time.Time{}
	return d.work.Start(d.e, func(ctx context.Context) (api.Receipt, error) {
		return d.e.API.Buy(ctx, d.article.ID, d.ref)
	})
}

// settled tells everybody how it ended.
func (d *Dialog) settled() tea.Cmd {
	hidden := d.stage == page.Hidden
	if hidden {
		d.stage = page.Over
	}
	if d.work.Err != nil {
		d.opened = d.e.Now()
		d.ask.OnYes = false
		return d.failed(hidden)
	}
	r := d.work.Data
	note := page.Note{
		At: d.e.Now(), Mood: page.Good, Copy: r.Contact,
		Text: func(e *page.Env) string { return e.S(i18n.BuyNote, r.Title, r.Seller, r.Contact) },
	}
	cmds := []tea.Cmd{
		page.Send(page.Spent{Services: r.Services}),
		page.Send(page.Bought{Article: d.article}),
		page.Send(page.Noted{Note: note}),
	}
	if hidden {
		cmds = append(cmds, page.Send(page.Say{Mood: page.Good, Text: note.Text(d.e)}))
	}
	return tea.Batch(cmds...)
}

func (d *Dialog) failed(hidden bool) tea.Cmd {
	var cmds []tea.Cmd
	if hidden {
		text := d.e.S(i18n.BuyFailed) + " " + d.e.T.Error(d.work.Err)
		cmds = append(cmds, page.Send(page.Say{Mood: page.Bad, Text: text}))
	}
	var le *link.Error
	if errors.As(d.work.Err, &le) {
		if le.After() > 0 {
			d.waitTo = d.e.Now().Add(le.After())
		}
		switch le.Code {
		case protocol.VENDU, protocol.ABSENT:
			cmds = append(cmds, page.Send(page.Gone{Article: d.article}))
		}
		// What reached the service was counted, whatever came of it.
		cmds = append(cmds, page.Send(page.RefreshQuotas{}))
	}
	return tea.Batch(cmds...)
}

// final says that trying again cannot help.
func (d *Dialog) final() bool {
	switch link.CodeOf(d.work.Err) {
	case protocol.VENDU, protocol.ABSENT, protocol.INTERDIT:
		return true
	}
	return false
}

// unknown says that the answer was lost: it may have been done.
func (d *Dialog) unknown() bool { return errors.Is(d.work.Err, link.ErrLost) }

// canTry says whether yes can be said.
func (d *Dialog) canTry() bool {
	return !d.final() && !d.waitTo.After(d.e.Now()) && !d.noCall()
}

// noCall says that the quota is known to be used up. A purchase that was
// already sent is a replay of its ref, which costs nothing: it may go on.
func (d *Dialog) noCall() bool {
	q := d.e.Quotas.Services
	return d.work.Err == nil && q.Max > 0 && q.Left == 0
}

// Hints is part of page.Dialog.
func (d *Dialog) Hints() []page.Hint {
	e := d.e
	switch {
	case d.work.Busy():
		return []page.Hint{e.H(i18n.KeyEsc, i18n.DoClose)}
	case d.work.Has:
		return []page.Hint{e.H(i18n.KeyC, i18n.DoCopy), e.H(i18n.KeyEnter, i18n.DoClose)}
	case !d.canTry():
		return []page.Hint{e.H(i18n.KeyEnter, i18n.DoClose)}
	}
	if d.work.Err != nil {
		return e.AskHints(i18n.DoRetry)
	}
	return e.AskHints(i18n.DoBuy)
}
