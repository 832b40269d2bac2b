package session

import (
	"context"

	"etuservices/protocol"
)

func withdraw(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	id, ok := protocol.ParseID(req.Get("id"))
	if !ok {
		return protocol.ErrSyntax
	}
	if err := s.Market.Withdraw(ctx, s.user.User.Quota(), id); err != nil {
		return err
	}
	out.OK("RETRAIT").Int("id", id).Text("Retiré de la vente.")
	return nil
}
