// Package session is one connection seen by the application: its states, the
// table of commands (commands.go), and their handlers by subject.
package session

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/time/rate"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/cluster"
	"etuservices/server/internal/config"
	"etuservices/server/internal/inbox"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/market"
	"etuservices/server/internal/monitor"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/store"
)

// Deps is what handlers work with, shared by all sessions.
type Deps struct {
	Accounts *accounts.Accounts
	Market   *market.Market
	Inbox    *inbox.Inbox
	Quota    *ledger.Limiter
	Boards   *stats.Boards
	Hub      *cluster.Hub
	Monitor  *monitor.Monitor
	Health   *store.Health
	Admin    *admin.Admin
	Instance string
	Limits   config.Limits
	Flood    int // verbs that reach a store, a second, before a connection is slowed
	Observer Observer
	Log      *slog.Logger
}

// Observer is told of each request; verb is nil for one that is unknown, code is "" for
// a success.
type Observer interface {
	Observe(verb *protocol.Verb, code protocol.Code, took time.Duration)
}

// Conn is what a session needs of its connection. Nothing of it blocks.
type Conn interface {
	cluster.Conn
	monitor.Conn
	accounts.Conn
	Address() string
	Exempt() bool                // limits per address leave it alone
	SetAuthenticated(known bool) // somebody is logged in on it, or no longer
}

// Session is the state of one connection. It is used by one goroutine.
type Session struct {
	*Deps
	conn     Conn
	user     *accounts.Session // nil: not logged in
	member   *cluster.Subscriber
	follows  bool
	news     newsPages
	failures int       // wrong passwords and tokens, of the three
	faults   int       // NO and SYNTAXE in a row
	loginBy  time.Time // not logged in: until when
	last     time.Time // end of the last request
	closing  bool
	pace     *rate.Limiter
	tried    string           // whose password the request got wrong
	req      protocol.Request // the one at work: here, for it would escape
}

// Open begins a session.
func (s *Deps) Open(conn Conn) *Session {
	now := time.Now()
	session := &Session{Deps: s, conn: conn, loginBy: now.Add(s.Limits.LoginTime), last: now}
	if s.Flood > 0 {
		session.pace = rate.NewLimiter(rate.Limit(s.Flood), s.Limits.FloodBurst)
	}
	return session
}

// Greet writes what is said on connecting.
func (s *Session) Greet(out *protocol.Writer) {
	out.OK("ETUSERVICES").Int("proto", protocol.Version).Str("serveur", s.Instance).
		Text("Bienvenue sur EtuServices ! AIDE donne la liste des commandes.")
}

// Deadline is when the wait for the next request ends, and what is said then.
// Each event that is sent begins the wait again, so that a connection that follows
// does not become idle.
func (s *Session) Deadline() (time.Time, protocol.Code) {
	s.dropDead()
	if s.user == nil {
		return s.loginBy, protocol.DELAI
	}
	if s.follows {
		s.user.Use()
		return time.Now().Add(s.Limits.Idle), protocol.INACTIF
	}
	return s.last.Add(s.Limits.Idle), protocol.INACTIF
}

// Line does one request to its end and writes its reply.
func (s *Session) Line(ctx context.Context, line []byte, out *protocol.Writer) (closing bool) {
	start, began := out.Len(), time.Now()
	defer func() {
		if p := recover(); p != nil {
			s.panicked(out, start, p)
			closing = true
		}
	}()
	verb, rest, ok := protocol.SplitVerb(line)
	if ok && verb == nil {
		return false // an empty line is no request
	}
	s.dropDead()
	now := began
	if s.user != nil {
		s.user.UseAt(now)
	}
	s.tried = ""
	if err := s.run(ctx, verb, rest, out); err != nil {
		out.Truncate(start) // never half a reply
		s.writeError(out, verb, err)
	} else {
		s.faults = 0
	}
	if verb != nil && commands[verb.Name].reachesStore() {
		now = time.Now() // its work took a while
	}
	s.last = now
	s.observe(verb, out.Bytes()[start:], now.Sub(began))
	return s.closing
}

