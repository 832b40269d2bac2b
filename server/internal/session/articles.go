package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/market"
)

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
		summary(out.Row(), a).Str("vendeur", a.Seller).Str("publie", a.Published.Wire()).End()
	}
	endPage(out, "ARTICLES", page)
	return nil
}

// summary writes what every list says of an article.
func summary(line protocol.Line, a market.Article) protocol.Line {
	return line.Int("id", a.ID).Str("titre", a.Title).Str("categorie", a.Category).Price("prix", a.Cents)
}

func endPage(out *protocol.Writer, word string, page market.Page) {
	line := out.OK(word).Int("lignes", int64(len(page.Articles)))
	if page.Next != "" {
		line = line.Str("suite", page.Next)
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
			return f, invalid("categorie", "Catégorie : livre, dvd, cd, jeu, materiel ou autre.")
		}
		f.Category = category
	}
	if price, given := req.Lookup("prix_max"); given {
		cents, err := protocol.ParsePrice(price)
		if err != nil {
			return f, invalid("prix", "Prix : de 0.00 à 9999.99.")
		}
		f.MaxCents = &cents
	}
	if seller, given := req.Lookup("vendeur"); given {
		login, ok := protocol.ParseLogin(seller)
		if !ok {
			return f, invalid("login", "Ce n'est pas un login.")
		}
		f.Seller = login
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
		return "", invalid("q", "La recherche contient un caractère de contrôle ou invisible.")
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
		return 0, invalid("n", "n va de 1 à 100.")
	}
	return size, nil
}
