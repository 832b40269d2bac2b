package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/stats"
)

// board is one of the four: its word, and how a row is written.
type board struct {
	word  string
	write func(protocol.Line, stats.Row) protocol.Line
}

// allBoards are in the order of the reply.
var allBoards = [...]board{
	{"derniers", func(l protocol.Line, r stats.Row) protocol.Line {
		return l.Str("login", r.Name).Time("instant", r.Instant().Time)
	}},
	{"top", func(l protocol.Line, r stats.Row) protocol.Line {
		return l.Str("login", r.Name).Int("connexions", r.Value)
	}},
	{"moins", func(l protocol.Line, r stats.Row) protocol.Line {
		return l.Str("login", r.Name).Int("appels", r.Value)
	}},
	{"services", func(l protocol.Line, r stats.Row) protocol.Line {
		return l.Str("service", r.Name).Int("appels", r.Value)
	}},
}

func showStats(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	from, to := 0, len(allBoards)
	if word, given := req.Lookup("tableau"); given {
		word = strings.ToLower(word)
		from = slices.IndexFunc(allBoards[:], func(b board) bool { return b.word == word })
		to = from + 1
	}
	var rows [len(allBoards)][]stats.Row
	var err error
	if from < 2 {
		if rows[0], rows[1], err = s.Boards.Logins(ctx); err != nil {
			return err
		}
	}
	if to > 2 {
		if rows[2], rows[3], err = s.Boards.Calls(ctx); err != nil {
			return err
		}
	}
	lines := 0
	for i := from; i < to; i++ {
		b := allBoards[i]
		lines += len(rows[i])
		for _, r := range rows[i] {
			b.write(out.Row().Str("tableau", b.word).Int("rang", int64(r.Rank)), r).End()
		}
	}
	out.OK("STATS").Int("lignes", int64(lines)).End()
	return nil
}

func countUsers(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	sockets, users, err := s.Hub.Count(ctx)
	if err != nil {
		return err
	}
	out.OK("NB").Int("connexions", sockets).Int("utilisateurs", int64(users)).End()
	return nil
}

func follow(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	period := protocol.DefaultPeriod
	if given, ok := req.Lookup("periode"); ok {
		if period, ok = protocol.ParsePeriod(given); !ok {
			return protocol.Invalid("periode", "periode va de 1 à 60 secondes.")
		}
	}
	if err := s.Monitor.Follow(ctx, s.conn, s.user.Dead, time.Duration(period)*time.Second); err != nil {
		return err
	}
	s.follows = true
	out.OK("SUIVRE").Int("periode", int64(period)).Text("STOP pour ne plus suivre.")
	return nil
}

func unfollow(_ context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	s.Monitor.Unfollow(s.conn)
	s.follows = false
	out.OK("STOP").End()
	return nil
}

func listSessions(ctx context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	all, err := s.Hub.Sessions(ctx)
	if err != nil {
		return err
	}
	for _, x := range all {
		out.Row().Str("serveur", x.Instance).Str("login", x.Login).Str("adresse", x.Address).
			Time("depuis", x.Since).End()
	}
	out.OK("SESSIONS").Int("lignes", int64(len(all))).End()
	return nil
}

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
