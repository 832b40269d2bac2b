-- La base d'EtuServices, le compte du serveur et celui des sauvegardes.
-- Changez les deux mots de passe, et % en l'adresse des serveurs s'ils sont sur
-- d'autres machines (par exemple '10.0.0.%'), puis, en tant que root de MySQL :
--   mysql < mysql.sql
CREATE DATABASE IF NOT EXISTS etuservices CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Le serveur crée ses tables et les met à jour lui-même.
CREATE USER IF NOT EXISTS 'etu'@'%' IDENTIFIED BY 'secret';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES
  ON etuservices.* TO 'etu'@'%';

CREATE USER IF NOT EXISTS 'etu_sauvegarde'@'%' IDENTIFIED BY 'autre secret';
GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER ON etuservices.* TO 'etu_sauvegarde'@'%';
-- MySQL 8 avec gtid_mode=ON veut aussi : GRANT RELOAD ON *.* TO 'etu_sauvegarde'@'%';
