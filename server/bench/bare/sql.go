package bare

// The server's statements, word by word (packages market and ledger).
const (
	insertArticle = `
		INSERT INTO articles (vendeur_id, categorie, prix_centimes, titre, description, etat, publie_le)
		VALUES (?, ?, ?, ?, ?, ?, ?)`

	insertWords = `INSERT INTO mots (mot, article_id) VALUES `

	sellArticle = `
			UPDATE articles SET etat = 'vendu', acheteur_id = ?, vendu_le = ?
			WHERE id = ? AND etat = 'en_vente' AND vendeur_id <> ?`

	readArticle = `SELECT a.id, a.titre, a.description, a.categorie, a.prix_centimes, a.etat, a.publie_le, a.vendu_le,
	a.vendeur_id, v.login, CASE v.etat WHEN 'supprime' THEN '' ELSE v.email END,
	COALESCE(b.login, ''), CASE b.etat WHEN 'supprime' THEN '' ELSE COALESCE(b.email, '') END FROM articles a JOIN utilisateurs v ON v.id = a.vendeur_id
		JOIN utilisateurs b ON b.id = ? WHERE a.id = ?`

	insertUnsaid = `INSERT INTO annonces (article_id, vendeur_id) VALUES (?, ?)`

	insertNews = `INSERT INTO nouvelles (utilisateur_id, instant, type, article_id) VALUES (?, ?, ?, ?)`

	insertCall = `
			INSERT INTO appels (utilisateur_id, service, article_id, resultat, instant, serveur, creneau, ref)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

	readWindow = `
		SELECT u.nb_connexions, u.nb_ventes, u.nb_achats, l.instant
		FROM utilisateurs u LEFT JOIN appels l
		  ON l.utilisateur_id = u.id AND l.instant > ? AND (u.raz_le IS NULL OR l.instant > u.raz_le OR (u.raz_le > ? AND l.instant <= ?))
		WHERE u.id = ? AND u.etat = ? ORDER BY l.instant`
)

// countCall locks the user's row and counts, by service.
var countCall = map[string]string{
	"vente": `UPDATE utilisateurs SET nb_ventes = nb_ventes + 1 WHERE id = ?`,
	"achat": `UPDATE utilisateurs SET nb_achats = nb_achats + 1 WHERE id = ?`,
}
