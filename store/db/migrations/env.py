"""Alembic's entry: one connection handed in by `store.db.migrate`, inside its transaction."""

from alembic import context

from store.db.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
