package session

import (
	"context"

	"etuservices/protocol"
)

func help(_ context.Context, _ *Session, req *protocol.Request, out *protocol.Writer) error {
	verbs := protocol.Verbs
	if name, given := req.Lookup("verbe"); given {
		verb, ok := protocol.Lookup(name)
		if !ok {
			return protocol.ErrSyntax
		}
		verbs = []*protocol.Verb{verb}
	}
	for _, v := range verbs {
		out.Row().Str("verbe", v.Name).Str("usage", v.Usage).Str("aide", v.Help).End()
	}
	out.OK("AIDE").Int("lignes", int64(len(verbs))).End()
	return nil
}
