package session

import (
	"context"

	"etuservices/protocol"
)

func ping(_ context.Context, _ *Session, _ *protocol.Request, out *protocol.Writer) error {
	out.OK("PONG").End()
	return nil
}
