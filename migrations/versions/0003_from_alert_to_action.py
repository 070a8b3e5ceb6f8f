"""From alert to action"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

MOVED = "playbook, playbook_version, measured_at, cause, facts, trend, severity, worst, got_worse"
"""What an alert said of its one reason, before it could have several."""


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", KEY, nullable=False),
        sa.Column("slack_id", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stand_in", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absences_slack_id"), ["slack_id"], unique=False)

    op.create_table(
        "channels",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channels_name"), ["name"], unique=False)

    op.create_table(
        "overrides",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_overrides")),
    )
    op.create_table(
        "notes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_notes_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("key", name=op.f("uq_notes_key")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index("ix_notes_account", ["account_id", "at"], unique=False)

    op.create_table(
        "reasons",
        sa.Column("id", KEY, nullable=False),
        sa.Column("alert_id", KEY, nullable=False),
        sa.Column("play_id", KEY, nullable=True),
        sa.Column("effect", sa.Integer(), server_default="0", nullable=False),
        sa.Column("playbook", sa.String(), server_default="", nullable=False),
        sa.Column("playbook_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("trend", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("severity", sa.Double(), nullable=True),
        sa.Column("worst", sa.Double(), nullable=True),
        sa.Column("got_worse", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_reasons_alert_id_alerts")),
        sa.ForeignKeyConstraint(["play_id"], ["plays.id"], name=op.f("fk_reasons_play_id_plays")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reasons")),
    )
    with op.batch_alter_table("reasons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reasons_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index("ix_reasons_ended", ["playbook", "ended_at"], unique=False)
        batch_op.create_index(
            "ix_reasons_judged",
            ["playbook", "ended_at"],
            unique=False,
            sqlite_where=sa.text("ended IN ('resolved', 'dismissed')"),
            postgresql_where=sa.text("ended IN ('resolved', 'dismissed')"),
        )
        batch_op.create_index(
            "ix_reasons_open",
            ["playbook"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("uq_reasons_effect", ["play_id", "effect"], unique=True)

    op.create_table(
        "rooms",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("alert_id", KEY, nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("specialist", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), server_default="", nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("shared", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=True),
        sa.Column("channel_name", sa.String(), nullable=True),
        sa.Column("done", sa.JSON(none_as_null=True), server_default="{}", nullable=False),
        sa.Column("problems", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_rooms_account_id_accounts")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_rooms_alert_id_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint("key", name=op.f("uq_rooms_key")),
    )
    with op.batch_alter_table("rooms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rooms_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rooms_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rooms_channel_id"), ["channel_id"], unique=False)

    op.create_table(
        "writebacks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("alert_id", KEY, nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("old", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("new", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("found", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_writebacks_account_id_accounts")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_writebacks_alert_id_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writebacks")),
        sa.UniqueConstraint("key", name=op.f("uq_writebacks_key")),
    )
    with op.batch_alter_table("writebacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_writebacks_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_writebacks_waiting",
            ["retry_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'undoing')"),
            postgresql_where=sa.text("state IN ('waiting', 'undoing')"),
        )

    op.execute(
        f"INSERT INTO reasons (alert_id, play_id, effect, began_at, ended_at, ended, {MOVED}) "
        "SELECT id, play_id, effect, opened_at, closed_at, CASE WHEN closed_at IS NULL THEN NULL ELSE state END, "
        f"{MOVED} FROM alerts ORDER BY id"
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("take_by", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("reopens_id", KEY, nullable=True))
        batch_op.alter_column("playbook", existing_type=sa.String(), server_default="")
        batch_op.alter_column("playbook_version", existing_type=sa.Integer(), server_default="0")
        batch_op.alter_column("play_id", existing_type=KEY, nullable=True)
        batch_op.drop_index(batch_op.f("ix_alerts_open"), sqlite_where=sa.text("closed_at IS NULL"))
        batch_op.create_index(
            "ix_alerts_open",
            ["account_id", "kind"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_alerts_take_by",
            ["take_by"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_alerts_reopens_id_alerts"), "alerts", ["reopens_id"], ["id"])
        batch_op.drop_column("measured_at")
        batch_op.drop_column("worst")
        batch_op.drop_column("trend")
        batch_op.drop_column("severity")
        batch_op.drop_column("cause")
        batch_op.drop_column("facts")
        batch_op.drop_column("got_worse")

    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.create_unique_constraint(batch_op.f("uq_dispatches_key"), ["key"])

    with op.batch_alter_table("playbook_statuses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("demoted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("restored_by", sa.String(), nullable=True))

    with op.batch_alter_table("plays", schema=None) as batch_op:
        batch_op.add_column(sa.Column("end_severity", sa.Double(), nullable=True))

    with op.batch_alter_table("teammates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status_emoji", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("status_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("traces", schema=None) as batch_op:
        batch_op.create_index("ix_traces_at", ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("traces", schema=None) as batch_op:
        batch_op.drop_index("ix_traces_at")

    with op.batch_alter_table("teammates", schema=None) as batch_op:
        batch_op.drop_column("status_until")
        batch_op.drop_column("status_emoji")

    with op.batch_alter_table("plays", schema=None) as batch_op:
        batch_op.drop_column("end_severity")

    with op.batch_alter_table("playbook_statuses", schema=None) as batch_op:
        batch_op.drop_column("restored_by")
        batch_op.drop_column("restored_at")
        batch_op.drop_column("demoted_at")

    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_dispatches_key"), type_="unique")
        batch_op.drop_column("version")
        batch_op.drop_column("key")

    op.execute("DELETE FROM traces WHERE alert_id IN (SELECT id FROM alerts WHERE play_id IS NULL)")
    op.execute("DELETE FROM reasons WHERE alert_id IN (SELECT id FROM alerts WHERE play_id IS NULL)")
    op.execute("DELETE FROM rooms")
    op.execute("DELETE FROM writebacks")
    op.execute("UPDATE alerts SET reopens_id = NULL")
    op.execute("DELETE FROM alerts WHERE play_id IS NULL")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True))
        for name in ("cause", "facts", "trend"):
            batch_op.add_column(sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("severity", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("worst", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("got_worse", sa.Boolean(), nullable=True))
    first = "FROM reasons WHERE id = (SELECT min(id) FROM reasons WHERE alert_id = alerts.id)"
    for name in ("measured_at", "cause", "facts", "trend", "severity", "worst", "got_worse"):
        op.execute(f"UPDATE alerts SET {name} = (SELECT {name} {first})")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        for name in ("measured_at", "cause", "facts", "trend", "got_worse"):
            batch_op.alter_column(name, nullable=False)
        batch_op.drop_constraint(batch_op.f("fk_alerts_reopens_id_alerts"), type_="foreignkey")
        batch_op.drop_index("ix_alerts_take_by", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"))
        batch_op.drop_index("ix_alerts_open", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"))
        open_ones = {"sqlite_where": sa.text("closed_at IS NULL"), "postgresql_where": sa.text("closed_at IS NULL")}
        batch_op.create_index(batch_op.f("ix_alerts_open"), ["playbook", "account_id"], unique=False, **open_ones)
        batch_op.alter_column("playbook", existing_type=sa.String(), server_default=None)
        batch_op.alter_column("playbook_version", existing_type=sa.Integer(), server_default=None)
        batch_op.alter_column("play_id", existing_type=KEY, nullable=False)
        batch_op.drop_column("reopens_id")
        batch_op.drop_column("quiet")
        batch_op.drop_column("told_at")
        batch_op.drop_column("reminded_at")
        batch_op.drop_column("take_by")

    with op.batch_alter_table("writebacks", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_writebacks_waiting",
            sqlite_where=sa.text("state IN ('waiting', 'undoing')"),
            postgresql_where=sa.text("state IN ('waiting', 'undoing')"),
        )
        batch_op.drop_index(batch_op.f("ix_writebacks_account_id"))

    op.drop_table("writebacks")
    with op.batch_alter_table("rooms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rooms_channel_id"))
        batch_op.drop_index(batch_op.f("ix_rooms_alert_id"))
        batch_op.drop_index(batch_op.f("ix_rooms_account_id"))

    op.drop_table("rooms")
    with op.batch_alter_table("reasons", schema=None) as batch_op:
        batch_op.drop_index("uq_reasons_effect")
        batch_op.drop_index("ix_reasons_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"))
        batch_op.drop_index(
            "ix_reasons_judged",
            sqlite_where=sa.text("ended IN ('resolved', 'dismissed')"),
            postgresql_where=sa.text("ended IN ('resolved', 'dismissed')"),
        )
        batch_op.drop_index("ix_reasons_ended")
        batch_op.drop_index(batch_op.f("ix_reasons_alert_id"))

    op.drop_table("reasons")
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.drop_index("ix_notes_account")

    op.drop_table("notes")
    op.drop_table("overrides")
    with op.batch_alter_table("channels", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channels_name"))

    op.drop_table("channels")
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absences_slack_id"))

    op.drop_table("absences")
