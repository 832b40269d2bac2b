-- Instants are texts 'YYYY-MM-DD HH:MM:SS.mmm' in UTC, which sort as they follow.
-- STRICT refuses a value of another type, as MySQL's strict mode does.
CREATE TABLE IF NOT EXISTS utilisateurs (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,
  login              TEXT    NOT NULL,
  email              TEXT    NOT NULL,
  prenom             TEXT    NOT NULL,
  nom                TEXT    NOT NULL,
  mot_de_passe       TEXT    NOT NULL,
  role               TEXT    NOT NULL DEFAULT 'etudiant',
  etat               TEXT    NOT NULL DEFAULT 'actif',
  nb_connexions      INTEGER NOT NULL DEFAULT 0,
  nb_ventes          INTEGER NOT NULL DEFAULT 0,
  nb_achats          INTEGER NOT NULL DEFAULT 0,
  derniere_connexion TEXT    NULL,
  raz_le             TEXT    NULL,
  cree_le            TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS uq_utilisateurs_login ON utilisateurs (login);
CREATE UNIQUE INDEX IF NOT EXISTS uq_utilisateurs_email ON utilisateurs (email);

CREATE TABLE IF NOT EXISTS articles (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  vendeur_id    INTEGER NOT NULL REFERENCES utilisateurs (id),
  acheteur_id   INTEGER NULL REFERENCES utilisateurs (id),
  categorie     TEXT    NOT NULL,
  prix_centimes INTEGER NOT NULL,
  titre         TEXT    NOT NULL,
  description   TEXT    NOT NULL DEFAULT '',
  etat          TEXT    NOT NULL DEFAULT 'en_vente',
  publie_le     TEXT    NOT NULL,
  vendu_le      TEXT    NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_articles_etat ON articles (etat, id);
CREATE INDEX IF NOT EXISTS ix_articles_etat_categorie ON articles (etat, categorie, id);
CREATE INDEX IF NOT EXISTS ix_articles_etat_prix ON articles (etat, prix_centimes, id);
CREATE INDEX IF NOT EXISTS ix_articles_etat_categorie_prix ON articles (etat, categorie, prix_centimes, id);
CREATE INDEX IF NOT EXISTS ix_articles_vendeur ON articles (vendeur_id, id);
CREATE INDEX IF NOT EXISTS ix_articles_acheteur ON articles (acheteur_id, id);

CREATE TABLE IF NOT EXISTS mots (
  mot        TEXT    NOT NULL,
  article_id INTEGER NOT NULL,
  PRIMARY KEY (mot, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_mots_article ON mots (article_id);

CREATE TABLE IF NOT EXISTS connexions (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  utilisateur_id INTEGER NOT NULL REFERENCES utilisateurs (id),
  instant        TEXT    NOT NULL,
  adresse        TEXT    NOT NULL,
  serveur        TEXT    NOT NULL,
  creneau        TEXT    NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_connexions_utilisateur ON connexions (utilisateur_id, instant);

CREATE TABLE IF NOT EXISTS appels (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  utilisateur_id INTEGER NOT NULL REFERENCES utilisateurs (id),
  service        TEXT    NOT NULL,
  article_id     INTEGER NULL,
  resultat       TEXT    NOT NULL,
  instant        TEXT    NOT NULL,
  serveur        TEXT    NOT NULL,
  creneau        TEXT    NOT NULL,
  ref            TEXT    NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_appels_utilisateur ON appels (utilisateur_id, instant);

CREATE TABLE IF NOT EXISTS refs (
  utilisateur_id INTEGER NOT NULL,
  ref            TEXT    NOT NULL,
  verbe          TEXT    NOT NULL,
  empreinte      TEXT    NOT NULL,
  reponse        TEXT    NOT NULL,
  expire_le      TEXT    NOT NULL,
  PRIMARY KEY (utilisateur_id, ref)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_refs_expire ON refs (expire_le);

CREATE TABLE IF NOT EXISTS jetons (
  empreinte      TEXT    NOT NULL PRIMARY KEY,
  utilisateur_id INTEGER NOT NULL REFERENCES utilisateurs (id),
  depuis         TEXT    NOT NULL,
  dernier_usage  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_jetons_utilisateur ON jetons (utilisateur_id);
CREATE INDEX IF NOT EXISTS ix_jetons_usage ON jetons (dernier_usage);
