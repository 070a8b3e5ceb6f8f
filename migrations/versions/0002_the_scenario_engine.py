"""The scenario engine"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def create_matches(longer_key: tuple[str, ...], *columns: sa.Column[str]) -> None:
    op.create_table(
        "matches",
        sa.Column("playbook", sa.String(), primary_key=True),
        sa.Column("account_id", sa.String(), sa.ForeignKey("accounts.id", name=op.f("fk_matches_account_id_accounts")), primary_key=True),
        *(sa.Column(name, sa.String(), primary_key=True, server_default="") for name in longer_key),
        *columns,
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("held", sa.String(), nullable=True),
        sa.Column("owner_email", sa.String(), nullable=True),
        sa.Column("priority", sa.Double(), nullable=True),
        sa.Column("severity", sa.Double(), nullable=True),
    )


def upgrade() -> None:

    op.create_table(
        "playbook_statuses",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("canary", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mode_by", sa.String(), nullable=True),
        sa.Column("mode_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.String(), nullable=True),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_playbook_statuses")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), server_default="", nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_events_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_account", ["account_id", "name", "at"], unique=False)
        batch_op.create_index(
            "ix_events_new",
            ["name"],
            unique=False,
            sqlite_where=sa.text("handled_at IS NULL"),
            postgresql_where=sa.text("handled_at IS NULL"),
        )

    op.create_table(
        "memberships",
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_memberships_account_id_accounts")),
        sa.PrimaryKeyConstraint("segment", "account_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "dispatches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("play_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("effect", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("contact_id", sa.String(), server_default="", nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clicked", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_dispatches_account_id_accounts")),
        sa.ForeignKeyConstraint(["play_id"], ["plays.id"], name=op.f("fk_dispatches_play_id_plays")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
    )
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.create_index("ix_dispatches_account", ["account_id", "created_at"], unique=False)
        batch_op.create_index("uq_dispatches_effect", ["play_id", "effect"], unique=True)

    op.create_table(
        "touches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=True),
        sa.Column("dispatch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_touches_account_id_accounts")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatches.id"], name=op.f("fk_touches_dispatch_id_dispatches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touches")),
    )
    with op.batch_alter_table("touches", schema=None) as batch_op:
        batch_op.create_index("ix_touches_account", ["account_id", "at"], unique=False)
        batch_op.create_index("ix_touches_contact", ["contact_id", "at"], unique=False)

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("crm_stage", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("own", sa.JSON(none_as_null=True), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("tags", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("effect", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("deadline", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_alerts_play_id"))
        batch_op.drop_index(batch_op.f("uq_alerts_open"), sqlite_where=sa.text("closed_at IS NULL"))
        batch_op.create_index(
            "ix_alerts_open",
            ["playbook", "account_id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index("uq_alerts_effect", ["play_id", "effect"], unique=True)

    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("timezone", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("channel", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("bounce", sa.String(), nullable=True))

    # `matches` is written anew by every sweep, so it is made anew with its longer key.
    op.drop_table("matches")
    create_matches(("contact_id",), sa.Column("occasion", sa.String(), nullable=True))

    with op.batch_alter_table("plays", schema=None) as batch_op:
        batch_op.add_column(sa.Column("contact_id", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("occasion", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("silent", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("stratum", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("progress", sa.JSON(none_as_null=True), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("waiting", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.String(), nullable=True))
        batch_op.drop_index(batch_op.f("uq_plays_running"), sqlite_where=sa.text("ended_at IS NULL"))
        batch_op.create_index(
            "uq_plays_running",
            ["playbook", "account_id", "contact_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "ix_plays_holdout",
            ["playbook", "stratum"],
            unique=False,
            sqlite_where=sa.text("stratum IS NOT NULL"),
            postgresql_where=sa.text("stratum IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_plays_waiting",
            ["waiting"],
            unique=False,
            sqlite_where=sa.text("waiting IS NOT NULL"),
            postgresql_where=sa.text("waiting IS NOT NULL"),
        )
        batch_op.create_index("uq_plays_occasion", ["playbook", "account_id", "contact_id", "occasion"], unique=True)

    with op.batch_alter_table("traces", schema=None) as batch_op:
        batch_op.add_column(sa.Column("play_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("step", sa.String(), nullable=True))
        batch_op.create_index("ix_traces_funnel", ["playbook", "what", "step"], unique=False)
        batch_op.create_index(batch_op.f("ix_traces_play_id"), ["play_id"], unique=False)

    op.execute("UPDATE accounts SET crm_stage = stage")
    op.execute("UPDATE plays SET waiting = 'alert' WHERE ended_at IS NULL")


def downgrade() -> None:

    with op.batch_alter_table("traces", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_traces_play_id"))
        batch_op.drop_index("ix_traces_funnel")
        batch_op.drop_column("step")
        batch_op.drop_column("play_id")

    with op.batch_alter_table("plays", schema=None) as batch_op:
        batch_op.drop_index("uq_plays_occasion")
        batch_op.drop_index(
            "ix_plays_waiting", sqlite_where=sa.text("waiting IS NOT NULL"), postgresql_where=sa.text("waiting IS NOT NULL")
        )
        batch_op.drop_index(
            "ix_plays_holdout", sqlite_where=sa.text("stratum IS NOT NULL"), postgresql_where=sa.text("stratum IS NOT NULL")
        )
        batch_op.drop_index("uq_plays_running", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"))
        batch_op.create_index(
            batch_op.f("uq_plays_running"), ["playbook", "account_id"], unique=True, sqlite_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_column("ended_by")
        batch_op.drop_column("waiting")
        batch_op.drop_column("progress")
        batch_op.drop_column("stratum")
        batch_op.drop_column("silent")
        batch_op.drop_column("occasion")
        batch_op.drop_column("contact_id")

    op.drop_table("matches")
    create_matches(())

    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_column("bounce")
        batch_op.drop_column("bounced_at")
        batch_op.drop_column("unsubscribed_at")
        batch_op.drop_column("channel")
        batch_op.drop_column("timezone")

    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index("uq_alerts_effect")
        batch_op.drop_index("ix_alerts_open", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"))
        batch_op.create_index(
            batch_op.f("uq_alerts_open"), ["playbook", "account_id"], unique=True, sqlite_where=sa.text("closed_at IS NULL")
        )
        batch_op.create_index(batch_op.f("ix_alerts_play_id"), ["play_id"], unique=False)
        batch_op.drop_column("deadline")
        batch_op.drop_column("effect")

    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_column("tags")
        batch_op.drop_column("own")
        batch_op.drop_column("crm_stage")

    with op.batch_alter_table("touches", schema=None) as batch_op:
        batch_op.drop_index("ix_touches_contact")
        batch_op.drop_index("ix_touches_account")

    op.drop_table("touches")
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.drop_index("uq_dispatches_effect")
        batch_op.drop_index("ix_dispatches_account")

    op.drop_table("dispatches")
    op.drop_table("memberships")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_new", sqlite_where=sa.text("handled_at IS NULL"), postgresql_where=sa.text("handled_at IS NULL"))
        batch_op.drop_index("ix_events_account")

    op.drop_table("events")
    op.drop_table("playbook_statuses")
