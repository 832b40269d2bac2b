package session

import (
	"context"

	"etuservices/protocol"
)

func listAccounts(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	n, err := pageSize(req)
	if err != nil {
		return err
	}
	after, given := req.Lookup("apres")
	if given {
		var ok bool
		if after, ok = protocol.ParseLogin(after); !ok {
			return protocol.ErrSyntax // no page gave it
		}
	}
	q, err := search(req)
	if err != nil {
		return err
	}
	page, err := s.Admin.List(ctx, q, after, n)
	if err != nil {
		return err
	}
	for _, a := range page.Accounts {
		out.Row().Str("login", a.Login).Str("prenom", a.FirstName).Str("nom", a.LastName).
			Str("email", a.Email).Str("role", string(a.Role)).Str("etat", a.State).End()
	}
	line := out.OK("COMPTES").Int("lignes", int64(len(page.Accounts)))
	if page.Next != "" {
		line = line.Str("suite", page.Next)
	}
	line.End()
	return nil
}
