package session

import (
	"context"
	"time"

	"etuservices/protocol"
)

func follow(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	period := protocol.DefaultPeriod
	if given, ok := req.Lookup("periode"); ok {
		if period, ok = protocol.ParsePeriod(given); !ok {
			return invalid("periode", "periode va de 1 à 60 secondes.")
		}
	}
	if err := s.Hub.Follow(ctx, s.member, time.Duration(period)*time.Second); err != nil {
		return err
	}
	s.follows = true
	out.OK("SUIVRE").Int("periode", int64(period)).Text("STOP pour ne plus suivre.")
	return nil
}
