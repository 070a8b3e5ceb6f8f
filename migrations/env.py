"""Alembic's entry: runs the revisions, or compares the models with the database."""

import os

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from bot.database import with_our_driver
from models import Base


def run() -> None:
    address = context.config.attributes.get("url") or os.environ.get("DATABASE_URL", "sqlite:///staysail.db")
    url = with_our_driver(address)
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
