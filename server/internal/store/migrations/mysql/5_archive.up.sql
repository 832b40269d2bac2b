-- Rows of the ledger and of the audit of past months (etuservices-server archive), as
-- they were. No foreign key, and only the index by which a user's rows are found, by an
-- export and by the deletion of the account.
CREATE TABLE IF NOT EXISTS connexions_archive (
  id             BIGINT      NOT NULL COMMENT 'celui qu''elle avait dans connexions',
  utilisateur_id BIGINT      NOT NULL COMMENT 'qui',
  instant        DATETIME(3) NOT NULL COMMENT 'quand (UTC)',
  adresse        VARCHAR(64) NOT NULL COMMENT 'd''où',
  serveur        VARCHAR(64) NOT NULL COMMENT 'instance qui a répondu',
  creneau        CHAR(16)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'place prise dans la fenêtre Redis',
  PRIMARY KEY (id),
  KEY ix_connexions_archive_utilisateur (utilisateur_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Connexions des mois passés';

CREATE TABLE IF NOT EXISTS appels_archive (
  id             BIGINT      NOT NULL COMMENT 'celui qu''il avait dans appels',
  utilisateur_id BIGINT      NOT NULL COMMENT 'qui',
  service        VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'vente ou achat',
  article_id     BIGINT      NULL COMMENT 'article nommé, qu''il existe ou non',
  resultat       VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ok, VENDU, ABSENT ou INTERDIT',
  instant        DATETIME(3) NOT NULL COMMENT 'quand (UTC)',
  serveur        VARCHAR(64) NOT NULL COMMENT 'instance qui a répondu',
  creneau        CHAR(16)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'place prise dans la fenêtre Redis',
  ref            VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'référence de répétition',
  PRIMARY KEY (id),
  KEY ix_appels_archive_utilisateur (utilisateur_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Appels de service des mois passés';

CREATE TABLE IF NOT EXISTS audit_archive (
  id       BIGINT       NOT NULL COMMENT 'celui qu''elle avait dans audit',
  instant  DATETIME(3)  NOT NULL COMMENT 'quand (UTC)',
  admin_id BIGINT       NULL COMMENT 'qui ; NULL : la ligne de commande du serveur',
  admin    VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'son login à ce moment',
  action   VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'quoi : le verbe',
  cible_id BIGINT       NULL COMMENT 'à qui ; NULL : à tous',
  cible    VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'son login à ce moment',
  raison   VARCHAR(300) NOT NULL COMMENT 'pourquoi, ou ce qui a été dit',
  serveur  VARCHAR(64)  NOT NULL COMMENT 'instance qui l''a fait',
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Actes des administrateurs des mois passés';
