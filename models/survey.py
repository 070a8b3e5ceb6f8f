"""Surveys: who was asked, what they answered, and what the answers are about."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key


class SurveyVersion(Base):
    """The text of a survey version as it was first asked: whoever was asked then sees these words until the question expires."""

    __tablename__ = "survey_versions"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    first_seen_at: Mapped[datetime]


class Invitation(Base):
    """A contact who was asked, or who was to be asked and was held back.

    `wave` is one asking of one account: the contacts that one play asks share it. `state`: `asked`, `held` (`held` says why, `held_until`
    since when they may be asked again) or `unsent` (the letter reached nobody). `person` is the address in lower case: limits count
    people, whatever accounts they are contacts of. `relational`: about the relationship as a whole, not about one thing that happened.
    `asked_at` is when the letter is due to leave. `token` is what the link in the letter names; of an anonymous survey it is forgotten
    when the question expires. `answered` says that there is an answer, for an anonymous survey without saying which or when.
    """

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    survey: Mapped[str]
    version: Mapped[int]
    kind: Mapped[str]
    relational: Mapped[bool]
    anonymous: Mapped[bool] = mapped_column(default=False, server_default=false())
    wave: Mapped[str]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[str]
    person: Mapped[str]
    play_id: Mapped[int | None] = mapped_column(ForeignKey("plays.id"))
    playbook: Mapped[str | None]
    state: Mapped[str]
    held: Mapped[str | None]
    held_until: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    token: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    answered: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index("uq_invitations_wave", "wave", "survey", "contact_id", unique=True),
        Index("ix_invitations_person", "person", "asked_at"),
        Index("ix_invitations_account", "account_id", "survey", "asked_at"),
        Index("ix_invitations_survey", "survey", "asked_at"),
        Index(
            "ix_invitations_remind", "remind_at", sqlite_where=text("remind_at IS NOT NULL"), postgresql_where=text("remind_at IS NOT NULL")
        ),
        Index(
            "ix_invitations_forget",
            "expires_at",
            sqlite_where=text("token IS NOT NULL AND anonymous = 1"),
            postgresql_where=text("token IS NOT NULL AND anonymous"),
        ),
    )


class Response(Base):
    """An answer as it stands now. `versions` says how many there were; each is kept as an `Answer`.

    `voter` makes an invitation's second answer a change of its first: `invitation:ID`, or for an anonymous survey a keyed hash that only
    the token and our secret give. An anonymous answer has no invitation, account, contact or alert, and its times are days.
    `groups` are the groups that it counts in, frozen when it came: `segment:NAME`, `csm:ADDRESS`, `stage:NAME`; of an anonymous one only
    those of which at least five people were asked in that wave's quarter. The loop is closed when somebody has agreed with the
    customer on what follows (`agreed`), `agreed_by` being until when.
    """

    __tablename__ = "responses"

    id: Mapped[str] = mapped_column(primary_key=True)
    voter: Mapped[str] = mapped_column(unique=True)
    survey: Mapped[str]
    version: Mapped[int]
    kind: Mapped[str]
    anonymous: Mapped[bool] = mapped_column(default=False, server_default=false())
    wave: Mapped[str | None]
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[str] = mapped_column(default="", server_default="")
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id"), index=True)
    score: Mapped[int]
    band: Mapped[str]
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    at: Mapped[datetime]
    changed_at: Mapped[datetime]
    versions: Mapped[int] = mapped_column(default=1, server_default="1")
    groups: Mapped[list[Any]] = mapped_column(default=list)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    agreed: Mapped[str | None] = mapped_column(Text)
    agreed_by: Mapped[date | None]

    __table_args__ = (
        Index("ix_responses_survey", "survey", "at"),
        Index("ix_responses_account", "account_id", "kind", "at"),
        Index("ix_responses_wave", "account_id", "wave"),
    )


class Answer(Base):
    """One version of a response, never changed afterwards."""

    __tablename__ = "answers"

    response_id: Mapped[str] = mapped_column(ForeignKey("responses.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[int]
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    at: Mapped[datetime]


class Theme(Base):
    """What several answers are about, as the team calls it. `examples` are words that it is known by, beside the comments marked with it.

    `closed_at`: the team has dealt with it; `done` says how. `told_at` is when the managers were last told that it grows or has come
    back; `version` rises with every change that their card must show.
    """

    __tablename__ = "themes"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    examples: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    done: Mapped[str | None] = mapped_column(Text)
    told_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class ThemeMark(Base):
    """A person's word that a response is about a theme. `suggested`: we had proposed it."""

    __tablename__ = "theme_marks"

    response_id: Mapped[str] = mapped_column(ForeignKey("responses.id"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("themes.id"), primary_key=True, index=True)
    by: Mapped[str]
    at: Mapped[datetime]
    suggested: Mapped[bool] = mapped_column(default=False, server_default=false())
