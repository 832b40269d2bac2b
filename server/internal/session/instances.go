package session

import (
	"context"

	"etuservices/protocol"
)

func listInstances(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	all := s.Monitor.Instances(ctx)
	for _, i := range all {
		line := out.Row().Str("serveur", i.Instance.Instance).Str("version", i.Version).
			Time("depuis", i.Started).Int("connexions", i.Sockets).Int("utilisateurs", int64(i.Users)).
			Price("commandes_s", i.CommandsPerSecond).Price("p99", i.P99).
			Str("mysql", condition(i.SQL)).Str("redis", condition(i.Redis))
		if i.Lost {
			line = line.Str("etat", "perdu")
		}
		line.End()
	}
	out.OK("SERVEURS").Int("lignes", int64(len(all))).End()
	return nil
}

func condition(ok bool) string {
	if ok {
		return "ok"
	}
	return "panne"
}

func showHistory(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	minutes := protocol.DefaultHistory
	if given, ok := req.Lookup("minutes"); ok {
		if minutes, ok = protocol.ParseHistory(given); !ok {
			return protocol.Invalid("minutes", "minutes va de 1 à 60.")
		}
	}
	slots, err := s.Monitor.History(ctx, minutes)
	if err != nil {
		return err
	}
	for i := range slots {
		slot := &slots[i]
		out.Row().Time("instant", slot.At).Int("commandes", slot.Commands).Int("connexions", slot.Logins).
			Int("ventes", slot.Listings).Int("achats", slot.Purchases).Int("refus", slot.Refusals).
			Price("p99", slot.P99()).End()
	}
	out.OK("HISTORIQUE").Int("lignes", int64(len(slots))).End()
	return nil
}
