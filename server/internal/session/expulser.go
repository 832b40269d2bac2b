package session

import (
	"context"
	"time"

	"etuservices/protocol"
)

func expel(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	login, reason, err := loginAndReason(req)
	if err != nil {
		return err
	}
	minutes := 0
	if given, ok := req.Lookup("minutes"); ok {
		if minutes, ok = protocol.ParseMinutes(given); !ok {
			return invalid("minutes", "minutes va de 1 à 10080 (sept jours).")
		}
	}
	if err := s.Admin.Expel(ctx, s.actor(), login, time.Duration(minutes)*time.Minute, reason); err != nil {
		return err
	}
	out.OK("EXPULSER").Str("login", login).Text("Sessions fermées.")
	return nil
}
