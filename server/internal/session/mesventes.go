package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/market"
)

func ownListings(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	n, err := pageSize(req)
	if err != nil {
		return err
	}
	page, err := s.Market.OwnListings(ctx, s.user.User.Quota(), n, req.Get("apres"))
	if err != nil {
		return err
	}
	for _, a := range page.Articles {
		line := own(out, a)
		if a.State == market.Sold {
			line = line.Str("acheteur", a.Buyer).Str("contact", a.BuyerEmail)
		}
		line.End()
	}
	endPage(out, "MESVENTES", page)
	return nil
}

func own(out *protocol.Writer, a market.Article) protocol.Line {
	line := summary(out.Row(), a).Str("etat", string(a.State)).Str("publie", a.Published.Wire())
	if !a.Sold.IsZero() {
		line = line.Str("vendu", a.Sold.Wire())
	}
	return line
}
