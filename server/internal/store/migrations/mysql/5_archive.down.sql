DROP TABLE IF EXISTS audit_archive, appels_archive, connexions_archive;
