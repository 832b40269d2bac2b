package session

import (
	"etuservices/protocol"
	"etuservices/server/internal/admin"
)

// actor is the administrator of this session.
func (s *Session) actor() admin.Actor {
	return admin.Actor{ID: s.user.User.ID, Login: s.user.User.Login, Token: s.user.TokenHash()}
}

// loginOf reads whom a verb of administrators is about.
func loginOf(req *protocol.Request) (string, error) {
	login, ok := protocol.ParseLogin(req.Get("login"))
	if !ok {
		return "", invalid("login", "Ce n'est pas un login.")
	}
	return login, nil
}

// loginAndReason reads whom, and why.
func loginAndReason(req *protocol.Request) (login, reason string, err error) {
	if login, err = loginOf(req); err != nil {
		return "", "", err
	}
	if reason = req.Get("raison"); !protocol.ValidReason(reason) {
		return "", "", invalid("raison", "Une raison de 1 à 200 caractères, dont un visible, que la personne lira.")
	}
	return login, reason, nil
}
