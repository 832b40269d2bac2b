package admin

import (
	"maps"
	"time"

	"etuservices/client/api"
	"etuservices/client/i18n"
	"etuservices/client/tui/page"
	"etuservices/client/tui/theme"
	"etuservices/protocol"
)

const (
	// maxFeed is more than any screen shows of the feed.
	maxFeed = 200
	// maxOver bounds whom we remember over the quota: more than a year's
	// students, less than a flood of invented logins.
	maxOver = 2000
	// overFor is how long: after one window (contract section 4) the calls that
	// filled it have come back.
	overFor = 10 * time.Minute
)

// over is somebody who was refused for his quota.
type over struct {
	times int
	last  time.Time
}

// watched is what the live view has seen: the measures, and what happened.
type watched struct {
	history
	feed []api.Activity // oldest first, never changed
	over map[string]over
	lost int // events that did not come
}

// freeze gives a copy that stays as it is.
func (w watched) freeze() watched {
	w.over = maps.Clone(w.over)
	return w
}

func (w *watched) measure(s api.Stats) {
	w.history = w.history.add(s)
	w.lost += s.Lost
}

func (w *watched) happened(a api.Activity) {
	if w.feed = append(w.feed, a); len(w.feed) > maxFeed {
		w.feed = w.feed[len(w.feed)-maxFeed:]
	}
	if a.Type != "REFUS" || a.Login == "" || a.Fields.Get("code") != string(protocol.QUOTA) {
		return
	}
	if w.over == nil {
		w.over = map[string]over{}
	}
	o, known := w.over[a.Login]
	if a.At.At.Sub(o.last) > overFor {
		o.times = 0
	}
	if !known && len(w.over) >= maxOver {
		maps.DeleteFunc(w.over, func(_ string, o over) bool { return a.At.At.Sub(o.last) > overFor })
		if len(w.over) >= maxOver {
			return
		}
	}
	w.over[a.Login] = over{o.times + 1, a.At.At}
}

// line puts something that happened in words, with its sign.
func line(e *page.Env, a api.Activity) string {
	th, f := e.Theme, a.Fields
	sign, text := th.OK.Render(theme.Check), a.Type+" "+a.Login
	amount := func() string {
		cents, err := protocol.ParsePrice(f.Get("prix"))
		if err != nil {
			return "?"
		}
		return e.T.Amount(cents)
	}
	switch a.Type {
	case "CONNEXION":
		sign, text = th.Faint.Render(theme.Dot), e.S(i18n.FeedLogin, a.Login, f.Get("adresse"))
	case "VENTE":
		text = e.S(i18n.FeedSale, a.Login, f.Get("titre"), amount())
	case "ACHAT":
		text = e.S(i18n.FeedBuy, a.Login, f.Get("titre"), f.Get("vendeur"), amount())
	case "REFUS":
		who := a.Login
		if who == "" {
			who = e.S(i18n.FeedNobody)
		}
		sign = th.Warn.Render(theme.Alert)
		text = e.S(i18n.FeedRefused, who, f.Get("verbe"), e.T.Refusal(f.Get("code")), f.Get("adresse"))
	}
	return th.Faint.Render(e.T.ClockSeconds(a.At.At)) + " " + sign + " " + text
}
