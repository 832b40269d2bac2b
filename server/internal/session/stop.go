package session

import (
	"context"

	"etuservices/protocol"
)

func unfollow(_ context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	s.Hub.Unfollow(s.member)
	s.follows = false
	out.OK("STOP").End()
	return nil
}
