package session

import (
	"context"

	"etuservices/protocol"
)

func resume(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	session, err := s.Accounts.Resume(ctx, req.Get("jeton"))
	if err != nil {
		return err
	}
	s.enter(session)
	s.sendPendingNotices(ctx)
	line := out.OK("REPRENDRE").Str("login", session.User.Login).Str("role", string(session.User.Role)).
		Str("jeton", session.Token)
	if session.User.MustChange {
		line = line.Str("changer", "1")
	}
	line.Text("Bon retour, " + session.User.FirstName + " !")
	return nil
}
