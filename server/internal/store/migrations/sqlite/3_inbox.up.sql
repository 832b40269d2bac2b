CREATE TABLE IF NOT EXISTS nouvelles (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  utilisateur_id INTEGER NOT NULL,
  rang           INTEGER NULL,
  instant        TEXT    NOT NULL,
  type           TEXT    NOT NULL,
  article_id     INTEGER NULL,
  annonce_id     INTEGER NULL,
  texte          TEXT    NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_nouvelles_boite ON nouvelles (utilisateur_id, rang, instant);
CREATE INDEX IF NOT EXISTS ix_nouvelles_instant ON nouvelles (instant);

CREATE TABLE IF NOT EXISTS boites (
  utilisateur_id INTEGER PRIMARY KEY,
  dernier        INTEGER NOT NULL,
  lu_jusqua      INTEGER NOT NULL,
  annonce_jusqua INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS communiques (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  instant TEXT    NOT NULL,
  texte   TEXT    NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ix_communiques_instant ON communiques (instant);

CREATE TABLE IF NOT EXISTS mesures (
  instant    TEXT    NOT NULL,
  processus  TEXT    NOT NULL,
  commandes  INTEGER NOT NULL,
  connexions INTEGER NOT NULL,
  ventes     INTEGER NOT NULL,
  achats     INTEGER NOT NULL,
  refus      INTEGER NOT NULL,
  latences   TEXT    NOT NULL,
  PRIMARY KEY (instant, processus)
) STRICT, WITHOUT ROWID;
