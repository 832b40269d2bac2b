package main

import (
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

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

// side of BenchmarkScale: a server and its stores, with that many accounts and articles,
// and rows in the ledger.
type scaleSide struct {
	name     string
	n, rows  int
	place    *place
	server   *testenv.Process
	visitors []*load.Conn // one for each of the place's users
	sold     int
}

// BenchmarkScale asks a server with 1,000 accounts and articles and one with many the
// same, one question after the other, and with -scale-ledger a third one, whose ledger is
// long. Each time it is another user who asks.
func BenchmarkScale(b *testing.B) {
	sides := []*scaleSide{{name: "1000", n: min(1000, *large)}, {name: "large", n: *large}}
	if *scaleLedger > 0 {
		sides = append(sides, &scaleSide{name: "ledger", n: *large, rows: *scaleLedger})
	}
	for _, s := range sides {
		s.place = newCrowd(b, s.n, s.rows)
	}
	for _, s := range sides { // no connection is idle while others are filled
		s.open(b)
	}
	for range 3 { // a shared machine is now slower, now faster
		for _, q := range questions {
			b.Run(q.name, func(b *testing.B) {
				for _, s := range sides {
					step := s.inTurn(func(c *load.Conn, _ bare.User) error { return c.Ask([]byte(q.line+"\r\n"), 1) })
					s.measure(b, step)
				}
			})
		}
	}
	b.Run("ACHAT", func(b *testing.B) {
		for _, s := range sides {
			step := s.inTurn(func(c *load.Conn, _ bare.User) error { return c.Ask(fmt.Appendf(nil, "ACHAT %d\r\n", s.forSale()), 1) })
			b.Run("n="+s.name, func(b *testing.B) { measure(b, os.Getpid(), 1, []load.Step{step}) })
		}
	})
	b.Run("AUTH", func(b *testing.B) {
		for _, s := range sides {
			s.measure(b, s.inTurn(func(c *load.Conn, u bare.User) error {
				return c.Ask([]byte("DECONNEXION\r\n"+authLine(u)+"\r\n"), 2)
			}))
		}
	})
	for _, s := range sides {
		r := s.rebuild(b)
		b.Run("Rebuild/n="+s.name, func(b *testing.B) {
			b.ReportMetric(0, "ns/op") // says nothing here
			b.ReportMetric(float64(r.listening.Nanoseconds()), "listening-ns")
			b.ReportMetric(float64(r.rebuilt.Nanoseconds()), "rebuilt-ns")
			b.ReportMetric(float64(r.slowest.Nanoseconds()), "slowest-ns")
		})
	}
}

// open starts the server and resumes a session of each user.
func (s *scaleSide) open(b *testing.B) {
	s.server = startServer(b, s.place.env, readRule)
	for _, token := range s.place.tokens(b, s.place.users) {
		c, err := load.Dial(s.server.Addr())
		check(b, err)
		b.Cleanup(func() { _ = c.Close() })
		check(b, c.Ask([]byte("REPRENDRE "+token+"\r\n"), 1))
		s.visitors = append(s.visitors, c)
	}
}

// inTurn has one user after the other do the same.
func (s *scaleSide) inTurn(do func(*load.Conn, bare.User) error) load.Step {
	n := -1
	return func() (int, error) {
		n = (n + 1) % len(s.visitors)
		return 1, do(s.visitors[n], s.place.users[n])
	}
}

// measure repeats a step, after each user did it once: the first time reads windows, pages
// and lists of common words.
func (s *scaleSide) measure(b *testing.B, step load.Step) {
	for range s.visitors {
		_, err := step()
		check(b, err)
	}
	b.Run("n="+s.name, func(b *testing.B) { measure(b, os.Getpid(), 1, []load.Step{step}) })
}

// forSale gives the number of an article that is not sold and not one of the users'. They
// are spread over all; a small crowd has 199: -benchtime must leave it at that.
func (s *scaleSide) forSale() int {
	s.sold++
	return 2 + 5*(s.sold*(s.n/5)/maxSold%(s.n/5))
}

// maxSold is how many purchases a small crowd has articles for.
const maxSold = 190

// rebuilding is a start with an empty Redis: how long until the server listened and until
// the boards were whole, and the slowest answer meanwhile.
type rebuilding struct{ listening, rebuilt, slowest time.Duration }

func (s *scaleSide) rebuild(b *testing.B) (r rebuilding) {
	s.server.Stop(b)
	s.place.env.Redis().FlushAll(b)
	began := time.Now()
	s.server.Start(b)
	r.listening = time.Since(began)
	c, err := load.Dial(s.server.Addr())
	check(b, err)
	defer c.Close()
	requests := []string{"QUOTA", "ARTICLES", sale(0)}
	line := authLine(s.place.users[0])
	for i := 0; !s.boardsKnown(b); i++ {
		asked := time.Now()
		check(b, c.Ask([]byte(line+"\r\n"), 1))
		r.slowest = max(r.slowest, time.Since(asked))
		line = requests[i%len(requests)]
	}
	r.rebuilt = time.Since(began)
	return r
}

// boardsKnown says whether both checkpoints stand beside the boards.
func (s *scaleSide) boardsKnown(b *testing.B) bool {
	db := s.place.stores.Redis
	logins, err := db.DB0.HExists(b.Context(), stats.Keys.LoginCheckpoint, "instant").Result()
	check(b, err)
	calls, err := db.DB1.HExists(b.Context(), stats.Keys.CallCheckpoint, "instant").Result()
	check(b, err)
	return logins && calls
}

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

// history is a ledger of {rows} rows, half of them logins, over a year that ended two days
// ago. The indexes are made afterwards: one by one, the rows of 100 users each would lie
// far apart in them.
var history = [][]string{
	{
		`ALTER TABLE connexions DROP FOREIGN KEY fk_connexions_utilisateur, DROP KEY ix_connexions_utilisateur`,
		`INSERT INTO connexions (utilisateur_id, instant, adresse, serveur, creneau)
			SELECT 1 + seq % {n}, ` + historyInstant + `, '127.0.0.1', 'banc', LPAD(HEX(seq), 16, '0') FROM seq_1_to_{half}`,
		`ALTER TABLE connexions ADD KEY ix_connexions_utilisateur (utilisateur_id, instant),
			ADD CONSTRAINT fk_connexions_utilisateur FOREIGN KEY (utilisateur_id) REFERENCES utilisateurs (id)`,
		`ANALYZE TABLE connexions`,
	},
	{
		`ALTER TABLE appels DROP FOREIGN KEY fk_appels_utilisateur, DROP KEY ix_appels_utilisateur`,
		`INSERT INTO appels (utilisateur_id, service, article_id, resultat, instant, serveur, creneau)
			SELECT 1 + seq % {n}, 'achat', seq, 'ok', ` + historyInstant + `, 'banc', LPAD(HEX(seq), 16, '0') FROM seq_1_to_{half}`,
		`ALTER TABLE appels ADD KEY ix_appels_utilisateur (utilisateur_id, instant),
			ADD CONSTRAINT fk_appels_utilisateur FOREIGN KEY (utilisateur_id) REFERENCES utilisateurs (id)`,
		`ANALYZE TABLE appels`,
	},
}

const historyInstant = `UTC_TIMESTAMP(3) - INTERVAL 2 DAY - INTERVAL ({half} - seq) * (365 * 86400 / {half}) SECOND`

// asking is how many users of a crowd ask questions.
const asking = 100

// newCrowd opens n accounts and as many articles, a multiple of 5 * rare, in a
// MariaDB that has the memory for the large side of BenchmarkScale: in its own
// 128 MiB a purchase, that touches a dozen pages far apart, reads from the disk. A ledger
// of 50 million rows, of some 10 GB, has no room there.
func newCrowd(t testing.TB, n, rows int) *place {
	t.Helper()
	var roomy []string
	if *large > 10_000 {
		roomy = []string{"--innodb-buffer-pool-size=2G", "--innodb-log-file-size=1G"}
	}
	env := testenv.RealTCP(t, roomy...)
	startServer(t, env, readRule).Stop(t) // notes that there is nothing of older versions
	p := &place{env: env, stores: env.Open(t)}
	for i := range asking {
		id := 1 + i*n/asking
		p.users = append(p.users, bare.NewUser(int64(id), fmt.Sprintf("u%07d", id)))
	}
	hash, err := argon2id.CreateHash(password, &cheapHash)
	check(t, err)
	db, err := sql.Open("mysql", env.MySQLDSN) // the server's pool would not wait so long
	check(t, err)
	defer db.Close()
	fill := strings.NewReplacer("{n}", strconv.Itoa(n), "{each}", strconv.Itoa(n/rare), "{hash}", hash, "{half}", strconv.Itoa(rows/2))
	fillAll := func(lists [][]string) {
		var filling errgroup.Group
		for _, statements := range lists {
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
	}
	if rows > 0 {
		fillAll(history) // first: it pushes everything else out of MariaDB's memory
	}
	fillAll(crowd)
	// The server would do so, while it is measured.
	check(t, stats.New(p.stores, slog.New(slog.DiscardHandler)).Check(t.Context()))
	return p
}
