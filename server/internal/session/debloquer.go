package session

import (
	"context"

	"etuservices/protocol"
)

func unblock(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	login, err := loginOf(req)
	if err != nil {
		return err
	}
	if err := s.Admin.Unblock(ctx, s.actor(), login); err != nil {
		return err
	}
	out.OK("DEBLOQUER").Str("login", login).Text("Compte rouvert.")
	return nil
}
