"""The Alembic environment: it migrates over the connection that `api.store.migrating` hands it."""

from alembic import context

from api.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
