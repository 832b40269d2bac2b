package session

import (
	"context"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/cluster"
	"etuservices/server/internal/market"
	"etuservices/server/internal/monitor"
)

// refusals are the codes that those who follow are told of, and what each counts
// as.
var refusals = map[protocol.Code]monitor.Figure{
	protocol.QUOTA:        monitor.RefusedQuota,
	protocol.ECHEC:        monitor.RefusedPassword,
	protocol.EC:           monitor.RefusedPassword,
	protocol.BLOQUE:       monitor.RefusedOther,
	protocol.DEBIT:        monitor.RefusedOther,
	protocol.INDISPONIBLE: monitor.RefusedOther,
}

// observe counts a request and its reply.
func (s *Session) observe(verb *protocol.Verb, reply []byte, took time.Duration) {
	s.Monitor.Record(took)
	code := protocol.CodeOf(reply)
	s.Observer.Observe(verb, code, took)
	if code == "" {
		return
	}
	if figure, refused := refusals[code]; refused {
		s.Monitor.Add(figure)
		s.feedRefusal(verb, code)
	}
}

// feed tells those who follow what this session's user did.
func (s *Session) feed(kind string, more func(protocol.Line) protocol.Line) {
	if kind == "CONNEXION" {
		s.Monitor.Add(monitor.Logins)
	}
	s.Monitor.Feed(encode(func(out *protocol.Writer) {
		line := out.Event(kind).Str("login", s.user.User.Login).Str("serveur", s.Instance)
		if more != nil {
			line = more(line)
		} else {
			line = line.Str("adresse", s.conn.Address())
		}
		line.End()
	}))
}

// feedRefusal names whom it concerns: who is logged in, or whose login
// was tried. A login that nobody has is not shown: it may be a mistyped password.
func (s *Session) feedRefusal(verb *protocol.Verb, code protocol.Code) {
	login := s.tried
	if s.user != nil {
		login = s.user.User.Login
	}
	s.Monitor.Feed(encode(func(out *protocol.Writer) {
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

// Notices are the market's, as lines for the hub.
type Notices struct{ Market *market.Market }

// PendingNotices gives those that these sellers did not get yet. Errors:
// store.ErrUnavailable.
func (n Notices) PendingNotices(ctx context.Context, sellers ...int64) ([]cluster.Notice, error) {
	list, err := n.Market.PendingNotices(ctx, sellers...)
	notices := make([]cluster.Notice, len(list))
	for i, a := range list {
		notices[i] = cluster.Notice{Seller: a.SellerID, Article: a.ID, Line: encodeSold(a)}
	}
	return notices, err
}

// AckNotice notes that the seller of an article got its notice.
func (n Notices) AckNotice(article int64) { n.Market.AckNotice(article) }

// encode gives the line that write writes, without its end.
func encode(write func(*protocol.Writer)) string {
	var out protocol.Writer
	write(&out)
	return strings.TrimSuffix(string(out.Bytes()), "\r\n")
}
