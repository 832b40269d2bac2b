package api

import (
	"context"
	"time"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// setup takes the session up again on a new connection, before any call.
func (c *Client) setup(ctx context.Context, do link.Doer) error {
	c.mu.Lock()
	session, period := c.session, c.period
	c.mu.Unlock()
	if session == nil {
		return nil
	}
	_, err := do(ctx, resumption(session.token).Request)
	if token, ok := c.newer(session); ok && link.CodeOf(err) == protocol.ECHEC {
		if _, err = do(ctx, resumption(token).Request); err == nil {
			c.renew(token)
		}
	}
	switch code := link.CodeOf(err); {
	case code == protocol.ECHEC || code == protocol.BLOQUE:
		c.sessionEnded(session, err)
		return nil // the connection is good; calls get AUTH
	case err != nil:
		return err
	}
	if period > 0 {
		// A refusal (Redis is gone, the role was taken away) is about the live
		// view alone; whoever shows it asks again.
		if _, err = do(ctx, follow(period).Request); link.CodeOf(err) != "" {
			return nil
		}
	}
	return err
}

// newer gives the token that another run of the program has saved since: this
// one's may have died of a changed password there.
func (c *Client) newer(s *Session) (token string, ok bool) {
	if c.opt.Tokens == nil {
		return "", false
	}
	token, ok = c.opt.Tokens.Load(c.opt.tokenKey(), s.Login)
	return token, ok && token != s.token
}

// renew puts another token in the place of the session's; Session values are
// never changed, only replaced.
func (c *Client) renew(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session != nil {
		s := *c.session
		s.token = token
		c.session = &s
	}
}

func (c *Client) sessionEnded(s *Session, why error) {
	c.forget()
	c.mu.Lock()
	reason, leaving := c.expelled, c.leaving
	c.expelled = "" // told
	c.mu.Unlock()
	if !leaving {
		c.put(c.events, SessionEnded{At: At{time.Now()}, Login: s.Login, Reason: reason, Err: why})
	}
}
