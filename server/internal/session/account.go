package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/ledger"
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

func (s *Session) registrationsOpen(ctx context.Context, from store.Conn) error {
	open, err := s.Admin.StillOpen(ctx, from)
	if err == nil && !open {
		err = &protocol.Error{Code: protocol.INTERDIT, Text: "Les inscriptions sont fermées."}
	}
	return err
}

// logIn checks no bounds of its own: a login or password that breaks them is a
// wrong one, and counts among the three failures of a connection.
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
	line = writeState(line, login.Quota).Int("retour", protocol.Seconds(login.Quota.Next)).
		Int("visites", login.Visits).Str("jeton", login.Token)
	line = s.writeUnread(ctx, line)
	if login.User.MustChange {
		line.Str("changer", "1").Text("Bonjour " + login.User.FirstName + " ! Changez d'abord votre mot de passe : MOTDEPASSE ancien nouveau.")
		return nil
	}
	line.Text("Bonjour " + login.User.FirstName + " ! " + protocol.Count(int64(login.Quota.Left()), "connexion") +
		" encore dans cette fenêtre.")
	return nil
}

// writeState writes a quota's state as VENTE, ACHAT and AUTH show it.
func writeState(line protocol.Line, q ledger.State) protocol.Line {
	return writeUse(line, q).Int("reste", int64(q.Left()))
}

// writeUse is the part of it that followers see too.
func writeUse(line protocol.Line, q ledger.State) protocol.Line {
	return line.Int("utilise", int64(q.Used)).Int("max", int64(q.Max))
}

func resume(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	session, err := s.Accounts.Resume(ctx, req.Get("jeton"))
	if err != nil {
		return err
	}
	s.enter(session)
	s.sendPendingNotices(ctx)
	line := out.OK("REPRENDRE").Str("login", session.User.Login).Str("role", string(session.User.Role)).
		Str("jeton", session.Token)
	line = s.writeUnread(ctx, line)
	if session.User.MustChange {
		line = line.Str("changer", "1")
	}
	line.Text("Bon retour, " + session.User.FirstName + " !")
	return nil
}

func logOut(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	if err := s.Accounts.Logout(ctx, s.user); err != nil {
		return err
	}
	s.leave()
	out.OK("DECONNEXION").Text("Session fermée.")
	return nil
}

func whoAmI(_ context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	u := s.user.User
	out.OK("QUI").Str("login", u.Login).Str("prenom", u.FirstName).Str("nom", u.LastName).
		Str("email", u.Email).Str("role", string(u.Role)).
		Time("depuis", s.user.Since).End()
	return nil
}

func showQuota(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	states, err := s.Quota.Usage(ctx, s.user.User.Quota())
	if err != nil {
		return err
	}
	for _, q := range states {
		quotaFields(out.Row(), q).End()
	}
	out.OK("QUOTA").Int("lignes", int64(len(states))).End()
	return nil
}

func quotaFields(line protocol.Line, q ledger.State) protocol.Line {
	return line.Str("quota", string(q.Kind)).
		Int("utilise", int64(q.Used)).Int("max", int64(q.Max)).Int("fenetre", protocol.Seconds(q.Window)).
		Int("reste", int64(q.Left())).Int("retour", protocol.Seconds(q.Next))
}

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
