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
	// (PROTOCOL.md §3.1); eitherStore says that one of the two is enough, or that
	// the reply says which is away.
	needs       store.Dependency
	eitherStore bool
	// hashes a password, and may wait in line for that: accounts bounds how long,
	// instead of store.RequestTime.
	hashes bool
	// counted says that the handler takes a slot of the services' quota, through
	// market.Market; the tests compare it with PROTOCOL.md.
	counted bool
	// withGivenPassword is allowed to a user who has to change the password that
	// an administrator gave, as is everything that anyone may use.
	withGivenPassword bool
}

// reachesStore says that the command asks a store: a flood of such is slowed.
func (c command) reachesStore() bool { return c.needs != 0 || c.eitherStore }

const (
	sql   = store.NeedSQL
	redis = store.NeedRedis
)

// commands has one row for each verb of protocol.Verbs.
var commands = map[string]command{
	"AIDE":    {run: help},
	"PING":    {run: ping},
	"QUITTER": {run: quit},

	"INSCRIPTION": {run: register, needs: sql, hashes: true},
	"AUTH":        {run: logIn, needs: sql | redis, hashes: true},
	"REPRENDRE":   {run: resume, eitherStore: true},
	"DECONNEXION": {run: logOut, needs: sql, withGivenPassword: true},
	"MOTDEPASSE":  {run: changePassword, needs: sql | redis, hashes: true, withGivenPassword: true},
	"QUI":         {run: whoAmI, withGivenPassword: true},
	"QUOTA":       {run: showQuota, needs: redis},

	"VENTE":     {run: sell, needs: sql, counted: true}, // Redis too, but for a replay
	"ACHAT":     {run: purchase, needs: sql, counted: true},
	"RETRAIT":   {run: withdraw, needs: sql},
	"ARTICLES":  {run: listArticles, needs: sql},
	"ARTICLE":   {run: showArticle, needs: sql},
	"MESVENTES": {run: ownListings, needs: sql},
	"MESACHATS": {run: ownPurchases, needs: sql},

	"NOUVELLES": {run: listNews, needs: sql},
	"LU":        {run: markNewsRead, needs: sql},

	"STATS":    {run: showStats, needs: redis},
	"NB":       {run: countUsers, needs: redis},
	"SUIVRE":   {run: follow, needs: redis},
	"STOP":     {run: unfollow},
	"SESSIONS": {run: listSessions, needs: redis},

	"SERVEURS":   {run: listInstances, eitherStore: true},
	"HISTORIQUE": {run: showHistory, needs: sql},

	"COMPTES":      {run: listAccounts, needs: sql},
	"FICHE":        {run: showProfile, needs: sql | redis},
	"BLOQUER":      {run: block, needs: sql},
	"DEBLOQUER":    {run: unblock, needs: sql},
	"EXPULSER":     {run: expel, needs: sql},
	"RAZ":          {run: resetQuotas, needs: sql | redis},
	"ANNONCE":      {run: announce, needs: sql},
	"NOUVEAUMDP":   {run: setPassword, needs: sql, hashes: true},
	"SUPPRIMER":    {run: deleteAccount, needs: sql | redis},
	"INSCRIPTIONS": {run: switchRegistrations, needs: sql},
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
