"""What became of a review: who came, what they said to the invitation, and its deck"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("reviews") as reviews:
        reviews.add_column(sa.Column("deck_at", sa.DateTime(timezone=True), nullable=True))
        reviews.create_index("ix_reviews_state", ["state", "starts_at"])
    with op.batch_alter_table("participants") as participants:
        participants.add_column(sa.Column("comment", sa.Text(), nullable=True))
        participants.add_column(sa.Column("came", sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("participants") as participants:
        participants.drop_column("came")
        participants.drop_column("comment")
    with op.batch_alter_table("reviews") as reviews:
        reviews.drop_index("ix_reviews_state")
        reviews.drop_column("deck_at")
