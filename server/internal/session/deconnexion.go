package session

import (
	"context"

	"etuservices/protocol"
)

func logOut(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	if err := s.Accounts.Logout(ctx, s.user); err != nil {
		return err
	}
	s.leave()
	out.OK("DECONNEXION").Text("Session fermée.")
	return nil
}
