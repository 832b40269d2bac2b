package session

import (
	"context"
	"strings"

	"etuservices/protocol"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/market"
	"etuservices/server/internal/monitor"
)

func sell(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	offer := market.Listing{
		Category: req.Get("categorie"), Title: req.Get("titre"), Description: req.Get("description"),
	}
	if !protocol.ValidCategory(offer.Category) {
		return protocol.Invalid("categorie", "Catégorie : livre, dvd, cd, jeu, materiel ou autre.")
	}
	var err error
	if offer.Cents, err = protocol.ParsePrice(req.Get("prix")); err != nil {
		return protocol.Invalid("prix", "Prix : de 0.00 à 9999.99.")
	}
	ref, err := refOf(req)
	if err != nil {
		return err
	}
	if !protocol.ValidDescription(offer.Description) {
		return protocol.Invalid("description", "Description : 300 caractères au plus, sans caractère de contrôle ni invisible.")
	}
	if !protocol.ValidTitle(offer.Title) {
		return protocol.Invalid("titre", "Titre : 1 à 120 caractères, dont un visible, sans caractère de contrôle ni invisible.")
	}
	sold, err := s.Market.Sell(ctx, s.user.User.Quota(), offer, ref)
	if err != nil {
		return err
	}
	if !sold.Replayed {
		s.Monitor.Add(monitor.Listings)
		s.feed("VENTE", func(line protocol.Line) protocol.Line {
			a := sold.Article
			line = line.Int("id", a.ID).Str("titre", a.Title).Price("prix", a.Cents).Str("categorie", a.Category)
			return writeUse(line, sold.Quota)
		})
	}
	send(out, sold.Replay, func(out *protocol.Writer) { writeListing(out, sold) })
	return nil
}

func writeListing(out *protocol.Writer, r market.ListingResult) {
	line := out.OK("VENTE").Int("id", r.Article.ID).Str("categorie", r.Article.Category).
		Price("prix", r.Article.Cents).Str("titre", r.Article.Title)
	writeState(line, r.Quota).Text("En vente. Il vous reste " + protocol.Count(int64(r.Quota.Left()), "appel") + ".")
}

// refOf reads ref=, "" where it was not given.
func refOf(req *protocol.Request) (string, error) {
	ref, given := req.Lookup("ref")
	if given && !protocol.ValidRef(ref) {
		return "", protocol.Invalid("ref", "Référence : 1 à 64 lettres, chiffres, . _ ou -.")
	}
	return ref, nil
}

func purchase(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	id, _ := protocol.ParseID(req.Get("id")) // its form is judged already
	ref, err := refOf(req)
	if err != nil {
		return err
	}
	bought, err := s.Market.Buy(ctx, s.user.User.Quota(), id, ref)
	if err != nil {
		return err
	}
	if bought.Result == market.Done && !bought.Replayed {
		s.publishPurchase(bought)
	}
	send(out, bought.Replay, func(out *protocol.Writer) { writePurchase(out, bought) })
	return nil
}

func writePurchase(out *protocol.Writer, r market.PurchaseResult) {
	a, left := r.Article, " Il vous reste "+protocol.Count(int64(r.Quota.Left()), "appel")+"."
	switch r.Result {
	case market.Done:
		line := out.OK("ACHAT").Int("id", a.ID).Price("prix", a.Cents).Str("titre", a.Title).
			Str("vendeur", a.Seller).Str("contact", a.SellerEmail)
		writeState(line, r.Quota).Text("C'est à vous ! Écrivez à " + a.SellerEmail + "." + left)
	case market.Forbidden:
		out.Err(protocol.INTERDIT).Text("C'est votre propre article." + left)
	case market.Unknown, market.Gone:
		out.Err(protocol.Code(r.Result)).Text(protocol.Code(r.Result).Text() + left)
	}
}

// publishPurchase tells the seller, on whichever instance, and those who follow.
func (s *Session) publishPurchase(r market.PurchaseResult) {
	a := r.Article
	s.Monitor.Add(monitor.Purchases)
	s.Hub.Sold(a.SellerID, a.ID, encodeSold(a))
	s.feed("ACHAT", func(line protocol.Line) protocol.Line {
		return writeUse(line.Int("id", a.ID).Str("titre", a.Title).Price("prix", a.Cents).Str("vendeur", a.Seller), r.Quota)
	})
}

func listArticles(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	f, err := filterOf(req)
	if err != nil {
		return err
	}
	page, err := s.Market.List(ctx, f)
	if err != nil {
		return err
	}
	for _, a := range page.Articles {
		summary(out.Row(), a).Str("vendeur", a.Seller).Time("publie", a.Published.Time).End()
	}
	endPage(out.OK("ARTICLES").Int("lignes", int64(len(page.Articles))), page.Next)
	return nil
}

// summary writes what every list says of an article.
func summary(line protocol.Line, a market.Article) protocol.Line {
	return line.Int("id", a.ID).Str("titre", a.Title).Str("categorie", a.Category).Price("prix", a.Cents)
}

