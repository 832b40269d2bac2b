package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
)

func changePassword(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	password := req.Get("motdepasse")
	if err := accounts.ValidatePassword(password); err != nil {
		return err
	}
	if err := s.Accounts.ChangePassword(ctx, s.user, s.from(), req.Get("ancien"), password); err != nil {
		return err
	}
	out.OK("MOTDEPASSE").Text("Mot de passe changé ; vos autres sessions sont fermées.")
	return nil
}
