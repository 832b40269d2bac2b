-- No foreign key to the users: whoever buys writes to the seller's inbox, and must
-- not lock the seller's row.
CREATE TABLE IF NOT EXISTS nouvelles (
  id             BIGINT       NOT NULL AUTO_INCREMENT,
  utilisateur_id BIGINT       NOT NULL COMMENT 'à qui c''est arrivé',
  rang           BIGINT       NULL COMMENT 'sa place dans la boîte, donnée quand elle est regardée ; NULL : pas encore',
  instant        DATETIME(3)  NOT NULL COMMENT 'quand (UTC)',
  type           VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'VENDU, ANNONCE, EXPULSE, RAZ',
  article_id     BIGINT       NULL COMMENT 'VENDU : l''article',
  annonce_id     BIGINT       NULL COMMENT 'ANNONCE : le communiqué',
  texte          VARCHAR(300) NULL COMMENT 'ce qui a été dit à cette personne',
  PRIMARY KEY (id),
  KEY ix_nouvelles_boite (utilisateur_id, rang, instant),
  KEY ix_nouvelles_instant (instant)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Ce qui est arrivé à chacun, 90 jours';

CREATE TABLE IF NOT EXISTS boites (
  utilisateur_id BIGINT NOT NULL,
  dernier        BIGINT NOT NULL COMMENT 'dernier rang donné',
  lu_jusqua      BIGINT NOT NULL COMMENT 'rang jusqu''auquel tout est lu',
  annonce_jusqua BIGINT NOT NULL COMMENT 'dernier communiqué repris dans la boîte',
  PRIMARY KEY (utilisateur_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Où en est la boîte de chacun';

CREATE TABLE IF NOT EXISTS communiques (
  id      BIGINT       NOT NULL AUTO_INCREMENT COMMENT 'dans l''ordre des COMMIT : la ligne verrou de reglages est tenue',
  instant DATETIME(3)  NOT NULL COMMENT 'quand (UTC)',
  texte   VARCHAR(300) NOT NULL,
  PRIMARY KEY (id),
  KEY ix_communiques_instant (instant)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Annonces à tous, repris dans chaque boîte quand elle est regardée';

CREATE TABLE IF NOT EXISTS mesures (
  instant    DATETIME(3)   NOT NULL COMMENT 'début des 5 secondes (UTC)',
  processus  VARCHAR(80)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'processus qui a compté',
  commandes  BIGINT        NOT NULL,
  connexions BIGINT        NOT NULL COMMENT 'connexions réussies',
  ventes     BIGINT        NOT NULL,
  achats     BIGINT        NOT NULL,
  refus      BIGINT        NOT NULL,
  latences   VARCHAR(2000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'histogramme des durées : classe:nombre',
  PRIMARY KEY (instant, processus)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Activité de chaque processus, 60 minutes';
