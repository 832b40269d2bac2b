package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/ledger"
)

// logIn judges no bounds: what breaks them is a wrong login or password, which
// counts among the three.
func logIn(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	login, err := s.Accounts.Login(ctx, req.Get("login"), req.Get("motdepasse"), s.from())
	if err != nil {
		return err
	}
	s.enter(login.Session)
	s.Log.Info("connexion", "login", login.User.Login, "adresse", s.conn.Address())
	s.sendPendingNotices(ctx)
	s.feed("CONNEXION", nil)
	line := out.OK("PASSOK").Str("login", login.User.Login).Str("role", string(login.User.Role))
	line = writeState(line, login.Quota).Int("retour", ledger.Seconds(login.Quota.Next)).
		Int("visites", login.Visits).Str("jeton", login.Token)
	if login.User.MustChange {
		line.Str("changer", "1").Text("Bonjour " + login.User.FirstName + " ! Changez d'abord votre mot de passe : MOTDEPASSE ancien nouveau.")
		return nil
	}
	line.Text("Bonjour " + login.User.FirstName + " ! " + plural(int64(login.Quota.Left()), "connexion") +
		" encore dans cette fenêtre.")
	return nil
}

func writeState(line protocol.Line, q ledger.State) protocol.Line {
	return writeUse(line, q).Int("reste", int64(q.Left()))
}

// writeUse is the part of it that those who follow are told, to see who comes
// near his limit.
func writeUse(line protocol.Line, q ledger.State) protocol.Line {
	return line.Int("utilise", int64(q.Used)).Int("max", int64(q.Max))
}
