package session

import (
	"context"

	"etuservices/protocol"
)

func block(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	login, reason, err := loginAndReason(req)
	if err != nil {
		return err
	}
	if err := s.Admin.Block(ctx, s.actor(), login, reason); err != nil {
		return err
	}
	out.OK("BLOQUER").Str("login", login).Text("Compte bloqué, sessions fermées.")
	return nil
}
