package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/bench/load"
)

const (
	// studentPassword is everybody's; the accounts are for a server under test.
	studentPassword = "motdepasse de charge"
	// freshLogin and wrongPassword: of so many steps one is a logout and a new
	// login, and of so many of those one begins with a wrong password.
	freshLogin    = 150
	wrongPassword = 4
	// returnTime is how long a student whose connection broke tries to come back,
	// and returnPause the time between two tries.
	returnTime  = 20 * time.Second
	returnPause = 500 * time.Millisecond
	// loginPause is how long a student whose login was refused stays away.
	loginPause = 15 * time.Second
)

// student has an account and a connection.
type student struct {
	*shared
	i      int
	login  string
	random *rand.Rand
	conn   *load.Conn // nil: not connected
	token  string
	away   time.Time // no step before it
}

func newStudent(m *shared, i int) *student {
	return &student{shared: m, i: i, login: fmt.Sprintf("charge%03d", i+1), random: rand.New(rand.NewPCG(uint64(i), 1))} //nolint:gosec // a mix, not a secret
}

// arrive connects, registers unless the account is there already, and logs in.
func (s *student) arrive() error {
	if err := s.dial(); err != nil {
		return err
	}
	names := []string{"Alice", "Bob", "Chloé", "David", "Emma", "Fatou", "Gaël", "Hugo"}
	_, err := s.conn.Line(fmt.Sprintf("INSCRIPTION %s %s@univ.fr %s Martin %s", s.login, s.login, names[s.i%len(names)], studentPassword))
	if err != nil && codeOf(err) != protocol.EXISTE {
		return fmt.Errorf("%s : %w", s.login, err)
	}
	if err := s.auth(); err != nil && codeOf(err) != protocol.QUOTA {
		return fmt.Errorf("%s : %w", s.login, err)
	}
	return nil
}

// dial takes the student's own server, or the one after it.
func (s *student) dial() (err error) {
	s.close()
	for n := range s.addrs {
		if s.conn, err = load.Dial(s.addrs[(s.i+n)%len(s.addrs)]); err == nil {
			return nil
		}
	}
	return err
}

func (s *student) close() {
	if s.conn != nil {
		_ = s.conn.Close()
		s.conn = nil
	}
}

func (s *student) auth() error {
	reply, err := s.conn.Line("AUTH " + s.login + " " + studentPassword)
	if err != nil {
		s.away = time.Now().Add(loginPause)
		return err
	}
	m, err := protocol.ParseMessage(trimEnd(reply))
	s.token = m.Fields.Get("jeton")
	return err
}

// step does one thing. A connection that breaks is no failure of the run: the
// student comes back.
func (s *student) step(ctx context.Context) error {
	if time.Now().Before(s.away) {
		return &load.Refused{Line: "away"}
	}
	if s.conn == nil || s.token == "" {
		if err := s.comeBack(ctx); err != nil {
			return err
		}
	}
	err := s.act()
	var refused *load.Refused
	switch {
	case err == nil:
	case !errors.As(err, &refused):
		s.close()
		return &load.Refused{Line: err.Error()}
	case codeOf(err) == protocol.AUTH: // expelled, or the token was revoked
		s.token = ""
	}
	return err
}

// act sends one request of the mix.
func (s *student) act() error {
	if s.random.IntN(freshLogin) == 0 {
		return s.logAgain()
	}
	request := ""
	switch n := s.random.IntN(100); {
	case n < 30:
		request = "ARTICLES"
	case n < 40:
		request = "ARTICLES categorie=livre tri=prix"
	case n < 55:
		request = "ARTICLES q=algebre"
	case n < 65:
		request = fmt.Sprint("ARTICLE ", 1+s.random.Int64N(s.last()))
	case n < 75:
		request = fmt.Sprintf("VENTE livre %d Algèbre linéaire, tome %d", 1+s.random.IntN(30), 1+s.random.IntN(60))
	case n < 85:
		request = fmt.Sprint("ACHAT ", s.toBuy())
	case n < 95:
		request = "STATS"
	default:
		request = "QUOTA"
	}
	reply, err := s.conn.Line(request)
	s.listed(reply)
	return err
}

// logAgain logs out and in, at times with a wrong password first.
func (s *student) logAgain() error {
	if _, err := s.conn.Line("DECONNEXION"); err != nil {
		return err
	}
	s.token = ""
	if s.random.IntN(wrongPassword) == 0 {
		_, err := s.conn.Line("AUTH " + s.login + " " + strings.ToUpper(studentPassword))
		if err != nil && codeOf(err) != protocol.ECHEC {
			return err
		}
	}
	return s.auth()
}

// comeBack resumes the session, or logs in, on whichever server answers.
func (s *student) comeBack(ctx context.Context) error {
	var err error
	for began := time.Now(); time.Since(began) < returnTime; {
		if s.conn == nil {
			err = s.dial()
		}
		if s.conn != nil {
			if s.token != "" {
				_, err = s.conn.Line("REPRENDRE " + s.token)
			}
			if s.token == "" || codeOf(err) == protocol.ECHEC {
				err = s.auth()
			}
			if err == nil {
				s.returns.Add(1)
				return nil
			}
			s.close()
			if codeOf(err) != "" {
				return err
			}
		}
		select {
		case <-time.After(returnPause):
		case <-ctx.Done():
			return &load.Refused{Line: "end"}
		}
	}
	return fmt.Errorf("%s : %w", s.login, err)
}

// codeOf gives the code of a reply that is a failure.
func codeOf(err error) protocol.Code {
	var refused *load.Refused
	if !errors.As(err, &refused) {
		return ""
	}
	m, err := protocol.ParseMessage(trimEnd(refused.Line))
	if err != nil {
		return ""
	}
	return protocol.Code(m.Word)
}

func trimEnd(line string) string { return strings.TrimRight(line, "\r\n") }
