"""The managers' card about a theme, as it is decided and kept up to date. What it shows is read when it is sent (`theme_card`).

A theme has one card that stands: its last. It is found by when the theme was told; the one before then says that it is followed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery import outbox
from bot.delivery.keys import read_subject, theme_key, theme_subject
from models import Dispatch, OutboxMessage, Theme

THEME = "theme"
GROWS, RETURNED = "grows", "returned"
STANDS = timedelta(days=30)
"""So long new marks change a theme's card, and so long nobody is told again that it grows."""


@dataclass(frozen=True)
class Place:
    """Where and when the managers are told."""

    channel: str
    due_at: datetime


def tell(session: Session, theme: Theme, why: str, place: Place, now: datetime, before: Mapping[str, Any] | None = None) -> None:
    """A new card. `before`: how the theme had been closed, of one that has come back. The caller holds the theme's row."""
    if last := told(session, theme):
        _change(session, theme, last, {"followed_at": now.isoformat()})
    theme.told_at = now
    content = {"theme": theme.id, "why": why, "as_of": now.isoformat(), "before": dict(before) if before else None}
    made = Dispatch(kind=THEME, key=theme_key(theme.id, now), recipient=place.channel, content=content, created_at=now)
    made.version = theme.version
    session.add(made)
    session.flush()
    subject = theme_subject(made.id)
    outbox.enqueue(session, [outbox.New(subject, subject, place.channel, place.due_at)], now)


def told(session: Session, theme: Theme) -> Dispatch | None:
    """The theme's last card."""
    if theme.told_at is None:
        return None
    return session.scalar(select(Dispatch).where(Dispatch.key == theme_key(theme.id, theme.told_at)).with_for_update())


def show_standing(session: Session, theme: Theme, now: datetime) -> None:
    """Its marks have changed: the card that stands shows it, for a month."""
    if theme.told_at and theme.closed_at is None and now - theme.told_at <= STANDS:
        _show(session, theme, {"as_of": now.isoformat()})


def show_end(session: Session, theme: Theme, now: datetime) -> None:
    """Its last card, however old, says that it was closed, with the figures of that moment."""
    closed = {"at": now.isoformat(), "by": theme.closed_by, "done": theme.done}
    _show(session, theme, {"as_of": now.isoformat(), "closed": closed})


def hide_end(session: Session, theme: Theme, now: datetime) -> None:
    _show(session, theme, {"as_of": now.isoformat(), "closed": None})


def show_themes_in(session: Session, channel_id: str) -> None:
    """Brings every card of a channel up to date: who reads it has changed."""
    here = (OutboxMessage.channel_id == channel_id, OutboxMessage.subject.startswith(f"{THEME}:"))
    ids = [read_subject(subject)[1] for subject in session.scalars(select(OutboxMessage.subject).where(*here))]
    for card in session.scalars(select(Dispatch).where(Dispatch.id.in_(ids)).order_by(Dispatch.id)):
        _change(session, session.get_one(Theme, card.content["theme"], with_for_update=True), card, {})


def _show(session: Session, theme: Theme, change: dict[str, Any]) -> None:
    if last := told(session, theme):
        _change(session, theme, last, change)


def _change(session: Session, theme: Theme, card: Dispatch, change: dict[str, Any]) -> None:
    theme.version += 1
    card.content, card.version = card.content | change, theme.version
    outbox.refresh(session, theme_subject(card.id), card.version)