// run checks a request in the order of PROTOCOL.md §1.6, then does its work.
func (s *Session) run(ctx context.Context, verb *protocol.Verb, rest []byte, out *protocol.Writer) error {
	if verb == nil {
		return &protocol.Error{Code: protocol.NO}
	}
	cmd := commands[verb.Name]
	if err := s.allowed(verb.Access); err != nil {
		return err
	}
	if verb.Access >= protocol.LoggedIn && s.user.User.MustChange && !cmd.withGivenPassword {
		return &protocol.Error{Code: protocol.INTERDIT, Text: "Ce mot de passe vous a été donné ; changez-le d'abord : MOTDEPASSE ancien nouveau."}
	}
	var err error
	if s.req, err = verb.Parse(rest); err != nil {
		return err
	}
	if err := s.req.CheckForms(); err != nil {
		return err
	}
	defer func() { s.req = protocol.Request{} }() // an idle connection keeps no text
	if !cmd.reachesStore() {
		return cmd.run(ctx, s, &s.req, out)
	}
	if s.pace != nil { // a flood is read later, never refused
		if err := s.pace.Wait(ctx); err != nil {
			return err
		}
		s.dropDead() // it may have been a while
		if err := s.allowed(verb.Access); err != nil {
			return err
		}
	}
	if !cmd.hashes {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, store.RequestTime)
		defer cancel()
	}
	if s.Health.Missing(cmd.needs) {
		// Values are judged all the same, by a handler that then meets that store.
		gone, cancel := context.WithCancelCause(ctx)
		cancel(store.ErrUnavailable)
		ctx = gone
	}
	return cmd.run(ctx, s, &s.req, out)
}

// from is where the session's attempts come from.
func (s *Session) from() accounts.Origin {
	return accounts.Origin{Address: s.conn.Address(), Exempt: s.conn.Exempt()}
}

func (s *Session) allowed(access protocol.Access) error {
	switch {
	case access == protocol.Anonymous && s.user != nil:
		return &protocol.Error{Code: protocol.DEJA}
	case access >= protocol.LoggedIn && s.user == nil:
		return &protocol.Error{Code: protocol.AUTH}
	case access == protocol.Admin && s.user.User.Role != accounts.Admin:
		return &protocol.Error{Code: protocol.INTERDIT}
	}
	return nil
}

// enter makes the connection a logged-in one.
func (s *Session) enter(user *accounts.Session) {
	s.user = user
	s.conn.SetAuthenticated(true)
	s.member = s.Hub.Join(cluster.User{
		ID: user.User.ID, Login: user.User.Login, Address: s.conn.Address(), Since: user.Since,
	}, s.conn, user.Dead)
	s.Accounts.Attach(user, s.conn)
}

// leave makes it one that is not; the time to log in starts again.
func (s *Session) leave() {
	if s.user == nil {
		return
	}
	if s.follows {
		s.Monitor.Unfollow(s.conn)
	}
	s.Hub.Leave(s.member)
	s.user, s.member, s.follows, s.news = nil, nil, false, newsPages{}
	s.conn.SetAuthenticated(false)
	s.restartLogin()
}

func (s *Session) restartLogin() { s.loginBy = time.Now().Add(s.Limits.LoginTime) }

// dropDead logs the connection out whose token was killed from elsewhere.
func (s *Session) dropDead() {
	if s.user != nil && s.user.Dead() {
		s.Accounts.Leave(context.Background(), s.user)
		s.leave()
	}
}

// Close ends the session with its connection; the token lives on.
func (s *Session) Close(ctx context.Context) {
	if s.user == nil {
		return
	}
	s.Accounts.Leave(ctx, s.user)
	s.leave()
}
