package page

import (
	"context"
	"slices"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
)

const inboxRows = 50 // how many news one request brings

// Inbox is the news that the server keeps for the user, newest first.
type Inbox struct {
	Pager[api.News]
	Unread int

	again bool // something came while the rows were asked for
	mark  Load[int]
}

// Reload asks for the newest, and publishes NewsCame once they are there. However often it
// is called while an answer is awaited, it asks once more behind it.
func (b *Inbox) Reload(e *Env) {
	if b.again = b.First.Busy(); b.again {
		return
	}
	b.Pager.Reload(e, b.fetch(e), func(before []api.News) {
		if b.First.Err == nil {
			b.Unread = b.First.Data.Unread
			e.Publish(NewsCame{before})
		}
		if b.again {
			b.Reload(e)
		}
	})
}

// More asks for older news where the row in sight is near the end.
func (b *Inbox) More(e *Env, row int) {
	b.Follow(e, row, b.fetch(e), func() {})
}

func (b *Inbox) fetch(e *Env) Fetch[api.News] {
	return func(ctx context.Context, after string) (api.Page[api.News], error) {
		return e.API.News(ctx, inboxRows, after)
	}
}

// Seen tells the server that row i and all below it were shown to the user.
func (b *Inbox) Seen(e *Env, i int) {
	unread := func(n api.News) bool { return !n.Read }
	if b.mark.Busy() || !slices.ContainsFunc(b.Rows[min(i, len(b.Rows)):], unread) {
		return
	}
	id := b.Rows[i].ID
	b.mark.Start(e, func(ctx context.Context) (int, error) { return e.API.MarkRead(ctx, id) }, func() {
		if b.mark.Err != nil {
			return
		}
		b.Unread = b.mark.Data
		at := slices.IndexFunc(b.Rows, func(n api.News) bool { return n.ID == id })
		for i := at; i >= 0 && i < len(b.Rows); i++ {
			b.Rows[i].Read = true
		}
	})
}

// NewsLine is a row of the news in one sentence, with its mood.
func NewsLine(e *Env, n api.News) (Mood, string) {
	switch n.Type {
	case "VENDU":
		return Good, e.S(i18n.News.Sold, n.Buyer, n.Title)
	case "ANNONCE":
		return News, e.S(i18n.News.Announced, n.Text)
	case "EXPULSE": // its text is the reason alone
		return Info, e.S(i18n.Login.Thrown, e.T.Name(i18n.Told, n.Text))
	}
	return Info, e.T.Name(i18n.Told, n.Text)
}
