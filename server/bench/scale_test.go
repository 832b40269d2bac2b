package main

import (
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
	"golang.org/x/sync/errgroup"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/load"
	"etuservices/server/internal/stats"
	"etuservices/server/internal/testenv"
)

// questions have as many answers in a small crowd as in a large one.
var questions = []struct{ name, line string }{
	{"STATS", "STATS"},
	{"QUOTA", "QUOTA"},
	{"ARTICLES", "ARTICLES"},
	{"ARTICLES-rare-category", "ARTICLES categorie=dvd"},
	{"ARTICLES-category-price", "ARTICLES categorie=dvd prix_max=20 tri=prix"},
	{"ARTICLES-dearest", "ARTICLES tri=-prix"},
	{"ARTICLES-rare-word", "ARTICLES q=" + wordRare},
	{"ARTICLES-common-word", "ARTICLES q=" + wordAll},
	{"ARTICLES-common-and-rare", `ARTICLES q="` + wordAll + " " + wordRare + `"`},
	{"ARTICLES-two-common", `ARTICLES q="` + wordOften + " " + wordOther + `"`},
	{"ARTICLES-mostly-sold", "ARTICLES q=" + wordSold},
}

// BenchmarkScale asks a server with 1,000 accounts and articles and one with many
// the same, one question after the other.
func BenchmarkScale(b *testing.B) {
	small := min(1000, *large)
	type crowded struct {
		name string
		n    int
		conn *load.Conn
		sold int
	}
	var both []*crowded
	for _, c := range []*crowded{{name: "1000", n: small}, {name: "large", n: *large}} {
		p := newCrowd(b, c.n)
		server := startServer(b, p.env, readRule)
		conn, err := load.Dial(server.Addr())
		check(b, err)
		_, err = conn.Line(authLine(p.users[0]))
		check(b, err)
		c.conn = conn
		both = append(both, c)
	}
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			for _, c := range both {
				_, err := c.conn.Line(q.line) // the first time reads pages and lists of common words
				check(b, err)
				b.Run("n="+c.name, func(b *testing.B) { measure(b, os.Getpid(), 1, repeat([]*load.Conn{c.conn}, q.line, 1)) })
			}
		})
	}
	// Articles that are not sold and not one's own, spread over all. A small crowd
	// has 199 of them: -benchtime must leave it at that.
	b.Run("ACHAT", func(b *testing.B) {
		for _, c := range both {
			b.Run("n="+c.name, func(b *testing.B) {
				b.ResetTimer()
				for range b.N {
					c.sold++
					_, err := c.conn.Line(fmt.Sprint("ACHAT ", 2+5*(c.sold*(c.n/5)/maxSold%(c.n/5))))
					check(b, err)
				}
			})
		}
	})
}

// maxSold is how many purchases a small crowd has articles for.
const maxSold = 190

// rare is how many articles for sale answer each question about a crowd's
// articles, however large the crowd.
const rare = 100

// Words of a crowd's titles. The first two stand in half of all titles each,
// together in rare only.
const (
	wordOften = "rouge"
	wordOther = "vert"
	wordRare  = "quaternion" // rare articles for sale
	wordSold  = "ancien"     // rare articles for sale, and all that are sold
	wordAll   = "manuel"     // every article
	rareKind  = "dvd"        // rare articles for sale
)

// crowd fills by SQL alone: a million in half a minute, each list on a connection
// of its own. An article in five is sold; the server would have let its words go.
// {n} is the number of users and articles, {each} every so many is one of rare.
var crowd = [][]string{
	{
		`INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe, nb_connexions, nb_ventes, nb_achats, derniere_connexion, cree_le)
			SELECT seq, CONCAT('u', LPAD(seq, 7, '0')), CONCAT('u', LPAD(seq, 7, '0'), '@univ.fr'), 'Camille', 'Martin', '{hash}',
			seq % 50, seq % 7, seq % 11, UTC_TIMESTAMP(3) - INTERVAL seq SECOND, UTC_TIMESTAMP(3) - INTERVAL 60 DAY FROM seq_1_to_{n}`,
		`INSERT INTO articles (id, vendeur_id, categorie, prix_centimes, titre, etat, acheteur_id, publie_le)
			SELECT seq, 1 + seq * 7919 % {n}, IF(seq % {each} = 1, '` + rareKind + `', 'livre'), seq * 31 % 5000,
			CONCAT('` + wordAll + ` tome ', seq), IF(seq % 5 = 0, 'vendu', 'en_vente'), IF(seq % 5 = 0, 1, NULL),
			UTC_TIMESTAMP(3) - INTERVAL 1 DAY FROM seq_1_to_{n}`,
		`ANALYZE TABLE articles, utilisateurs`,
	},
	{
		`INSERT INTO mots (mot, article_id) SELECT '` + wordSold + `', seq FROM seq_1_to_{n} WHERE seq % 5 = 0 OR seq % {each} = 1`,
		`INSERT INTO mots (mot, article_id) SELECT '` + wordAll + `', seq FROM seq_1_to_{n} WHERE seq % 5 > 0`,
		`INSERT INTO mots (mot, article_id) SELECT CONCAT('n', LPAD(seq, 7, '0')), seq FROM seq_1_to_{n} WHERE seq % 5 > 0`,
		`INSERT INTO mots (mot, article_id) SELECT '` + wordRare + `', seq FROM seq_1_to_{n} WHERE seq % {each} = 1`,
		`INSERT INTO mots (mot, article_id) SELECT '` + wordOften + `', seq FROM seq_1_to_{n} WHERE seq % 5 > 0 AND seq % 2 = 0 OR seq % {each} = 1`,
		`INSERT INTO mots (mot, article_id) SELECT '` + wordOther + `', seq FROM seq_1_to_{n} WHERE seq % 5 > 0 AND seq % 2 = 1`,
		`DELETE FROM mots WHERE mot = '` + wordSold + `' AND article_id % 5 = 0`,
		`ANALYZE TABLE mots`,
	},
}

// newCrowd opens n accounts and as many articles, a multiple of 5 * rare, in a
// MariaDB that has the memory for the large side of BenchmarkScale: in its own
// 128 MiB a purchase, that touches a dozen pages far apart, reads from the disk.
func newCrowd(t testing.TB, n int) *place {
	t.Helper()
	var roomy []string
	if *large > 10_000 {
		roomy = []string{"--innodb-buffer-pool-size=1G", "--innodb-log-file-size=1G"}
	}
	env := testenv.RealTCP(t, roomy...)
	p := &place{env: env, stores: env.Open(t), users: []bare.User{bare.NewUser(1, "u0000001")}}
	hash, err := argon2id.CreateHash(password, &cheapHash)
	check(t, err)
	db, err := sql.Open("mysql", env.MySQLDSN) // the server's pool would not wait so long
	check(t, err)
	defer db.Close()
	fill := strings.NewReplacer("{n}", strconv.Itoa(n), "{each}", strconv.Itoa(n/rare), "{hash}", hash)
	var filling errgroup.Group
	for _, statements := range crowd {
		filling.Go(func() error {
			conn, err := db.Conn(t.Context())
			if err != nil {
				return err
			}
			defer conn.Close()
			for _, s := range append([]string{`SET unique_checks = 0, foreign_key_checks = 0`}, statements...) {
				if _, err := conn.ExecContext(t.Context(), fill.Replace(s)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	check(t, filling.Wait())
	// A server would do so before it listens, longer than its start is waited for.
	check(t, stats.New(p.stores, slog.New(slog.DiscardHandler)).Check(t.Context()))
	return p
}
