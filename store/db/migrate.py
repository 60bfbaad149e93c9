"""Brings a database to the newest revision, forwards only. Alembic is loaded only when there is work."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from store.db.engine import open_engine
from store.db.errors import converted

HEAD_REVISION = "0005"
MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> bool:
    """Migrate where needed; True when anything was done."""
    with engine.connect() as connection:
        if _revision(connection) == HEAD_REVISION:
            return False
        run_alembic(connection)
        connection.commit()
    return True


def migrate(url: str) -> None:
    """As `upgrade`, for a database nobody has open. Raises StoreError."""
    engine = open_engine(url, writer=True)
    try:
        upgrade(engine)
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


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
