package session

import (
	"context"

	"etuservices/protocol"
)

func announce(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	text := req.Get("texte")
	if !protocol.ValidAnnouncement(text) {
		return invalid("texte", "Une annonce a de 1 à 300 caractères, dont un visible.")
	}
	if err := s.Admin.Announce(ctx, s.actor(), text); err != nil {
		return err
	}
	out.OK("ANNONCE").Text("Dit à tous.")
	return nil
}
