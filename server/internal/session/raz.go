package session

import (
	"context"

	"etuservices/protocol"
)

func resetQuotas(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	login, err := loginOf(req)
	if err != nil {
		return err
	}
	if err := s.Admin.Reset(ctx, s.actor(), login); err != nil {
		return err
	}
	out.OK("RAZ").Str("login", login).Text("Les deux quotas repartent de zéro.")
	return nil
}
