"""Brings a database to the newest revision, forwards only. Alembic is loaded only when there is work.

Migrations only add, so this program works on the tables of the next one: in a rolling upgrade a hub that is
started again finds them and serves.
"""

import logging
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from store.db.engine import open_engine
from store.db.errors import Outdated, converted

HEAD_REVISION = "0008"
MIGRATIONS = Path(__file__).parent / "migrations"
log = logging.getLogger(__name__)
CUT_JOURNAL = """
CREATE OR REPLACE FUNCTION cut_journal(fork bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM authority WHERE scope = 'CITY' AND mode = 'normal') THEN
    RAISE EXCEPTION 'a site leads from this journal';
  END IF;
  IF EXISTS (SELECT FROM journal AS gone WHERE gone.seq > fork
             AND NOT EXISTS (SELECT FROM abandoned AS kept WHERE kept.hash = gone.hash)) THEN
    RAISE EXCEPTION 'a row to be taken out is not kept';
  END IF;
  ALTER TABLE journal DISABLE TRIGGER journal_no_change;
  DELETE FROM journal WHERE seq > fork;
  ALTER TABLE journal ENABLE TRIGGER journal_no_change;
END $$
"""
"""The one way the hub's role takes rows out: of a site that leads no more, each kept in `abandoned`."""


def upgrade(engine: Engine) -> str:
    """Migrate where needed; the revision of the tables now. Raises Outdated, DBAPIError."""
    with engine.connect() as connection:
        revision = _revision(connection)
        if revision == HEAD_REVISION:
            return HEAD_REVISION
        if revision is not None and is_newer(revision):
            _tell_newer(revision)
            return revision
        if not _may_change_tables(connection):
            raise Outdated(f"tables {revision}, program {HEAD_REVISION}: run main.py store upgrade first")
        run_alembic(connection)
        connection.commit()
    return HEAD_REVISION


def migrate(url: str) -> str:
    """As `upgrade`, for a database nobody has open; the revision it has now. Raises StoreError."""
    engine = open_engine(url, writer=True)
    try:
        return upgrade(engine)
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()


def run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_newer(revision: str) -> bool:
    """True for tables that a later program made."""
    return revision.isdigit() and int(revision) > int(HEAD_REVISION)


@cache
def _tell_newer(revision: str) -> None:
    """Once in a process: short transactions open the store again and again."""
    log.warning("tables %s are newer than this program (%s): used as they are", revision, HEAD_REVISION)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def grant_hub_role(url: str, role: str) -> None:
    """PostgreSQL: `role` reads and writes every table, changes no row of journal or refusals, no form."""
    engine = open_engine(url, writer=True)
    quoted = engine.dialect.identifier_preparer.quote(role)
    try:
        with engine.begin() as connection:
            for statement in (
                f"GRANT USAGE ON SCHEMA public TO {quoted}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
                f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {quoted}",
                f"REVOKE UPDATE, DELETE ON journal FROM {quoted}",
                f"REVOKE UPDATE ON refusal FROM {quoted}",
                CUT_JOURNAL,
                "REVOKE ALL ON FUNCTION cut_journal(bigint) FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION cut_journal(bigint) TO {quoted}",
            ):
                connection.execute(text(statement))
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()


def _may_change_tables(connection: Connection) -> bool:
    if connection.dialect.name != "postgresql":
        return True
    query = text("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")
    return bool(connection.execute(query).scalar())
