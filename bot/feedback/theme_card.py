"""The managers' card about a theme: figures and quotes as they are when it is sent, up to the moment that it was last changed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.cards import money
from bot.alerts.people import person
from bot.clock import start_of
from bot.delivery.composed import Composed, Composer, Withheld
from bot.delivery.keys import theme_subject
from bot.feedback.groups import SEGMENT
from bot.feedback.growth import MONTH, Counts, counts_of
from bot.feedback.theme_answers import few_anonymous, themed
from bot.messages import catalog as m
from bot.messages.render import render
from bot.team.channels import is_external
from models import Account, Dispatch, OutboxMessage, Response, Theme, ThemeMark

MONTHS_SHOWN = 6
SEGMENTS_SHOWN = 4
MOST_READ = 40
"""Of the newest answers with words so many are looked through for quotes."""


def theme_composer(zone: ZoneInfo) -> Composer:
    def compose(session: Session, ids: Sequence[int]) -> Mapping[int, Composed | Withheld]:
        cards = session.scalars(select(Dispatch).where(Dispatch.id.in_(ids))).all()
        return {card.id: _composed(session, card, zone) for card in cards}

    return compose


def _composed(session: Session, card: Dispatch, zone: ZoneInfo) -> Composed | Withheld:
    theme = session.get_one(Theme, card.content["theme"])
    if (why := moot(session, theme, card)) and not _is_posted(session, card):
        return Withheld(why)
    shown = card_of(session, theme, card, zone)
    return Composed(card.version, render(shown.for_strangers() if is_external(session, card.recipient) else shown))


def _is_posted(session: Session, card: Dispatch) -> bool:
    """Or perhaps: an earlier attempt may have left it in Slack."""
    row = select(OutboxMessage.id).where(OutboxMessage.subject == theme_subject(card.id))
    return session.scalar(row.where(OutboxMessage.ts.is_not(None) | (OutboxMessage.attempts > 1))) is not None


def moot(session: Session, theme: Theme, card: Dispatch) -> str | None:
    """Why there is nothing to tell any more."""
    content = card.content
    if content.get("closed"):
        return "the theme was closed meanwhile"
    if content.get("followed_at"):
        return "there is a newer card"
    since = _closing(content["before"])
    if since and not _newer(session, theme, since.at):
        return "its answers were unmarked"
    if since is None and not counts_of(session, [theme.id], _as_of(card)).get(theme.id, Counts()).grow:
        return "its answers were unmarked"
    return None


def _newer(session: Session, theme: Theme, at: datetime) -> bool:
    mine = select(Response.id).join(ThemeMark, ThemeMark.response_id == Response.id).where(ThemeMark.theme_id == theme.id)
    return session.scalar(mine.where(Response.at > at).limit(1)) is not None


@dataclass(frozen=True)
class _Marked:
    """An answer of the last months. `account_id` None: it is anonymous."""

    id: str
    at: datetime
    account_id: str | None
    groups: Sequence[str]


def card_of(session: Session, theme: Theme, card: Dispatch, zone: ZoneInfo) -> m.ThemeCard:
    content, as_of = card.content, _as_of(card)
    before, followed = _closing(content["before"]), content.get("followed_at")
    months = _months(as_of, zone)
    marked = _marked(session, theme, start_of(months[0], zone), as_of)
    counts = counts_of(session, [theme.id], as_of).get(theme.id, Counts())
    since = [one for one in marked if one.at > (before.at if before else as_of - MONTH)]
    by_month = Counter(one.at.astimezone(zone).date().replace(day=1) for one in marked)
    return m.ThemeCard(
        theme_id=theme.id,
        name=theme.name,
        told_at=card.created_at,
        as_of=as_of,
        recent=counts.recent,
        earlier=counts.before,
        months=tuple((month, by_month[month]) for month in months),
        since=len(since) if before else 0,
        **_affected(session, since),
        segments=_segments(since),
        quotes=_quotes(session, theme, since),
        before=before,
        closed=_closing(content.get("closed")),
        followed_at=datetime.fromisoformat(followed) if followed else None,
    )


def _as_of(card: Dispatch) -> datetime:
    return datetime.fromisoformat(card.content["as_of"])


def _closing(content: Mapping[str, Any] | None) -> m.Closing | None:
    return m.Closing(datetime.fromisoformat(content["at"]), person(content["by"]), content["done"] or "") if content else None


def _months(as_of: datetime, zone: ZoneInfo) -> list[date]:
    """The first days of the last calendar months, oldest first."""
    last = as_of.astimezone(zone).date()
    ordinal = last.year * 12 + last.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(ordinal - MONTHS_SHOWN + 1, ordinal + 1)]


def _marked(session: Session, theme: Theme, since: datetime, until: datetime) -> list[_Marked]:
    columns = select(Response.id, Response.at, Response.account_id, Response.groups).join(ThemeMark, ThemeMark.response_id == Response.id)
    here = columns.where(ThemeMark.theme_id == theme.id, Response.at >= since, Response.at <= until)
    return [_Marked(*row) for row in session.execute(here.order_by(Response.at.desc(), Response.id))]


def _affected(session: Session, marked: Iterable[_Marked]) -> dict[str, Any]:
    """Accounts with the most answers first, the larger before the smaller."""
    counts = Counter(one.account_id for one in marked if one.account_id)
    accounts = session.scalars(select(Account).where(Account.id.in_(counts))).all()
    ordered = sorted(accounts, key=lambda one: (-counts[one.id], -(one.arr or 0), one.name))
    shown = (m.Affected(m.Account(one.id, one.name, one.url), counts[one.id], money(one)) for one in ordered[: m.ThemeCard.ACCOUNTS])
    return {"accounts": tuple(shown), "accounts_total": len(ordered), "arr": _sums(ordered)}


def _sums(accounts: Iterable[Account]) -> tuple[m.Money, ...]:
    sums: dict[str | None, float] = defaultdict(float)
    for one in accounts:
        if one.arr is not None:
            sums[one.currency] += one.arr
    return tuple(m.Money(amount, currency) for currency, amount in sorted(sums.items(), key=lambda one: -one[1]))


def _segments(marked: Iterable[_Marked]) -> tuple[m.Count, ...]:
    """As they were when the answers came. Anonymous answers are in none: a few of them would tell who they are from."""
    names = (group.partition(":")[2] for one in marked if one.account_id for group in one.groups if group.startswith(f"{SEGMENT}:"))
    ranked = sorted(Counter(names).items(), key=lambda one: (-one[1], one[0]))
    return tuple(m.Count(name, count) for name, count in ranked[:SEGMENTS_SHOWN])


def _quotes(session: Session, theme: Theme, marked: Iterable[_Marked]) -> tuple[m.ThemedAnswer, ...]:
    """The newest words, of different accounts if there are such; anonymous ones only where they are not a few."""
    few = few_anonymous(session, theme.id)
    wanted = [one.id for one in marked if one.account_id or not few][: MOST_READ * 4]
    said = select(Response).where(Response.id.in_(wanted), Response.comment != "").order_by(Response.at.desc(), Response.id)
    responses = session.scalars(said.limit(MOST_READ)).all()
    first = {one.account_id: one for one in reversed(responses)}.values()
    ordered = [one for one in responses if one in first] + [one for one in responses if one not in first]
    return themed(session, ordered[: m.ThemeCard.QUOTES])
