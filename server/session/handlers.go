package session

import (
	"context"

	"etuservices/protocol"
)

// handler does a verb's work: it writes the rows and the line of success, or
// gives an error, which becomes the whole reply.
type handler func(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Out) error

// handlers has one entry for each verb of the table in package protocol; a test
// holds the two together.
var handlers = map[string]handler{
	"AIDE":        aide,
	"PING":        ping,
	"INSCRIPTION": inscription,
	"AUTH":        auth,
	"REPRENDRE":   reprendre,
	"QUI":         qui,
	"QUOTA":       showQuota,
	"VENTE":       vente,
	"ACHAT":       achat,
	"ARTICLES":    articles,
	"ARTICLE":     article,
	"RETRAIT":     retrait,
	"MESVENTES":   mesVentes,
	"MESACHATS":   mesAchats,
	"STATS":       stats,
	"NB":          nb,
	"MOTDEPASSE":  motDePasse,
	"DECONNEXION": deconnexion,
	"QUITTER":     quitter,
}