// endPage ends the reply of a list with the place where the next page begins, "" after
// the last one.
func endPage(line protocol.Line, next string) {
	if next != "" {
		line = line.Str("suite", next)
	}
	line.End()
}

func filterOf(req *protocol.Request) (f market.Filter, err error) {
	f = market.Filter{Order: market.Recent, After: req.Get("apres")}
	if order, given := req.Lookup("tri"); given {
		f.Order = market.Order(order)
	}
	if err := f.Order.CheckCursor(f.After); err != nil { // a form, so before any value
		return f, err
	}
	if category, given := req.Lookup("categorie"); given {
		if !protocol.ValidCategory(category) {
			return f, protocol.Invalid("categorie", "Catégorie : livre, dvd, cd, jeu, materiel ou autre.")
		}
		f.Category = category
	}
	if price, given := req.Lookup("prix_max"); given {
		cents, err := protocol.ParsePrice(price)
		if err != nil {
			return f, protocol.Invalid("prix", "Prix : de 0.00 à 9999.99.")
		}
		f.MaxCents = &cents
	}
	if _, given := req.Lookup("vendeur"); given {
		if f.Seller, err = loginOf(req, "vendeur"); err != nil {
			return f, err
		}
	}
	if f.Query, err = search(req); err != nil {
		return f, err
	}
	f.Limit, err = pageSize(req)
	return f, err
}

// search reads q=, the words that are looked for.
func search(req *protocol.Request) (string, error) {
	q := req.Get("q")
	if !protocol.ValidSearch(q) {
		return "", protocol.Invalid("q", "La recherche contient un caractère de contrôle ou invisible.")
	}
	return q, nil
}

func pageSize(req *protocol.Request) (int, error) {
	n, given := req.Lookup("n")
	if !given {
		return protocol.DefaultPage, nil
	}
	size, ok := protocol.ParsePageSize(n)
	if !ok {
		return 0, protocol.Invalid("n", "n va de 1 à 100.")
	}
	return size, nil
}

func showArticle(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	id, _ := protocol.ParseID(req.Get("id")) // its form is judged already
	a, err := s.Market.Article(ctx, id)
	if err != nil {
		return err
	}
	summary(out.OK("ARTICLE"), a).Str("vendeur", a.Seller).Str("etat", string(a.State)).
		Time("publie", a.Published.Time).Str("description", a.Description).End()
	return nil
}

func withdraw(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	id, _ := protocol.ParseID(req.Get("id")) // its form is judged already
	if err := s.Market.Withdraw(ctx, s.user.User.Quota(), id); err != nil {
		return err
	}
	out.OK("RETRAIT").Int("id", id).Text("Retiré de la vente.")
	return nil
}

func ownListings(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	return listOwn(ctx, s, req, out, s.Market.OwnListings, ownListing)
}

func ownPurchases(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	return listOwn(ctx, s, req, out, s.Market.OwnPurchases, ownPurchase)
}

// listOwn replies with a page of the user's own articles, each of which write writes.
func listOwn(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer,
	list func(ctx context.Context, user ledger.User, limit int, cursor string) (market.Page, error),
	write func(protocol.Line, market.Article) protocol.Line,
) error {
	n, err := pageSize(req)
	if err != nil {
		return err
	}
	page, err := list(ctx, s.user.User.Quota(), n, req.Get("apres"))
	if err != nil {
		return err
	}
	for _, a := range page.Articles {
		write(out.Row(), a).End()
	}
	endPage(out.OK(req.Verb.Name).Int("lignes", int64(len(page.Articles))), page.Next)
	return nil
}

func ownListing(line protocol.Line, a market.Article) protocol.Line {
	line = own(line, a)
	if a.State == market.Sold {
		line = line.Str("acheteur", a.Buyer).Str("contact", a.BuyerEmail)
	}
	return line
}

func ownPurchase(line protocol.Line, a market.Article) protocol.Line {
	return own(line, a).Str("vendeur", a.Seller).Str("contact", a.SellerEmail)
}

func own(line protocol.Line, a market.Article) protocol.Line {
	line = summary(line, a).Str("etat", string(a.State)).Time("publie", a.Published.Time)
	if !a.Sold.IsZero() {
		line = line.Time("vendu", a.Sold.Time)
	}
	return line
}

// send writes the reply of a counted call, by write; a replayed one says so, before
// its text.
func send(out *protocol.Writer, r ledger.Replay, write func(*protocol.Writer)) {
	line := r.Line
	if line == "" {
		line = encode(write)
	}
	if r.Replayed {
		end := textStart(line)
		line = line[:end] + " rejoue=1" + line[end:]
	}
	out.Raw(line)
}

// textStart is where " :text" begins in a line of ours, its end where there is
// none. Inside quotes a colon is part of a value.
func textStart(line string) int {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quoted:
			i++
		case line[i] == '"':
			quoted = !quoted
		case !quoted && strings.HasPrefix(line[i:], " :"):
			return i
		}
	}
	return len(line)
}
