#!/bin/sh
# Runs once, in an empty cluster: makes the role and database the embedded servers make. The role
# is neither superuser nor able to bypass row-level security; here it also needs a password.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$ORDERDESK_DATABASE_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
create role app login createdb nosuperuser nobypassrls;
create database app owner app;
alter role app password :'password';
SQL
