package api

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// builder writes one request line.
type builder struct {
	link.Request
	answer  string // the word of its reply
	hostile bool   // a value that Quote would have to change
}

// request begins a line with a verb, whose name is also its reply's word.
func request(verb string) builder { return builder{Request: link.Request{Line: verb}, answer: verb} }

// word adds words, in quotes where needed.
func (b builder) word(words ...string) builder {
	for _, w := range words {
		b.Line += " " + protocol.Quote(w)
		b.hostile = b.hostile || protocol.HasControl(w)
	}
	return b
}

// key adds key=value, nothing for an empty value.
func (b builder) key(name, value string) builder {
	if value != "" {
		b.Line += " " + name + "=" + protocol.Quote(value)
		b.hostile = b.hostile || protocol.HasControl(value)
	}
	return b
}

func (b builder) number(name string, n int) builder {
	if n == 0 {
		return b
	}
	return b.key(name, strconv.Itoa(n))
}

// text adds the last parameter; behind ":" it is taken verbatim.
func (b builder) text(s string) builder { b.Line += " :" + s; return b }

// repeat says that doing it twice is as good as once.
func (b builder) repeat() builder { b.Repeat = true; return b }

// do sends a request and checks that the reply is its own.
func (c *Client) do(ctx context.Context, b builder) (link.Reply, error) {
	if b.hostile { // what the user did not write is not sent in their name
		return link.Reply{}, fmt.Errorf("%w: control characters", link.ErrLine)
	}
	r, err := c.Link.Do(ctx, b.Request)
	if link.CodeOf(err) == protocol.AUTH {
		r, err = c.retry(ctx, b, err)
	}
	if err != nil {
		return r, err
	}
	if r.Status.Word != b.answer {
		return r, fmt.Errorf("%w: to %s it answers %.20q", link.ErrProtocol, b.answer, r.Status.Word)
	}
	return r, nil
}

// order is do where the reply says nothing but that it was done.
func (c *Client) order(ctx context.Context, b builder) error {
	_, err := c.do(ctx, b)
	return err
}

// list asks for a part of a list, whose rows read makes of their fields.
func list[T any](ctx context.Context, c *Client, read func(protocol.Fields) T, b builder) (Page[T], error) {
	reply, err := c.do(ctx, b.repeat())
	f := reply.Status.Fields
	p := Page[T]{Rows: make([]T, len(reply.Rows)), Next: f.Get("suite"), Unread: count(f, "non_lues")}
	for i, f := range reply.Rows {
		p.Rows[i] = read(f)
	}
	return p, err
}

// retry resumes the session on a connection that does not know it: one made
// while the answer to AUTH was on its way here. AUTH says that nothing was
// done, so that any request may be sent again.
func (c *Client) retry(ctx context.Context, b builder, refused error) (link.Reply, error) {
	s, ok := c.Session()
	if !ok {
		return link.Reply{}, refused
	}
	if _, err := c.Link.Do(ctx, resumption(s.token).Request); err != nil && link.CodeOf(err) != protocol.DEJA {
		return link.Reply{}, errors.Join(refused, err)
	}
	return c.Link.Do(ctx, b.Request)
}

// mostCounted bounds every number of a server: what is beyond is a fault, and
// must not overflow what is drawn or waited for.
const mostCounted = 1_000_000_000

// count reads a number of things or of seconds: never negative, never mad.
func count(f protocol.Fields, key string) int {
	return int(min(max(f.Int(key), 0), mostCounted))
}

// quotaOf reads utilise, max, reste, fenetre and retour.
func quotaOf(f protocol.Fields, at time.Time) Quota {
	q := Quota{
		Used: count(f, "utilise"), Max: count(f, "max"), Left: count(f, "reste"),
		Window: time.Duration(count(f, "fenetre")) * time.Second,
	}
	if back := count(f, "retour"); back > 0 {
		q.Next = at.Add(time.Duration(back) * time.Second)
	}
	return q
}

// instant reads RFC 3339; what is none is the zero time, shown as unknown.
func instant(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

// cents reads an amount; -1 where a server sends none.
func cents(s string) int64 {
	n, err := protocol.ParsePrice(s)
	if err != nil {
		return -1
	}
	return n
}
