package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/internal/store"
)

// handler does a command's work: it writes the rows and the line of success, or
// gives an error, which becomes the whole reply.
type handler func(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error

// command says how the server runs a verb of the language; the verb's names,
// parameters, access and help stand in protocol.Verbs.
type command struct {
	run handler
	// needs are the stores without which the command is refused at once
	// (PROTOCOL.md §3.1).
	needs store.Dependency
	// paced commands reach a store: a flood of them is slowed.
	paced bool
	// hashes a password, and may wait in line for that: accounts bounds how long,
	// instead of store.RequestTime.
	hashes bool
	// counted commands take a slot of the services' quota.
	counted bool
	// withGivenPassword is allowed to a user who has to change the password that
	// an administrator gave, as is everything that anyone may use.
	withGivenPassword bool
}

const (
	sql   = store.NeedSQL
	redis = store.NeedRedis
)

// commands has one row for each verb of protocol.Verbs.
var commands = map[string]command{
	"AIDE":    {run: help},
	"PING":    {run: ping},
	"QUITTER": {run: quit},

	"INSCRIPTION": {run: register, needs: sql, paced: true, hashes: true},
	"AUTH":        {run: logIn, needs: sql | redis, paced: true, hashes: true},
	"REPRENDRE":   {run: resume, paced: true}, // does with either store
	"DECONNEXION": {run: logOut, needs: sql, paced: true, withGivenPassword: true},
	"MOTDEPASSE":  {run: changePassword, needs: sql | redis, paced: true, hashes: true, withGivenPassword: true},
	"QUI":         {run: whoAmI, withGivenPassword: true},
	"QUOTA":       {run: showQuota, needs: redis, paced: true},

	"VENTE":     {run: sell, needs: sql, paced: true, counted: true}, // Redis too, but for a replay
	"ACHAT":     {run: purchase, needs: sql, paced: true, counted: true},
	"RETRAIT":   {run: withdraw, needs: sql, paced: true},
	"ARTICLES":  {run: listArticles, needs: sql, paced: true},
	"ARTICLE":   {run: showArticle, needs: sql, paced: true},
	"MESVENTES": {run: ownListings, needs: sql, paced: true},
	"MESACHATS": {run: ownPurchases, needs: sql, paced: true},

	"NOUVELLES": {run: listNews, needs: sql, paced: true},
	"LU":        {run: markNewsRead, needs: sql, paced: true},

	"STATS":    {run: showStats, needs: redis, paced: true},
	"NB":       {run: countUsers, needs: redis, paced: true},
	"SUIVRE":   {run: follow, needs: redis, paced: true},
	"STOP":     {run: unfollow},
	"SESSIONS": {run: listSessions, needs: redis, paced: true},

	"COMPTES":      {run: listAccounts, needs: sql, paced: true},
	"BLOQUER":      {run: block, needs: sql, paced: true},
	"DEBLOQUER":    {run: unblock, needs: sql, paced: true},
	"EXPULSER":     {run: expel, needs: sql, paced: true},
	"RAZ":          {run: resetQuotas, needs: sql | redis, paced: true},
	"ANNONCE":      {run: announce, needs: sql, paced: true},
	"NOUVEAUMDP":   {run: setPassword, needs: sql, paced: true, hashes: true},
	"SUPPRIMER":    {run: deleteAccount, needs: sql | redis, paced: true},
	"INSCRIPTIONS": {run: switchRegistrations, needs: sql, paced: true},
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
