package session

import (
	"context"

	"etuservices/protocol"
)

func countUsers(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	sockets, users, err := s.Hub.Count(ctx)
	if err != nil {
		return err
	}
	out.OK("NB").Int("connexions", sockets).Int("utilisateurs", int64(users)).End()
	return nil
}
