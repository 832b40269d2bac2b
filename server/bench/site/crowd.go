package site

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/alexedwards/argon2id"
)

// Rare is how many articles for sale answer each question about a crowd's
// articles, however large the crowd.
const Rare = 100

// Words of a crowd's titles. The first two stand in half of all titles each,
// together in Rare only.
const (
	WordOften = "rouge"
	WordOther = "vert"
	WordRare  = "quaternion" // Rare articles for sale
	WordSold  = "ancien"     // Rare articles for sale, and all that are sold
	WordAll   = "manuel"     // every article
	rareKind  = "dvd"        // Rare articles for sale
)

// crowd fills by SQL alone: a million in half a minute, each list on a connection
// of its own. An article in five is sold; the server would have let its words go.
// {n} is the number of users and articles, {each} every so many is one of Rare.
var crowd = [][]string{
	{
		`INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe, nb_connexions, nb_ventes, nb_achats, derniere_connexion, cree_le)
			SELECT seq, CONCAT('u', LPAD(seq, 7, '0')), CONCAT('u', LPAD(seq, 7, '0'), '@univ.fr'), 'Camille', 'Martin', '{hash}',
			seq % 50, seq % 7, seq % 11, UTC_TIMESTAMP(3) - INTERVAL seq SECOND, UTC_TIMESTAMP(3) - INTERVAL 60 DAY FROM seq_1_to_{n}`,
		`INSERT INTO articles (id, vendeur_id, categorie, prix_centimes, titre, etat, acheteur_id, publie_le)
			SELECT seq, 1 + seq * 7919 % {n}, IF(seq % {each} = 1, '` + rareKind + `', 'livre'), seq * 31 % 5000,
			CONCAT('` + WordAll + ` tome ', seq), IF(seq % 5 = 0, 'vendu', 'en_vente'), IF(seq % 5 = 0, 1, NULL),
			UTC_TIMESTAMP(3) - INTERVAL 1 DAY FROM seq_1_to_{n}`,
		`ANALYZE TABLE articles, utilisateurs`,
	},
	{
		`INSERT INTO mots (mot, article_id) SELECT '` + WordSold + `', seq FROM seq_1_to_{n} WHERE seq % 5 = 0 OR seq % {each} = 1`,
		`INSERT INTO mots (mot, article_id) SELECT '` + WordAll + `', seq FROM seq_1_to_{n} WHERE seq % 5 > 0`,
		`INSERT INTO mots (mot, article_id) SELECT CONCAT('n', LPAD(seq, 7, '0')), seq FROM seq_1_to_{n} WHERE seq % 5 > 0`,
		`INSERT INTO mots (mot, article_id) SELECT '` + WordRare + `', seq FROM seq_1_to_{n} WHERE seq % {each} = 1`,
		`INSERT INTO mots (mot, article_id) SELECT '` + WordOften + `', seq FROM seq_1_to_{n} WHERE seq % 5 > 0 AND seq % 2 = 0 OR seq % {each} = 1`,
		`INSERT INTO mots (mot, article_id) SELECT '` + WordOther + `', seq FROM seq_1_to_{n} WHERE seq % 5 > 0 AND seq % 2 = 1`,
		`DELETE FROM mots WHERE mot = '` + WordSold + `' AND article_id % 5 = 0`,
		`ANALYZE TABLE mots`,
	},
}

// FillCrowd opens n accounts and as many articles. n is a multiple of 5 * Rare.
func (p *Place) FillCrowd(ctx context.Context, n int) error {
	hash, err := argon2id.CreateHash(password, &CheapHash)
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	p.Password = password
	db, err := sql.Open("mysql", p.DSN) // ours would not wait so long
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	defer db.Close()
	fill := strings.NewReplacer("{n}", strconv.Itoa(n), "{each}", strconv.Itoa(n/Rare), "{hash}", hash)
	failed := make([]error, len(crowd))
	var all sync.WaitGroup
	for i, statements := range crowd {
		all.Go(func() {
			conn, err := db.Conn(ctx)
			if err != nil {
				failed[i] = err
				return
			}
			defer conn.Close()
			for _, s := range append([]string{`SET unique_checks = 0, foreign_key_checks = 0`}, statements...) {
				if _, err := conn.ExecContext(ctx, fill.Replace(s)); err != nil {
					failed[i] = err
					return
				}
			}
		})
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("site: %w", err)
	}
	p.Users = []User{{ID: 1, Login: "u0000001"}}
	return nil
}
