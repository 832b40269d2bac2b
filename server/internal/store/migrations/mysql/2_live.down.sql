DROP TABLE IF EXISTS audit, reglages, consignes, annonces;
