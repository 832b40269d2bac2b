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
	// pupilPassword is everybody's; the accounts are for a server under test.
	pupilPassword = "motdepasse de charge"
	// freshLogin and wrongPassword: of so many steps one is a logout and a new
	// login, and of so many of those one begins with a wrong password.
	freshLogin    = 150
	wrongPassword = 4
	// returnTime is how long a student whose connection broke tries to come back,
	// and returnPause the time between two tries.
	returnTime  = 20 * time.Second
	returnPause = 500 * time.Millisecond
	// shutOut is how long a student stays away whom the server does not let in.
	shutOut = 15 * time.Second
)

// pupil is one student of a drive, with a connection of his own.
type pupil struct {
	*hall
	i      int
	login  string
	chance *rand.Rand
	conn   *load.Conn // nil: away
	token  string
	away   time.Time // until when he does not even try
}

func newPupil(h *hall, i int) *pupil {
	return &pupil{hall: h, i: i, login: fmt.Sprintf("charge%03d", i+1), chance: rand.New(rand.NewPCG(uint64(i), 1))} //nolint:gosec // a mix, not a secret
}

// arrive connects, registers where need be, and logs in.
func (p *pupil) arrive() error {
	if err := p.dial(); err != nil {
		return err
	}
	names := []string{"Alice", "Bob", "Chloé", "David", "Emma", "Fatou", "Gaël", "Hugo"}
	_, err := p.conn.Line(fmt.Sprintf("INSCRIPTION %s %s@univ.fr %s Martin %s", p.login, p.login, names[p.i%len(names)], pupilPassword))
	if err != nil && codeIn(err) != protocol.EXISTE {
		return fmt.Errorf("%s : %w", p.login, err)
	}
	if err := p.auth(); err != nil && codeIn(err) != protocol.QUOTA {
		return fmt.Errorf("%s : %w", p.login, err)
	}
	return nil
}

// dial takes the student's own server, or the one after it.
func (p *pupil) dial() (err error) {
	p.leave()
	for n := range p.addrs {
		if p.conn, err = load.Dial(p.addrs[(p.i+n)%len(p.addrs)]); err == nil {
			return nil
		}
		p.conn = nil // Dial gives none with an error
	}
	return err
}

func (p *pupil) auth() error {
	reply, err := p.conn.Line("AUTH " + p.login + " " + pupilPassword)
	if err != nil {
		p.away = time.Now().Add(shutOut)
		return err
	}
	m, err := protocol.ParseMessage(trimEnd(reply))
	p.token = m.Fields.Get("jeton")
	return err
}

func (p *pupil) leave() {
	if p.conn != nil {
		_ = p.conn.Close()
		p.conn = nil
	}
}

// step does one thing. A connection that breaks is no failure of the run: the
// student comes back.
func (p *pupil) step(ctx context.Context) (int, error) {
	if time.Now().Before(p.away) {
		return 1, &load.Refused{Line: "away"}
	}
	var refused *load.Refused
	if p.conn == nil || p.token == "" {
		if err := p.comeBack(ctx); err != nil {
			return 1, err
		}
	}
	n, err := 1, error(nil)
	if p.chance.IntN(freshLogin) == 0 {
		err = p.logAgain()
	} else {
		n, err = habitOf(p.chance)(p.conn, p.hall, p.chance)
	}
	switch {
	case err == nil:
	case !errors.As(err, &refused):
		p.leave()
		return n, &load.Refused{Line: err.Error()}
	case codeIn(err) == protocol.AUTH: // thrown out, or the token was taken away
		p.token = ""
	}
	return n, err
}

// logAgain logs out and in, at times with a wrong password first.
func (p *pupil) logAgain() error {
	if err := p.conn.Ask([]byte("DECONNEXION\r\n"), 1); err != nil {
		return err
	}
	p.token = ""
	if p.chance.IntN(wrongPassword) == 0 {
		_, err := p.conn.Line("AUTH " + p.login + " " + strings.ToUpper(pupilPassword))
		if err != nil && codeIn(err) != protocol.ECHEC {
			return err
		}
	}
	return p.auth()
}

// comeBack takes the session up again, or logs in, on whichever server answers.
func (p *pupil) comeBack(ctx context.Context) error {
	var err error
	for began := time.Now(); time.Since(began) < returnTime; {
		if p.conn == nil {
			err = p.dial()
		}
		if p.conn != nil {
			if p.token != "" {
				_, err = p.conn.Line("REPRENDRE " + p.token)
			}
			if p.token == "" || codeIn(err) == protocol.ECHEC {
				err = p.auth()
			}
			if err == nil {
				p.returns.Add(1)
				return nil
			}
			p.leave()
			if codeIn(err) != "" {
				return err
			}
		}
		select {
		case <-time.After(returnPause):
		case <-ctx.Done():
			return &load.Refused{Line: "end"}
		}
	}
	return fmt.Errorf("%s : %w", p.login, err)
}

// codeIn gives the code of a reply that is a failure.
func codeIn(err error) protocol.Code {
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
