-- Two roles, run once in the new database by psql as its owner: the owner migrates, `neoadapt` serves.
-- What the service may do on each table is granted by `neoadapt migrate --grant-to neoadapt`.
-- The password comes from a file: psql's variable `secrets` names the folder, /run/secrets without it.
\if :{?secrets} \else \set secrets /run/secrets \endif
\set file :secrets '/db_password'
\set password `cat :'file'`

CREATE ROLE neoadapt LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
