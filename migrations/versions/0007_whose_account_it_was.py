"""A review remembers who looked after its account when it was planned: whoever comes after them is told of it"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("reviews") as reviews:
        reviews.add_column(sa.Column("owner_email", sa.String(), nullable=True))
    op.execute("UPDATE reviews SET owner_email = (SELECT owner_email FROM accounts WHERE accounts.id = reviews.account_id)")


def downgrade() -> None:
    with op.batch_alter_table("reviews") as reviews:
        reviews.drop_column("owner_email")
