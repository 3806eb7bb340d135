-- Privileges of the database's owner, who runs migrations: node dist/migrate.js.
-- Run it as root, after CREATE DATABASE clinica CHARACTER SET utf8mb4 and
-- CREATE USER 'clinica_owner'@'%' IDENTIFIED BY '...'.

GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES ON clinica.* TO 'clinica_owner'@'%';
