CREATE TABLE IF NOT EXISTS utilisateurs (
  id                 BIGINT       NOT NULL AUTO_INCREMENT,
  login              VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'identifiant, en minuscules',
  email              VARCHAR(254) NOT NULL COMMENT 'adresse de contact, unique',
  prenom             VARCHAR(64)  NOT NULL,
  nom                VARCHAR(64)  NOT NULL,
  mot_de_passe       VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'hachage lent et salé (forme PHC), jamais le mot de passe',
  role               VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'etudiant' COMMENT 'etudiant ou admin',
  etat               VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'actif' COMMENT 'actif ou bloque',
  nb_connexions      BIGINT       NOT NULL DEFAULT 0 COMMENT 'connexions réussies depuis toujours',
  nb_ventes          BIGINT       NOT NULL DEFAULT 0 COMMENT 'appels du service VENTE depuis toujours',
  nb_achats          BIGINT       NOT NULL DEFAULT 0 COMMENT 'appels du service ACHAT depuis toujours',
  derniere_connexion DATETIME(3)  NULL COMMENT 'UTC',
  raz_le             DATETIME(3)  NULL COMMENT 'UTC : les fenêtres de quota comptent après cet instant',
  cree_le            DATETIME(3)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  UNIQUE KEY uq_utilisateurs_login (login),
  UNIQUE KEY uq_utilisateurs_email (email)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Comptes';

CREATE TABLE IF NOT EXISTS articles (
  id            BIGINT       NOT NULL AUTO_INCREMENT,
  vendeur_id    BIGINT       NOT NULL COMMENT 'qui vend',
  acheteur_id   BIGINT       NULL COMMENT 'qui a acheté, NULL tant que rien n''est vendu',
  categorie     VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'livre dvd cd jeu materiel autre',
  prix_centimes INT          NOT NULL COMMENT 'prix en centimes',
  titre         VARCHAR(120) NOT NULL,
  description   VARCHAR(300) NOT NULL DEFAULT '',
  etat          VARCHAR(8)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'en_vente' COMMENT 'en_vente, vendu ou retire',
  publie_le     DATETIME(3)  NOT NULL COMMENT 'UTC',
  vendu_le      DATETIME(3)  NULL COMMENT 'UTC',
  PRIMARY KEY (id),
  KEY ix_articles_etat (etat, id),
  KEY ix_articles_etat_categorie (etat, categorie, id),
  KEY ix_articles_etat_prix (etat, prix_centimes, id),
  KEY ix_articles_etat_categorie_prix (etat, categorie, prix_centimes, id),
  KEY ix_articles_vendeur (vendeur_id, id),
  KEY ix_articles_acheteur (acheteur_id, id),
  CONSTRAINT fk_articles_vendeur FOREIGN KEY (vendeur_id) REFERENCES utilisateurs (id),
  CONSTRAINT fk_articles_acheteur FOREIGN KEY (acheteur_id) REFERENCES utilisateurs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Articles à vendre et vendus';

CREATE TABLE IF NOT EXISTS mots (
  mot        VARCHAR(120) NOT NULL COMMENT 'mot du titre, en minuscules et sans accents',
  article_id BIGINT       NOT NULL,
  PRIMARY KEY (mot, article_id),
  KEY ix_mots_article (article_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Mots des titres, pour la recherche';

CREATE TABLE IF NOT EXISTS connexions (
  id             BIGINT      NOT NULL AUTO_INCREMENT,
  utilisateur_id BIGINT      NOT NULL COMMENT 'qui',
  instant        DATETIME(3) NOT NULL COMMENT 'quand (UTC)',
  adresse        VARCHAR(64) NOT NULL COMMENT 'd''où',
  serveur        VARCHAR(64) NOT NULL COMMENT 'instance qui a répondu',
  creneau        CHAR(16)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'place prise dans la fenêtre Redis',
  PRIMARY KEY (id),
  KEY ix_connexions_utilisateur (utilisateur_id, instant),
  CONSTRAINT fk_connexions_utilisateur FOREIGN KEY (utilisateur_id) REFERENCES utilisateurs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Registre des connexions réussies';

CREATE TABLE IF NOT EXISTS appels (
  id             BIGINT      NOT NULL AUTO_INCREMENT,
  utilisateur_id BIGINT      NOT NULL COMMENT 'qui',
  service        VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'vente ou achat',
  article_id     BIGINT      NULL COMMENT 'article nommé, qu''il existe ou non',
  resultat       VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ok, VENDU, ABSENT ou INTERDIT',
  instant        DATETIME(3) NOT NULL COMMENT 'quand (UTC)',
  serveur        VARCHAR(64) NOT NULL COMMENT 'instance qui a répondu',
  creneau        CHAR(16)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'place prise dans la fenêtre Redis',
  ref            VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'référence de répétition',
  PRIMARY KEY (id),
  KEY ix_appels_utilisateur (utilisateur_id, instant),
  CONSTRAINT fk_appels_utilisateur FOREIGN KEY (utilisateur_id) REFERENCES utilisateurs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Registre des appels de service';

CREATE TABLE IF NOT EXISTS refs (
  utilisateur_id BIGINT      NOT NULL,
  ref            VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'référence choisie par le client',
  verbe          VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  empreinte      CHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 des arguments',
  reponse        TEXT        NOT NULL COMMENT 'première réponse, rejouée',
  expire_le      DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (utilisateur_id, ref),
  KEY ix_refs_expire (expire_le)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Appels répétables (ref=)';

CREATE TABLE IF NOT EXISTS jetons (
  empreinte      CHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 du jeton, jamais le jeton',
  utilisateur_id BIGINT      NOT NULL,
  depuis         DATETIME(3) NOT NULL COMMENT 'UTC',
  dernier_usage  DATETIME(3) NOT NULL COMMENT 'UTC, écrit au plus une fois par minute',
  PRIMARY KEY (empreinte),
  KEY ix_jetons_utilisateur (utilisateur_id),
  KEY ix_jetons_usage (dernier_usage),
  CONSTRAINT fk_jetons_utilisateur FOREIGN KEY (utilisateur_id) REFERENCES utilisateurs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='Jetons de reprise de session';
