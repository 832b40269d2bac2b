package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// handler does a verb's work: it writes the rows and the line of success, or
// gives an error, which becomes the whole reply.
type handler func(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error

// handlers has one entry for each verb of the table in package protocol; a test
// holds the two together.
var handlers = map[string]handler{
	"AIDE":        help,
	"PING":        ping,
	"INSCRIPTION": register,
	"AUTH":        logIn,
	"REPRENDRE":   resume,
	"QUI":         whoAmI,
	"QUOTA":       showQuota,
	"VENTE":       sell,
	"ACHAT":       purchase,
	"ARTICLES":    listArticles,
	"ARTICLE":     showArticle,
	"RETRAIT":     withdraw,
	"MESVENTES":   ownListings,
	"MESACHATS":   ownPurchases,
	"STATS":       showStats,
	"NB":          countUsers,
	"MOTDEPASSE":  changePassword,
	"DECONNEXION": logOut,
	"QUITTER":     quit,

	"SUIVRE":       follow,
	"STOP":         unfollow,
	"SESSIONS":     listSessions,
	"COMPTES":      listAccounts,
	"BLOQUER":      block,
	"DEBLOQUER":    unblock,
	"EXPULSER":     expel,
	"RAZ":          resetQuotas,
	"ANNONCE":      announce,
	"NOUVEAUMDP":   setPassword,
	"SUPPRIMER":    deleteAccount,
	"INSCRIPTIONS": switchRegistrations,
}

// needs are the stores without which a verb is refused at once (contract
// section 3, last paragraph). REPRENDRE does with either of them.
var needs = map[string]store.Dependency{
	"INSCRIPTION": store.NeedSQL,
	"AUTH":        store.NeedSQL | store.NeedRedis,
	"QUOTA":       store.NeedRedis,
	"VENTE":       store.NeedSQL, // and Redis, but for a replay
	"ACHAT":       store.NeedSQL,
	"ARTICLES":    store.NeedSQL,
	"ARTICLE":     store.NeedSQL,
	"RETRAIT":     store.NeedSQL,
	"MESVENTES":   store.NeedSQL,
	"MESACHATS":   store.NeedSQL,
	"STATS":       store.NeedRedis,
	"MOTDEPASSE":  store.NeedSQL | store.NeedRedis,
	"DECONNEXION": store.NeedSQL,

	"NB":           store.NeedRedis,
	"SUIVRE":       store.NeedRedis,
	"SESSIONS":     store.NeedRedis,
	"COMPTES":      store.NeedSQL,
	"BLOQUER":      store.NeedSQL,
	"DEBLOQUER":    store.NeedSQL,
	"EXPULSER":     store.NeedSQL,
	"RAZ":          store.NeedSQL | store.NeedRedis,
	"ANNONCE":      store.NeedSQL,
	"NOUVEAUMDP":   store.NeedSQL,
	"SUPPRIMER":    store.NeedSQL | store.NeedRedis,
	"INSCRIPTIONS": store.NeedSQL,
}

// guarded does a verb's work, but for work that needs a store which is away:
// values are judged all the same, by a handler that then meets that store.
func (s *Session) guarded(ctx context.Context, req *protocol.Request, out *protocol.Writer) error {
	if s.Health.Missing(needs[req.Verb.Name]) {
		gone, cancel := context.WithCancelCause(ctx)
		cancel(store.ErrUnavailable)
		ctx = gone
	}
	return handlers[req.Verb.Name](ctx, s, req, out)
}

func help(_ context.Context, _ *Session, req *protocol.Request, out *protocol.Writer) error {
	verbs := protocol.Verbs
	if name, given := req.Lookup("verbe"); given {
		verb, ok := protocol.Lookup(name)
		if !ok {
			return protocol.ErrSyntax
		}
		verbs = []*protocol.Verb{verb}
	}
	for _, v := range verbs {
		out.Row().Str("verbe", v.Name).Str("usage", v.Usage).Str("aide", v.Help).End()
	}
	out.OK("AIDE").Int("lignes", int64(len(verbs))).End()
	return nil
}

func ping(_ context.Context, _ *Session, _ *protocol.Request, out *protocol.Writer) error {
	out.OK("PONG").End()
	return nil
}

func quit(_ context.Context, s *Session, _ *protocol.Request, out *protocol.Writer) error {
	s.closing = true
	out.OK("QUITTER").Text("Au revoir !")
	return nil
}
