package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/cluster"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/market"
)

func purchase(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	id, ok := protocol.ParseID(req.Get("id"))
	if !ok {
		return protocol.ErrSyntax
	}
	ref, err := refOf(req)
	if err != nil {
		return err
	}
	var state ledger.State
	reply, err := s.Market.Buy(ctx, s.user.User.Quota(), id, ref,
		func(result market.Result, a market.Article, q ledger.State) string {
			state = q
			return encodePurchase(result, a, q)
		},
		func(a market.Article) { s.bought(a, state) })
	if err != nil {
		return err
	}
	send(out, reply)
	return nil
}

func encodePurchase(result market.Result, a market.Article, q ledger.State) string {
	return encode(func(out *protocol.Writer) {
		left := " Il vous reste " + plural(int64(q.Left()), "appel") + "."
		switch result {
		case market.Done:
			line := out.OK("ACHAT").Int("id", a.ID).Price("prix", a.Cents).Str("titre", a.Title).
				Str("vendeur", a.Seller).Str("contact", a.SellerEmail)
			writeState(line, q).Text("C'est à vous ! Écrivez à " + a.SellerEmail + "." + left)
		case market.Forbidden:
			out.Err(protocol.INTERDIT).Text("C'est votre propre article." + left)
		case market.Unknown, market.Gone:
			out.Err(protocol.Code(result)).Text(textOf(protocol.Code(result)) + left)
		}
	})
}

// bought tells the seller, on whichever instance, and those who follow.
func (s *Session) bought(a market.Article, q ledger.State) {
	s.Hub.Counters.Add(cluster.Purchases)
	s.Hub.Sold(a.SellerID, a.ID, encodeSold(a))
	s.feed("ACHAT", func(line protocol.Line) protocol.Line {
		return writeUse(line.Int("id", a.ID).Str("titre", a.Title).Price("prix", a.Cents).Str("vendeur", a.Seller), q)
	})
}

func encodeSold(a market.Article) string {
	return encode(func(out *protocol.Writer) {
		out.Event("VENDU").Int("id", a.ID).Str("titre", a.Title).Str("acheteur", a.Buyer).
			Str("contact", a.BuyerEmail).Text("Vendu ! Écrivez à " + a.BuyerEmail + ".")
	})
}
