"""Alembic migrations of the store: the environment, and the revisions in order."""
