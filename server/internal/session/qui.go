package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

func whoAmI(_ context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	u := s.user.User
	out.OK("QUI").Str("login", u.Login).Str("prenom", u.FirstName).Str("nom", u.LastName).
		Str("email", u.Email).Str("role", string(u.Role)).
		Str("depuis", store.At(s.user.Since).Wire()).End()
	return nil
}
