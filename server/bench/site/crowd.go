package site

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

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

// crowd fills by SQL alone: a million in a minute. An article in five is sold.
// {n} is the number of users and articles, {each} every so many is one of Rare.
var crowd = []string{
	`SET unique_checks = 0, foreign_key_checks = 0`,
	`INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe, nb_connexions, nb_ventes, nb_achats, derniere_connexion, cree_le)
		SELECT seq, CONCAT('u', LPAD(seq, 7, '0')), CONCAT('u', LPAD(seq, 7, '0'), '@univ.fr'), 'Camille', 'Martin', '{hash}',
		seq % 50, seq % 7, seq % 11, NOW(3) - INTERVAL seq SECOND, NOW(3) - INTERVAL 60 DAY FROM seq_1_to_{n}`,
	`INSERT INTO articles (id, vendeur_id, categorie, prix_centimes, titre, etat, acheteur_id, publie_le)
		SELECT seq, 1 + seq * 7919 % {n}, IF(seq % {each} = 1, '` + rareKind + `', 'livre'), seq * 31 % 5000,
		CONCAT('` + WordAll + ` tome ', seq), IF(seq % 5 = 0, 'vendu', 'en_vente'), IF(seq % 5 = 0, 1, NULL), NOW(3) FROM seq_1_to_{n}`,
	`INSERT INTO mots (mot, article_id) SELECT '` + WordAll + `', seq FROM seq_1_to_{n}`,
	`INSERT INTO mots (mot, article_id) SELECT CONCAT('n', seq), seq FROM seq_1_to_{n}`,
	`INSERT INTO mots (mot, article_id) SELECT '` + WordOften + `', seq FROM seq_1_to_{n} WHERE seq % 2 = 0 OR seq % {each} = 1`,
	`INSERT INTO mots (mot, article_id) SELECT '` + WordOther + `', seq FROM seq_1_to_{n} WHERE seq % 2 = 1`,
	`INSERT INTO mots (mot, article_id) SELECT '` + WordRare + `', seq FROM seq_1_to_{n} WHERE seq % {each} = 1`,
	`INSERT INTO mots (mot, article_id) SELECT '` + WordSold + `', seq FROM seq_1_to_{n} WHERE seq % 5 = 0 OR seq % {each} = 1`,
	`DELETE m FROM mots m JOIN articles a ON a.id = m.article_id WHERE a.etat = 'vendu'`, // as the server leaves it
	`ANALYZE TABLE articles, mots, utilisateurs`,
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
	db.SetMaxOpenConns(1) // the settings are the connection's
	fill := strings.NewReplacer("{n}", strconv.Itoa(n), "{each}", strconv.Itoa(n/Rare), "{hash}", hash)
	for _, statement := range crowd {
		if _, err := db.ExecContext(ctx, fill.Replace(statement)); err != nil {
			return fmt.Errorf("site: %w", err)
		}
	}
	p.Users = []User{{ID: 1, Login: "u0000001"}}
	return nil
}
