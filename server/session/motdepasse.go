package session

import (
	"context"

	"etuservices/protocol"
)

func motDePasse(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Out) error {
	password := req.Get("motdepasse")
	if !protocol.Password(password) {
		return invalid("motdepasse", "Mot de passe : 8 à 128 caractères.")
	}
	if protocol.CommonPassword(password) {
		return tooCommon()
	}
	if err := s.Accounts.ChangePassword(ctx, s.user, s.from(), req.Get("ancien"), password); err != nil {
		return err
	}
	out.OK("MOTDEPASSE").Text("Mot de passe changé ; vos autres sessions sont fermées.")
	return nil
}
