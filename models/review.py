"""Reviews: meetings with a customer, from the plan to what was agreed."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key

SCHEDULED, HELD, SKIPPED = "scheduled", "held", "skipped"
"""States of a review that decide when the next one is due."""
CANCELLED, NO_SHOW = "cancelled", "no_show"


class Review(Base):
    """A meeting with a customer, or one that was skipped. `type`: `qbr`, `ebr`, `kick_off`, `renewal` or `call`.

    `state`: `scheduled`, `cancelled`, `held`, `no_show` or `skipped`. Of a skipped one `starts_at` is when that was decided, and `note`
    why; of a held one `note` is what was said, `decisions` what was agreed, `mood` how it felt (1 to 5). `closed_at` and `closed_by` tell
    of the end; `briefed_at`, `deck_at` and `asked_at` are when its organizer got the brief, its deck,
    and was asked whether it was held: all three begin anew when it moves.

    `key` makes a form that is sent twice one review. `uid` and `sequence` are the calendar's (RFC 5545): the same UID through the whole
    life, a higher SEQUENCE with every change that the participants are told. `starts_at` and `minutes` say when; `zone` is the zone in
    which it was planned, and that clock changes follow. `organizer` is the CSM's Slack user, `organizer_email` and `organizer_name` as
    the invitation names them. `owner_email` is who looked after the account when it was planned, by the CRM. `place` is a room or a link.
    """

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    uid: Mapped[str] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id"), index=True)
    type: Mapped[str]
    state: Mapped[str]
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    zone: Mapped[str]
    place: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    agenda: Mapped[str] = mapped_column(Text, default="", server_default="")
    organizer: Mapped[str]
    organizer_email: Mapped[str]
    organizer_name: Mapped[str]
    owner_email: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    changed_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    decisions: Mapped[str | None] = mapped_column(Text)
    mood: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    briefed_at: Mapped[datetime | None]
    deck_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    __table_args__ = (
        Index("ix_reviews_account", "account_id", "type", "starts_at"),
        Index("ix_reviews_organizer", "organizer", "starts_at"),
        Index("ix_reviews_state", "state", "starts_at"),
    )


class Participant(Base):
    """Somebody who is invited to a review: a contact (`contact_id`) or a teammate (`slack_id`).

    `answer` is the calendar's PARTSTAT in lower case: `needs-action`, `accepted`, `declined`, `tentative` or `delegated` (somebody else
    comes instead). `answered_at` is when they did, by their own clock; `comment` is what they wrote beside it. `told` is the highest
    SEQUENCE that a letter to them was written for; -1: none yet. `gone_at`: taken off the list, and told so. `came`: whether they took
    part; None: nobody said.
    """

    __tablename__ = "participants"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    email: Mapped[str]
    name: Mapped[str]
    contact_id: Mapped[str] = mapped_column(default="", server_default="")
    slack_id: Mapped[str] = mapped_column(default="", server_default="")
    answer: Mapped[str] = mapped_column(default="needs-action", server_default="needs-action")
    answered_at: Mapped[datetime | None]
    comment: Mapped[str | None] = mapped_column(Text)
    came: Mapped[bool | None]
    told: Mapped[int] = mapped_column(default=-1, server_default="-1")
    gone_at: Mapped[datetime | None]

    __table_args__ = (Index("uq_participants_email", "review_id", "email", unique=True),)
