package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/cluster"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/market"
)

func sell(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	offer := market.Listing{
		Category: req.Get("categorie"), Title: req.Get("titre"), Description: req.Get("description"),
	}
	if !protocol.ValidCategory(offer.Category) {
		return invalid("categorie", "Catégorie : livre, dvd, cd, jeu, materiel ou autre.")
	}
	var err error
	if offer.Cents, err = protocol.ParsePrice(req.Get("prix")); err != nil {
		return invalid("prix", "Prix : de 0.00 à 9999.99.")
	}
	ref, err := refOf(req)
	if err != nil {
		return err
	}
	if !protocol.ValidDescription(offer.Description) {
		return invalid("description", "Description : 300 caractères au plus, sans caractère de contrôle ni invisible.")
	}
	if !protocol.ValidTitle(offer.Title) {
		return invalid("titre", "Titre : 1 à 120 caractères, dont un visible, sans caractère de contrôle ni invisible.")
	}
	var sold market.Article
	var state ledger.State
	reply, err := s.Market.Sell(ctx, s.user.User.Quota(), offer, ref, func(a market.Article, q ledger.State) string {
		sold, state = a, q
		return encodeSale(a, q)
	})
	if err != nil {
		return err
	}
	if !reply.Replayed {
		s.Hub.Counters.Add(cluster.Listings)
		s.feed("VENTE", func(line protocol.Line) protocol.Line {
			line = line.Int("id", sold.ID).Str("titre", sold.Title).Price("prix", sold.Cents).Str("categorie", sold.Category)
			return writeUse(line, state)
		})
	}
	send(out, reply)
	return nil
}

func encodeSale(a market.Article, q ledger.State) string {
	return encode(func(out *protocol.Writer) {
		line := out.OK("VENTE").Int("id", a.ID).Str("categorie", a.Category).Price("prix", a.Cents).Str("titre", a.Title)
		writeState(line, q).Text("En vente. Il vous reste " + plural(int64(q.Left()), "appel") + ".")
	})
}

// refOf reads ref=, "" where it was not given.
func refOf(req *protocol.Request) (string, error) {
	ref, given := req.Lookup("ref")
	if given && !protocol.ValidRef(ref) {
		return "", invalid("ref", "Référence : 1 à 64 lettres, chiffres, . _ ou -.")
	}
	return ref, nil
}
