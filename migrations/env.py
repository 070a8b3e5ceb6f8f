"""Alembic's entry: runs the revisions, or compares the models with the database."""

import os

from alembic import context
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from models import Base


def run() -> None:
    address = context.config.attributes.get("url") or os.environ.get("DATABASE_URL", "sqlite:///staysail.db")
    url = make_url(address)
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            render_as_batch=url.get_backend_name() == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
