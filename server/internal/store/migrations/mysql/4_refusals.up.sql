-- No foreign key to the users: counts are written some seconds late, perhaps after
-- the account is gone.
CREATE TABLE IF NOT EXISTS refus (
  utilisateur_id BIGINT      NOT NULL COMMENT 'qui',
  jour           DATE        NOT NULL COMMENT 'quand (UTC)',
  quota          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'connexions ou services',
  nombre         BIGINT      NOT NULL COMMENT 'appels refusés ce jour, écrits avec 10 s de retard au plus',
  PRIMARY KEY (utilisateur_id, jour, quota)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Appels refusés par les quotas, par personne et par jour';
