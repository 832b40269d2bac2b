CREATE TABLE IF NOT EXISTS annonces (
  article_id INTEGER PRIMARY KEY,
  vendeur_id INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_annonces_vendeur ON annonces (vendeur_id);

CREATE TABLE IF NOT EXISTS consignes (
  utilisateur_id INTEGER PRIMARY KEY REFERENCES utilisateurs (id),
  expulse_jusqua TEXT    NULL,
  mdp_a_changer  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE IF NOT EXISTS reglages (
  nom    TEXT NOT NULL PRIMARY KEY,
  valeur TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO reglages (nom, valeur) VALUES ('inscriptions', 'ouvertes'), ('verrou', '');

CREATE TABLE IF NOT EXISTS audit (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  instant  TEXT    NOT NULL,
  admin_id INTEGER NULL,
  admin    TEXT    NOT NULL,
  action   TEXT    NOT NULL,
  cible_id INTEGER NULL,
  cible    TEXT    NOT NULL,
  raison   TEXT    NOT NULL,
  serveur  TEXT    NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_audit_cible ON audit (cible_id, id);
