package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
)

func setPassword(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	login, err := loginOf(req)
	if err != nil {
		return err
	}
	password := req.Get("motdepasse")
	if err := accounts.ValidatePassword(password); err != nil {
		return err
	}
	if err := s.Admin.SetPassword(ctx, s.actor(), login, password); err != nil {
		return err
	}
	out.OK("NOUVEAUMDP").Str("login", login).Text("Mot de passe donné ; il sera à changer à la prochaine connexion.")
	return nil
}
