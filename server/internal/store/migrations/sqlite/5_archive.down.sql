DROP TABLE IF EXISTS audit_archive;
DROP TABLE IF EXISTS appels_archive;
DROP TABLE IF EXISTS connexions_archive;
