package dialog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/drafts"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Buy is a purchase: the question, the work, and what came of it. One ref goes
// with it, so that trying again buys once.
type Buy struct {
	article api.Article
	ref     string
	answers
	page.Staged
	check page.Load[api.Article] // what the article is now, asked for when the dialog opens
	work  page.Load[api.Receipt]
}

// checkedFor is for how long the answer to the check is taken for true.
const checkedFor = 5 * time.Second

// OpenBuy shows the dialog for an article, unless it is the user's own. While the user
// reads, the server is asked whether it is still for sale: a refused purchase costs a call.
func OpenBuy(e *page.Env, a api.Article) {
	if e.Mine(a) {
		e.Say(page.Info, e.S(i18n.Article.IsYours))
		return
	}
	d := &Buy{article: a, ref: api.NewRef(), answers: newAnswers(e)}
	e.Open(d)
	if e.Now().Sub(e.Quotas.At) >= checkedFor { // another run of the program may have spent some
		e.AskQuotas()
	}
	d.check.Start(e, func(ctx context.Context) (api.Article, error) { return e.API.Article(ctx, a.ID) }, d.checked)
}

// Unanswered asks about a purchase of an earlier run, whose answer was never seen.
func Unanswered(e *page.Env, p drafts.Purchase) *Buy {
	d := &Buy{article: p.Article, ref: p.Ref, answers: newAnswers(e)}
	d.work.Err = link.ErrLost
	return d
}

// Keep adds the purchase, once it was sent and until it is known how it ended.
func (d *Buy) Keep(to *drafts.Draft) {
	if d.At != page.Over && (d.work.Busy() || d.unknown()) {
		to.Purchases = append(to.Purchases, drafts.Purchase{Article: d.article, Ref: d.ref})
	}
}

func (d *Buy) checked() {
	if d.work.Err = stale(d.check.Data, d.check.Err); d.work.Err != nil {
		d.failed(false)
	}
}

// Key answers the question, or leaves what stands in its place.
func (d *Buy) Key(k tea.KeyMsg) {
	switch {
	case d.early(k):
	case d.work.Busy():
		if keys.Back.Is(k) {
			d.At = page.Hidden // it goes on, and tells when it is done
		}
	case d.work.Has && keys.Copy.Is(k):
		d.e.Copy(d.work.Data.Contact)
	case d.work.Has, !d.canTry():
		if keys.No.Is(k) || keys.Enter.Is(k) {
			d.At = page.Over
		}
	default:
		d.answer(k, d.buy, func() { d.At = page.Over })
	}
}

// errStale: ARTICLE said, for nothing, that ACHAT would have been refused.
var errStale = errors.New("dialog: no longer for sale")

// stale is errStale where the answer to ARTICLE says so.
func stale(a api.Article, err error) error {
	if link.CodeOf(err) == protocol.ABSENT || a.Status == api.Sold || a.Status == api.Withdrawn {
		return fmt.Errorf("%w: %w", errStale, &link.Error{Code: protocol.VENDU})
	}
	return nil
}

// buy checks again where the check is not recent. Not at another try, for the
// article may be gone because the first try bought it.
func (d *Buy) buy() {
	recent := d.check.Has && d.e.Now().Sub(d.check.At) < checkedFor
	again := d.work.Err == nil && !recent
	d.check.Cancel()
	d.work.Start(d.e, func(ctx context.Context) (api.Receipt, error) {
		if again {
			if err := stale(d.e.API.Article(ctx, d.article.ID)); err != nil {
				return api.Receipt{}, err
			}
		}
		return d.e.API.Buy(ctx, d.article.ID, d.ref)
	}, d.settled)
}

// Click presses a button.
func (d *Buy) Click(i int) {
	switch {
	case d.work.Busy():
	case i == 0 && !d.work.Has && d.canTry():
		d.buy()
	default:
		d.At = page.Over
	}
}

func (d *Buy) settled() {
	e, hidden := d.e, d.At == page.Hidden
	if hidden {
		d.At = page.Over
	}
	if d.work.Err != nil {
		d.failed(hidden)
		return
	}
	r := d.work.Data
	e.Spend(r.Services)
	if hidden {
		e.Say(page.Good, e.S(i18n.Buy.Note, r.Title, r.Seller, r.Contact))
	}
	a := d.article
	a.Status, a.SoldAt, a.Other, a.Contact = api.Sold, e.Now(), r.Seller, r.Contact
	e.Publish(page.Bought{Article: a})
}

func (d *Buy) failed(hidden bool) {
	e := d.e
	d.opened = e.Now()
	d.toNo()
	if hidden {
		e.Say(page.Bad, e.S(i18n.Buy.Failed)+" "+e.T.Error(d.work.Err))
	}
	switch link.CodeOf(d.work.Err) {
	case "": // no answer
		return
	case protocol.VENDU, protocol.ABSENT:
		e.Publish(page.Gone{Article: d.article})
	}
	e.AskQuotas() // what reached the service was counted, whatever came of it
}

// final says that trying again cannot help.
func (d *Buy) final() bool {
	return slices.Contains([]protocol.Code{protocol.VENDU, protocol.ABSENT, protocol.INTERDIT}, link.CodeOf(d.work.Err))
}

