package session

import (
	"context"
	"strings"

	"etuservices/protocol"
)

func switchRegistrations(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	word, given := req.Lookup("etat")
	if !given {
		open, err := s.Admin.RegistrationsOpen(ctx)
		if err != nil {
			return err
		}
		out.OK("INSCRIPTIONS").Str("etat", registrations(open)).End()
		return nil
	}
	open := strings.EqualFold(word, registrations(true))
	if !open && !strings.EqualFold(word, registrations(false)) {
		return protocol.ErrSyntax
	}
	if err := s.Admin.OpenRegistrations(ctx, s.actor(), open); err != nil {
		return err
	}
	out.OK("INSCRIPTIONS").Str("etat", registrations(open)).End()
	return nil
}

func registrations(open bool) string {
	if open {
		return "ouvertes"
	}
	return "fermees"
}
