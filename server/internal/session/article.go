package session

import (
	"context"

	"etuservices/protocol"
)

func showArticle(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	id, ok := protocol.ParseID(req.Get("id"))
	if !ok {
		return protocol.ErrSyntax
	}
	a, err := s.Market.Article(ctx, id)
	if err != nil {
		return err
	}
	summary(out.OK("ARTICLE"), a).Str("vendeur", a.Seller).Str("etat", string(a.State)).
		Str("publie", a.Published.Wire()).Str("description", a.Description).End()
	return nil
}
