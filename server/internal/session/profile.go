package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/admin"
)

// profileWriter writes the rows of FICHE, and counts them.
type profileWriter struct {
	*Session
	out     *protocol.Writer
	profile admin.Profile
	lines   int64
}

// row begins a row.
func (w *profileWriter) row(kind string) protocol.Line {
	w.lines++
	return w.out.Row().Str("genre", kind)
}

// showProfile writes what the stores have of one account: rows of other verbs, each
// behind genre=.
func showProfile(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	login, err := loginOf(req, "login")
	if err != nil {
		return err
	}
	w := &profileWriter{Session: s, out: out}
	if w.profile, err = s.Admin.Profile(ctx, login); err != nil {
		return err
	}
	w.account()
	if err := w.quotas(ctx); err != nil {
		return err
	}
	if err := w.sessions(ctx); err != nil {
		return err
	}
	w.ledger()
	if err := w.articles(ctx); err != nil {
		return err
	}
	if err := w.refusals(ctx); err != nil {
		return err
	}
	out.OK("FICHE").Str("login", login).Int("lignes", w.lines).End()
	return nil
}

func (w *profileWriter) account() {
	row := accountFields(w.row("compte"), w.profile.Account).Time("inscrit", w.profile.Created.Time)
	if shut := w.profile.Shut; shut.By != "" {
		row = row.Time("depuis", shut.At.Time).Str("par", shut.By).Str("raison", shut.Reason)
	}
	if until := w.profile.Shut.Until; !until.IsZero() {
		row = row.Time("jusqua", until.Time)
	}
	row.End()
}

func (w *profileWriter) quotas(ctx context.Context) error {
	states, err := w.Quota.Usage(ctx, w.profile.Quota())
	if err != nil {
		return err
	}
	for _, q := range states {
		quotaFields(w.row("quota"), q).End()
	}
	return nil
}

func (w *profileWriter) sessions(ctx context.Context) error {
	all, err := w.Hub.Sessions(ctx)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Login == w.profile.Login {
			w.row("session").Str("serveur", x.Instance).Str("adresse", x.Address).Time("depuis", x.Since).End()
		}
	}
	return nil
}

func (w *profileWriter) ledger() {
	for _, c := range w.profile.Logins {
		w.row("connexion").Time("instant", c.At.Time).Str("adresse", c.Address).Str("serveur", c.Instance).End()
	}
	for _, c := range w.profile.Calls {
		line := w.row("appel").Time("instant", c.At.Time).Str("service", c.Service).Str("resultat", c.Result).
			Str("serveur", c.Instance)
		if c.Article != 0 {
			line = line.Int("id", c.Article)
		}
		if c.Ref != "" {
			line = line.Str("ref", c.Ref)
		}
		line.End()
	}
}

func (w *profileWriter) articles(ctx context.Context) error {
	listings, err := w.Market.OwnListings(ctx, w.profile.Quota(), admin.ProfileRows, "")
	if err != nil {
		return err
	}
	for _, a := range listings.Articles {
		ownListing(w.row("vente"), a).End()
	}
	purchases, err := w.Market.OwnPurchases(ctx, w.profile.Quota(), admin.ProfileRows, "")
	if err != nil {
		return err
	}
	for _, a := range purchases.Articles {
		ownPurchase(w.row("achat"), a).End()
	}
	return nil
}

func (w *profileWriter) refusals(ctx context.Context) error {
	list, err := w.Quota.Refusals(ctx, w.profile.Quota())
	if err != nil {
		return err
	}
	for _, r := range list {
		w.row("refus").Time("instant", r.At).Str("quota", string(r.Kind)).End()
	}
	return nil
}
