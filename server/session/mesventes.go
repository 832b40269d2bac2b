package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/market"
)

func mesVentes(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Out) error {
	n, err := ownPageSize(req)
	if err != nil {
		return err
	}
	page, err := s.Market.Sales(ctx, s.user.User.Quota(), n, req.Get("apres"))
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

func own(out *protocol.Out, a market.Article) protocol.Line {
	return summary(out.Row(), a).Str("etat", string(a.State)).Str("publie", a.Published.Wire())
}

// ownPageSize is larger than a catalogue's: one expects to see all of one's own.
func ownPageSize(req *protocol.Request) (int, error) {
	if _, given := req.Lookup("n"); !given {
		return protocol.MaxPage, nil
	}
	return pageSize(req)
}
