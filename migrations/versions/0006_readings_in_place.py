"""PostgreSQL keeps room beside every reading: a sweep writes all of them anew, and one that stays on its page costs no index entry"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE readings SET (fillfactor = 50)")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE readings RESET (fillfactor)")