// unknown says that the answer was lost: it may have been done.
func (d *Buy) unknown() bool { return errors.Is(d.work.Err, link.ErrLost) }

func (d *Buy) canTry() bool {
	return !d.final() && !d.work.RetryAt.After(d.e.Now()) && !d.noCall()
}

// noCall says that the quota is known to be used up. A purchase that was
// already sent is a replay of its ref, which costs nothing: it may go on.
func (d *Buy) noCall() bool {
	q := d.e.Quotas.Services
	return d.work.Err == nil && q.Max > 0 && q.Left == 0
}

// waits says that a call has to come back before anything can be bought.
func (d *Buy) waits() bool {
	return d.noCall() || link.CodeOf(d.work.Err) == protocol.QUOTA && d.work.RetryAt.After(d.e.Now())
}

// Keys are those of the stage that the purchase is at.
func (d *Buy) Keys() []keys.Key {
	switch {
	case d.work.Busy():
		return []keys.Key{keys.Back.To(i18n.Do.Close)}
	case d.work.Has:
		return []keys.Key{keys.Copy, keys.Enter.To(i18n.Do.Close)}
	case !d.canTry():
		return []keys.Key{keys.Enter.To(i18n.Do.Close)}
	case d.work.Err != nil:
		return askKeys(i18n.Do.Retry)
	}
	return askKeys(i18n.Do.Buy)
}

// View draws the question, or what came of it.
func (d *Buy) View(w int) string {
	w = min(Width, w-8)
	title, draw := i18n.Buy.Title, d.question
	switch {
	case d.work.Has:
		title, draw = i18n.Buy.Done, d.done
	case d.work.Busy():
	case d.waits():
		title, draw = i18n.Quota.Title, d.empty
	case d.unknown():
		title = i18n.Buy.Unknown
	case d.work.Err != nil:
		title = i18n.Buy.Failed
	}
	return widget.Box(d.e.Theme, d.e.S(title), append(draw(w), ""), w)
}

func (d *Buy) question(w int) (l widget.Lines) {
	e, th := d.e, d.e.Theme
	l.Add(widget.Ends(th.Strong.Render(d.article.Title), "  "+th.Price.Render(e.T.Amount(d.article.Cents)), w))
	state := ""
	if d.check.Has {
		state = e.StatusWord(d.check.Data)
	}
	l.Add(widget.Ends(e.S(i18n.Buy.Seller, d.article.Seller), state, w))
	if d.work.Err == nil {
		cost := e.S(i18n.Buy.Cost)
		if q := e.Quotas.Services; q.Max > 0 && q.Left > 0 {
			cost = e.T.N(i18n.Buy.CostLeft, q.Left-1)
		}
		l.Add(cost)
		l.Add(widget.Wrap(e.S(i18n.Article.Terms, d.article.Seller), w)...)
	}
	l.Add("")
	yes := e.S(i18n.Buy.Yes)
	switch {
	case d.work.Busy() && e.Link.Phase == link.Offline:
		l.Add(e.Warning(e.S(i18n.Buy.Offline), w))
		return l
	case d.work.Busy():
		l.Add(e.S(i18n.Buy.UnderWay))
		return l
	case d.work.Err != nil:
		l.Add(e.Failure(d.work.Err, w) + e.Wait(d.work.RetryAt))
		if errors.Is(d.work.Err, errStale) {
			l.Add(widget.Wrap(e.S(i18n.Buy.Stale), w)...)
		} else if !d.final() {
			l.Add(widget.Wrap(e.S(i18n.Buy.Once), w)...)
		}
		l.Add("")
		yes = e.S(i18n.Buy.Again)
	}
	if !d.canTry() {
		return append(l, d.closing())
	}
	return append(l, d.ButtonRow(th, yes, e.S(i18n.Common.Cancel)))
}

// closing is the one button where nothing more can be done.
func (d *Buy) closing() string { return widget.Buttons(d.e.Theme, 0, 0, d.e.S(i18n.Common.Close)) }

func (d *Buy) done(w int) (l widget.Lines) {
	e, th, r := d.e, d.e.Theme, d.work.Data
	sign := theme.Check + " "
	for _, s := range widget.Wrap(e.S(i18n.Buy.DoneText, r.Title), w-2) {
		l.Add(th.OK.Render(sign + s))
		sign = "  "
	}
	l.Add("")
	l.Add(widget.Wrap(e.S(i18n.Buy.Contact, r.Seller), w)...)
	return append(l, "  "+th.Strong.Render(r.Contact), "", d.closing())
}

// empty is shown in place of the question until a call is left again.
func (d *Buy) empty(w int) (l widget.Lines) {
	e, th := d.e, d.e.Theme
	if most := e.Quotas.Services.Max; most > 0 {
		l.Add(widget.Pips(th, 0, most, w-24)+"  "+e.T.N(i18n.Quota.Left, 0, e.T.Int(int64(most))), "")
	}
	next := e.Quotas.Services.Next
	if !next.After(e.Now()) {
		next = d.work.RetryAt
	}
	if left := next.Sub(e.Now()); left > 0 {
		l.Add(e.S(i18n.Quota.NextAt, e.T.Countdown(left), e.T.Clock(next)))
	}
	return append(l, e.S(i18n.Quota.Browse), "", d.closing())
}
