CREATE TABLE IF NOT EXISTS refus (
  utilisateur_id INTEGER NOT NULL,
  jour           TEXT    NOT NULL,
  quota          TEXT    NOT NULL,
  nombre         INTEGER NOT NULL,
  PRIMARY KEY (utilisateur_id, jour, quota)
) STRICT, WITHOUT ROWID;
