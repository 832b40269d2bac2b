package session

import (
	"context"

	"etuservices/protocol"
)

func nb(_ context.Context, s *Session, _ *protocol.Request, out *protocol.Out) error {
	out.OK("NB").Int("connexions", s.Sockets()).Int("utilisateurs", int64(s.Hub.Users())).End()
	return nil
}
