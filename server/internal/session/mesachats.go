package session

import (
	"context"

	"etuservices/protocol"
)

func ownPurchases(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	n, err := pageSize(req)
	if err != nil {
		return err
	}
	page, err := s.Market.OwnPurchases(ctx, s.user.User.Quota(), n, req.Get("apres"))
	if err != nil {
		return err
	}
	for _, a := range page.Articles {
		own(out, a).Str("vendeur", a.Seller).Str("contact", a.SellerEmail).End()
	}
	endPage(out, "MESACHATS", page)
	return nil
}
