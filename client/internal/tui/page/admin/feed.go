package admin

import (
	"maps"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/protocol"
)

// maxFeed is more than any screen shows of the feed.
const maxFeed = 200

// watched is what the live view has seen: the measures, and what happened.
type watched struct {
	history
	feed []api.Activity // oldest first, never changed
	near strained
	lost int // events that did not come
}

// freeze gives a copy that stays as it is.
func (w watched) freeze() watched {
	w.near = maps.Clone(w.near)
	return w
}

func (w *watched) measure(s api.Stats) {
	w.history = w.history.add(s)
	w.lost += s.Lost
}

func (w *watched) happened(a api.Activity, window time.Duration) {
	if w.feed = append(w.feed, a); len(w.feed) > maxFeed {
		w.feed = w.feed[len(w.feed)-maxFeed:]
	}
	if w.near == nil {
		w.near = strained{}
	}
	w.near.happened(a, window)
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
