-- New tables rather than new columns: MySQL has no ADD COLUMN IF NOT EXISTS, and
-- every file must be able to run again from its beginning.
CREATE TABLE IF NOT EXISTS annonces (
  article_id BIGINT NOT NULL COMMENT 'vendu, et pas encore dit à son vendeur',
  vendeur_id BIGINT NOT NULL,
  PRIMARY KEY (article_id),
  KEY ix_annonces_vendeur (vendeur_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Ventes à dire à leur vendeur';

CREATE TABLE IF NOT EXISTS consignes (
  utilisateur_id BIGINT      NOT NULL,
  expulse_jusqua DATETIME(3) NULL COMMENT 'UTC : pas de connexion avant cet instant',
  mdp_a_changer  TINYINT     NOT NULL DEFAULT 0 COMMENT '1 : mot de passe donné par un administrateur, à changer',
  PRIMARY KEY (utilisateur_id),
  CONSTRAINT fk_consignes_utilisateur FOREIGN KEY (utilisateur_id) REFERENCES utilisateurs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Ce qu''un administrateur a décidé pour un compte';

CREATE TABLE IF NOT EXISTS reglages (
  nom    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  valeur VARCHAR(64) NOT NULL,
  PRIMARY KEY (nom)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Réglages de toutes les instances ; la ligne verrou met les administrateurs en file';
INSERT IGNORE INTO reglages (nom, valeur) VALUES ('inscriptions', 'ouvertes'), ('verrou', '');

CREATE TABLE IF NOT EXISTS audit (
  id       BIGINT       NOT NULL AUTO_INCREMENT,
  instant  DATETIME(3)  NOT NULL COMMENT 'quand (UTC)',
  admin_id BIGINT       NULL COMMENT 'qui ; NULL : la ligne de commande du serveur',
  admin    VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'son login à ce moment',
  action   VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'quoi : le verbe',
  cible_id BIGINT       NULL COMMENT 'à qui ; NULL : à tous',
  cible    VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'son login à ce moment',
  raison   VARCHAR(300) NOT NULL COMMENT 'pourquoi, ou ce qui a été dit',
  serveur  VARCHAR(64)  NOT NULL COMMENT 'instance qui l''a fait',
  PRIMARY KEY (id),
  KEY ix_audit_cible (cible_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Registre des actes des administrateurs';
