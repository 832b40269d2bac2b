package session

import (
	"context"
	"strings"

	"etuservices/protocol"
	"etuservices/server/internal/inbox"
	"etuservices/server/internal/market"
	"etuservices/server/internal/store"
)

// newsPages is what this session has been shown of its user's news.
type newsPages struct {
	any     bool
	through int64 // the highest rank that a page could show
}

func listNews(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	n, err := pageSize(req)
	if err != nil {
		return err
	}
	page, err := s.Inbox.List(ctx, s.user.User.ID, n, req.Get("apres"))
	if err != nil {
		return err
	}
	for _, n := range page.Items {
		writeNews(out, n)
	}
	s.news.any, s.news.through = true, max(s.news.through, page.Through)
	endPage(out.OK("NOUVELLES").Int("lignes", int64(len(page.Items))).Int("non_lues", int64(page.Unread)), page.Next)
	return nil
}

// writeNews writes a row, with the fields of the event that told of it.
func writeNews(out *protocol.Writer, n inbox.Item) {
	read := "non"
	if n.Read {
		read = "oui"
	}
	line := out.Row().Int("nouvelle", n.Rank).Time("instant", n.At.Time).Str("type", string(n.Kind)).Str("lue", read)
	if n.Kind == inbox.Sold {
		soldFields(line, n.Article, n.Title, n.Buyer, n.Email).Str("texte", soldText(n.Email)).End()
		return
	}
	line.Str("texte", n.Text).End()
}

func markNewsRead(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	user, word := s.user.User.ID, req.Get("nouvelle")
	var left int
	var err error
	switch all := strings.EqualFold(word, protocol.AllNews); {
	case all && s.news.any:
		left, err = s.Inbox.MarkRead(ctx, user, s.news.through)
	case all:
		left, err = s.Inbox.MarkAllRead(ctx, user)
	default:
		rank, _ := protocol.ParseID(word) // its form is judged already
		if rank == 0 {
			return inbox.ErrAbsent
		}
		left, err = s.Inbox.MarkRead(ctx, user, rank)
	}
	if err != nil {
		return err
	}
	out.OK("LU").Int("non_lues", int64(left)).End()
	return nil
}

// writeUnread adds the number of unread news to the line that ends a login, or a
// resumption where SQL is there to count them.
func (s *Session) writeUnread(ctx context.Context, line protocol.Line) protocol.Line {
	if s.Health.Missing(store.NeedSQL) {
		return line
	}
	n, err := s.Inbox.Unread(ctx, s.user.User.ID)
	if err != nil {
		s.Log.Warn("nouvelles non comptées", "login", s.user.User.Login, "erreur", err)
		return line
	}
	return line.Int("non_lues", int64(n))
}

func encodeSold(a market.Article) string {
	return encode(func(out *protocol.Writer) {
		soldFields(out.Event("VENDU"), a.ID, a.Title, a.Buyer, a.BuyerEmail).Text(soldText(a.BuyerEmail))
	})
}

// soldFields writes of a sale what its seller is told.
func soldFields(line protocol.Line, article int64, title, buyer, email string) protocol.Line {
	return line.Int("id", article).Str("titre", title).Str("acheteur", buyer).Str("contact", email)
}

// soldText says so in words; a deleted account has no address any more.
func soldText(email string) string {
	if email == "" {
		return "Vendu ! Le compte de l'acheteur a été supprimé depuis."
	}
	return "Vendu ! Écrivez à " + email + "."
}
