package session

import (
	"context"

	"etuservices/protocol"
)

func withdraw(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Out) error {
	id, ok := protocol.ID(req.Get("id"))
	if !ok {
		return protocol.ErrSyntax
	}
	if err := s.Market.Withdraw(ctx, s.user.User.Quota(), id); err != nil {
		return err
	}
	out.OK("RETRAIT").Int("id", id).Text("Retiré de la vente.")
	return nil
}
