package session

import (
	"context"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/cluster"
)

// refusals are the codes that those who follow are told of, and what each counts
// as.
var refusals = map[protocol.Code]cluster.Figure{
	protocol.QUOTA:        cluster.RefusedQuota,
	protocol.ECHEC:        cluster.RefusedPassword,
	protocol.EC:           cluster.RefusedPassword,
	protocol.BLOQUE:       cluster.RefusedOther,
	protocol.DEBIT:        cluster.RefusedOther,
	protocol.INDISPONIBLE: cluster.RefusedOther,
}

// observe counts a request and its reply.
func (s *Session) observe(verb *protocol.Verb, reply []byte, took time.Duration) {
	s.Hub.Counters.Observe(took)
	code := protocol.CodeOf(reply)
	if s.Observe != nil {
		s.Observe(verb, code, took)
	}
	if code == "" {
		return
	}
	if figure, refused := refusals[code]; refused {
		s.Hub.Counters.Add(figure)
		s.feedRefusal(verb, code)
	}
}

// feed tells those who follow what this session's user did.
func (s *Session) feed(kind string, more func(protocol.Line) protocol.Line) {
	if kind == "CONNEXION" {
		s.Hub.Counters.Add(cluster.Logins)
	}
	s.Hub.Feed(encode(func(out *protocol.Writer) {
		line := out.Event(kind).Str("login", s.user.User.Login).Str("serveur", s.Instance)
		if more != nil {
			line = more(line)
		} else {
			line = line.Str("adresse", s.conn.Address())
		}
		line.End()
	}))
}

// feedRefusal names whom it concerns: who is logged in, or whose password was
// wrong. A login that nobody has is not shown: it may be a mistyped password.
func (s *Session) feedRefusal(verb *protocol.Verb, code protocol.Code) {
	login := s.tried
	if s.user != nil {
		login = s.user.User.Login
	}
	s.Hub.Feed(encode(func(out *protocol.Writer) {
		line := out.Event("REFUS").Str("code", string(code))
		if verb != nil {
			line = line.Str("verbe", verb.Name)
		}
		line.Str("login", login).Str("serveur", s.Instance).Str("adresse", s.conn.Address()).End()
	}))
}

// sendPendingNotices sends the user, after the reply under way, the sales that no
// connection of theirs has shown yet. A failure does not refuse the login: the
// notices stay pending until the next one.
func (s *Session) sendPendingNotices(ctx context.Context) {
	list, err := s.Market.PendingNoticesFor(ctx, s.user.User.ID)
	if err != nil {
		s.Log.Warn("ventes non dites au vendeur", "erreur", err)
	}
	for _, a := range list {
		s.conn.Send(encodeSold(a), func() { s.Market.AckNotice(a.ID) })
	}
}

// SendPendingNotices sends the sellers who are logged in on this process their
// pending notices, after events were lost.
func (s *Deps) SendPendingNotices(ctx context.Context) error {
	list, err := s.Market.PendingNotices(ctx, s.Hub.LocalUsers()...)
	for _, a := range list {
		s.Hub.Remind(a.SellerID, a.ID, encodeSold(a))
	}
	return err
}
