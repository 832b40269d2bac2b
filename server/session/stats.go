package session

import (
	"context"
	"strings"

	"etuservices/protocol"
	"etuservices/server/boards"
)

// board is one of the four: its word, its rows, and how a row is written.
type board struct {
	word  string
	read  func(*boards.Boards, context.Context) ([]boards.Row, error)
	write func(protocol.Line, boards.Row) protocol.Line
}

var allBoards = []board{
	{"derniers", (*boards.Boards).Last, func(l protocol.Line, r boards.Row) protocol.Line {
		return l.Str("login", r.Name).Str("instant", r.Instant().Wire())
	}},
	{"top", (*boards.Boards).Top, func(l protocol.Line, r boards.Row) protocol.Line {
		return l.Str("login", r.Name).Int("connexions", r.Figure)
	}},
	{"moins", (*boards.Boards).Least, func(l protocol.Line, r boards.Row) protocol.Line {
		return l.Str("login", r.Name).Int("appels", r.Figure)
	}},
	{"services", (*boards.Boards).Services, func(l protocol.Line, r boards.Row) protocol.Line {
		return l.Str("service", r.Name).Int("appels", r.Figure)
	}},
}

func stats(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Out) error {
	word, given := req.Lookup("tableau")
	word = strings.ToLower(word)
	shown, lines := 0, 0
	for _, b := range allBoards {
		if given && b.word != word {
			continue
		}
		shown++
		rows, err := b.read(s.Boards, ctx)
		if err != nil {
			return err
		}
		lines += len(rows)
		for _, r := range rows {
			b.write(out.Row().Str("tableau", b.word).Int("rang", int64(r.Rank)), r).End()
		}
	}
	if shown == 0 {
		return protocol.ErrSyntax
	}
	out.OK("STATS").Int("lignes", int64(lines)).End()
	return nil
}
