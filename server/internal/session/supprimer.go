package session

import (
	"context"

	"etuservices/protocol"
)

func deleteAccount(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	login, reason, err := loginAndReason(req)
	if err != nil {
		return err
	}
	if err := s.Admin.Delete(ctx, s.actor(), login, reason); err != nil {
		return err
	}
	out.OK("SUPPRIMER").Str("login", login).Text("Compte supprimé ; ses ventes restent, sans nom.")
	return nil
}
