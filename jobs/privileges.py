"""The role the site and the workers act as: it may do everything but change what is history.

A role belongs to the whole server and its privileges to each database, so both are seen to after every
migration. Where the owner may not make roles, everything acts as the owner and the triggers of
migration 0002 are the only wall; `karkas check` says which one stands.
"""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg

if TYPE_CHECKING:  # the supervisor comes here too, and is to stay small
    import sqlalchemy as sa

ROLE = "karkas_app"
PATIENCE_SECONDS = 3

MAKE = f"""
do $$ begin
    if not exists (select from pg_roles where rolname = '{ROLE}') then
        create role {ROLE} nologin;
    end if;
    if not pg_has_role(current_user, '{ROLE}', 'member') then
        grant {ROLE} to current_user;
    end if;
exception when insufficient_privilege or duplicate_object or unique_violation then null;
end $$
"""
"""Another base of the same server may be making it at this moment."""

KNOWN = "select exists (select from pg_roles where rolname = %s)"
GRANT = f"""
grant usage on schema public to {ROLE};
grant select, insert, update, delete on all tables in schema public to {ROLE};
grant usage, select on all sequences in schema public to {ROLE};
revoke insert, update, delete on event from {ROLE};
revoke update, delete on event_seal from {ROLE};
revoke insert, update, delete on alembic_version from {ROLE};
"""  # noqa: S608  a name of our own
CHOSEN = """
select string_agg(quote_ident(attname), ', ') from pg_attribute
 where attrelid = 'event'::regclass and attnum > 0 and not attisdropped and attname not in ('id', 'xid')
"""
"""The number of an event and of its transaction are the database's: nothing can be slipped in between."""


def grant(connection: "sa.Connection") -> None:
    """Give the role what it may have in this database, if there is such a role or one can be made."""
    connection.exec_driver_sql(MAKE)
    if connection.exec_driver_sql(KNOWN, (ROLE,)).scalar_one():
        connection.exec_driver_sql(GRANT)
        columns = connection.exec_driver_sql(CHOSEN).scalar_one()
        connection.exec_driver_sql(f"grant insert ({columns}) on event to {ROLE}")


def narrowed(url: str) -> str:
    """The same address in the role of the application, when its login may take it."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    asked["options"] = f"{asked.get('options', '')} -c role={ROLE}".strip()
    narrow = parts._replace(query=urlencode(asked, quote_via=quote)).geturl()
    try:
        psycopg.connect(narrow, connect_timeout=PATIENCE_SECONDS).close()
    except psycopg.OperationalError:
        return url
    return narrow
