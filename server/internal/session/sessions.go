package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

func listSessions(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	all, err := s.Hub.Sessions(ctx)
	if err != nil {
		return err
	}
	for _, x := range all {
		out.Row().Str("serveur", x.Instance).Str("login", x.Login).Str("adresse", x.Address).
			Str("depuis", store.At(x.Since).Wire()).End()
	}
	out.OK("SESSIONS").Int("lignes", int64(len(all))).End()
	return nil
}
