package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/ledger"
)

func showQuota(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	states, err := s.Quota.Usage(ctx, s.user.Quota())
	if err != nil {
		return err
	}
	for _, q := range states {
		out.Row().Str("quota", string(q.Kind)).
			Int("utilise", int64(q.Used)).Int("max", int64(q.Max)).Int("fenetre", ledger.Seconds(q.Window)).
			Int("reste", int64(q.Left())).Int("retour", ledger.Seconds(q.Next)).End()
	}
	out.OK("QUOTA").Int("lignes", int64(len(states))).End()
	return nil
}
