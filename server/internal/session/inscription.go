package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
)

func register(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	user, err := accounts.ValidateUser(req.Get("login"), req.Get("email"), req.Get("prenom"), req.Get("nom"), accounts.Student)
	if err != nil {
		return err
	}
	password := req.Get("motdepasse")
	if err := accounts.ValidatePassword(password); err != nil {
		return err
	}
	user, err = s.Accounts.SignUp(ctx, s.from(), accounts.Registration{User: user, Password: password, Allowed: s.registrationsOpen})
	if err != nil {
		return err
	}
	s.restartLogin()
	out.OK("INSCRIPTION").Str("login", user.Login).
		Text("Compte créé. Connectez-vous : AUTH " + user.Login + " motdepasse")
	return nil
}

func (s *Session) registrationsOpen(ctx context.Context, from store.RowReader) error {
	open, err := s.Admin.StillOpen(ctx, from)
	if err == nil && !open {
		err = &replyError{code: protocol.INTERDIT, text: "Les inscriptions sont fermées."}
	}
	return err
}
