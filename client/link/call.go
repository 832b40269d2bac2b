package link

import "context"

type call struct{ ctx context.Context }

func newCall(ctx context.Context, r Request) (*call, error) { return nil, ErrLine }
func (c *call) wait() (Reply, error)                        { return Reply{}, ErrClosed }
func (l *Link) enqueue(c *call) error                       { return ErrClosed }
func (l *Link) run()                                        { close(l.ended) }
