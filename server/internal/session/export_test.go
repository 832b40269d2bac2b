package session

import "etuservices/server/internal/accounts"

// Handler is a command's work.
type Handler = handler

// Replace makes a verb do something else, until restore is called.
func Replace(verb string, f Handler) (restore func()) {
	old := commands[verb]
	replaced := old
	replaced.run = f
	commands[verb] = replaced
	return func() { commands[verb] = old }
}

// OpenAs begins a session that is logged in, though no store knows of it.
func OpenAs(d *Deps, conn Conn, user *accounts.Session) *Session {
	s := d.Open(conn)
	s.user = user
	return s
}

// User is who is logged in, nil for nobody.
func (s *Session) User() *accounts.Session { return s.user }

// ForgetFailures makes the session one without wrong passwords.
func (s *Session) ForgetFailures() { s.failures = 0 }
