CREATE TABLE IF NOT EXISTS connexions_archive (
  id             INTEGER PRIMARY KEY,
  utilisateur_id INTEGER NOT NULL,
  instant        TEXT    NOT NULL,
  adresse        TEXT    NOT NULL,
  serveur        TEXT    NOT NULL,
  creneau        TEXT    NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_connexions_archive_utilisateur ON connexions_archive (utilisateur_id);

CREATE TABLE IF NOT EXISTS appels_archive (
  id             INTEGER PRIMARY KEY,
  utilisateur_id INTEGER NOT NULL,
  service        TEXT    NOT NULL,
  article_id     INTEGER NULL,
  resultat       TEXT    NOT NULL,
  instant        TEXT    NOT NULL,
  serveur        TEXT    NOT NULL,
  creneau        TEXT    NOT NULL,
  ref            TEXT    NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_appels_archive_utilisateur ON appels_archive (utilisateur_id);

CREATE TABLE IF NOT EXISTS audit_archive (
  id       INTEGER PRIMARY KEY,
  instant  TEXT    NOT NULL,
  admin_id INTEGER NULL,
  admin    TEXT    NOT NULL,
  action   TEXT    NOT NULL,
  cible_id INTEGER NULL,
  cible    TEXT    NOT NULL,
  raison   TEXT    NOT NULL,
  serveur  TEXT    NOT NULL
) STRICT;
