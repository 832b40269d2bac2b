package bare

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Replies as long as the server's, so that the way back costs the same.
const (
	replyPing  = "+OK PONG\r\n"
	replyQuota = "| quota=connexions utilise=1 max=1000000 fenetre=600 reste=999999 retour=0\r\n" +
		"| quota=services utilise=5 max=1000000 fenetre=600 reste=999995 retour=0\r\n+OK QUOTA\r\n"
	replySale = "+OK VENTE id=123456 categorie=livre prix=4.50 titre=\"Les Misérables, tome 12\" utilise=12 max=1000000" +
		" reste=999988 :En vente. Il vous reste 999988 appels.\r\n"
	replyPurchase = "+OK ACHAT id=123456 prix=4.50 titre=\"Les Misérables, tome 12\" vendeur=u000123 contact=u000123@univ.fr" +
		" utilise=12 max=1000000 reste=999988 :C'est à vous ! Écrivez à u000123@univ.fr. Il vous reste 999988 appels.\r\n"
)

var replyStats = strings.Repeat("| tableau=derniers rang=10 login=u000123 instant=2026-11-20T20:57:11.000Z\r\n", 10) +
	strings.Repeat("| tableau=top rang=1 login=u000123 connexions=49\r\n", 3) +
	strings.Repeat("| tableau=moins rang=1 login=u000123 appels=0\r\n", 10) +
	strings.Repeat("| tableau=services rang=1 service=vente appels=123456\r\n", 2) + "+OK STATS\r\n"

// Handler puts the drivers behind a line server. A connection says first
// "USER id login"; then the verbs are the server's.
func (d *Driver) Handler(ctx context.Context, offer func() Offer) Handler {
	var u User
	return func(line []byte) string {
		verb, rest, _ := bytes.Cut(line, []byte(" "))
		var err error
		reply := ""
		switch string(verb) {
		case "PING":
			return replyPing
		case "QUOTA":
			reply, err = replyQuota, d.Quota(ctx, u)
		case "STATS":
			reply, err = replyStats, d.Stats(ctx)
		case "VENTE":
			reply, err = replySale, d.Sell(ctx, u, offer())
		case "ACHAT":
			var id int64
			if id, err = strconv.ParseInt(string(rest), 10, 64); err == nil {
				reply, err = replyPurchase, d.Buy(ctx, u, id)
			}
		case "USER":
			var id int64
			var login string
			if _, err = fmt.Sscan(string(rest), &id, &login); err == nil {
				u = NewUser(id, login)
				return "+OK USER\r\n"
			}
		default:
			return "-ERR NO\r\n"
		}
		if err != nil {
			return fmt.Sprintf("-ERR INTERNE :%q\r\n", err)
		}
		return reply
	}
}
