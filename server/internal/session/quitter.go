package session

import (
	"context"

	"etuservices/protocol"
)

func quit(_ context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	s.closing = true
	out.OK("QUITTER").Text("Au revoir !")
	return nil
}
