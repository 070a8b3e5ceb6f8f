"""What a card about answers shows beside what every card does: the answers, and what the account's people answered before."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts.favours import Asked, asked_of, favours_of
from bot.alerts.people import person
from bot.messages import catalog as m
from models import Alert, Contact, Response
from models.queries import themes_of

ORDER = ("low", "middle", "high")
EARLIER = 3
CARD = m.CardName.SURVEY_ANSWERS.value


@dataclass(frozen=True)
class Heard:
    """Of one alert: its answers, the worst first, the account's last ones before them, and what somebody can be asked for now."""

    answers: tuple[m.SurveyAnswer, ...] = ()
    earlier: tuple[m.SurveyAnswer, ...] = ()
    favours: tuple[m.Favour, ...] = ()


@dataclass(frozen=True)
class _Beside:
    """Names and roles by contact, confirmed themes by response, the account's answers, newest first, and who was asked for what."""

    contacts: Mapping[str, Contact]
    themes: Mapping[str, Sequence[str]]
    of_account: Mapping[str, Sequence[Response]] = field(default_factory=dict)
    asked: Asked = field(default_factory=dict)


def heard(session: Session, alert_ids: Collection[int]) -> dict[int, Heard]:
    """By alert; alerts about anything else are left out. Nothing is asked of the database without alerts."""
    if not alert_ids:
        return {}
    mine: dict[int, list[Response]] = defaultdict(list)
    for response in session.scalars(select(Response).where(Response.alert_id.in_(alert_ids))):
        mine[response.alert_id or 0].append(response)
    accounts = {response.account_id or "" for some in mine.values() for response in some}
    beside = replace(_beside(session, _of_accounts(session, accounts)), asked=asked_of(session, chain(*mine.values())))
    return {alert_id: _heard(some, beside) for alert_id, some in mine.items()}


def told_by(session: Session, alert: Alert) -> Heard:
    """Of an alert about anything else: only what the account's people answered last."""
    found = heard(session, [alert.id]) if alert.card == CARD else {}
    return found.get(alert.id) or Heard(earlier=answers_of(session, alert.account_id))


def answers_of(session: Session, account_id: str, most: int = EARLIER) -> tuple[m.SurveyAnswer, ...]:
    """What an account's people answered last, newest first."""
    every = _of_accounts(session, [account_id])
    beside = _beside(session, every)
    return tuple(_answer(response, beside) for response in every[:most])


def _of_accounts(session: Session, account_ids: Collection[str]) -> Sequence[Response]:
    here = select(Response).where(Response.account_id.in_(account_ids))
    return session.scalars(here.order_by(Response.at.desc(), Response.id)).all()


def _beside(session: Session, responses: Sequence[Response]) -> _Beside:
    contacts = session.scalars(select(Contact).where(Contact.id.in_({one.contact_id for one in responses})))
    of_account: dict[str, list[Response]] = defaultdict(list)
    for response in responses:
        of_account[response.account_id or ""].append(response)
    return _Beside({one.id: one for one in contacts}, themes_of(session, [one.id for one in responses]), of_account)


def _heard(mine: Sequence[Response], beside: _Beside) -> Heard:
    ids, first = {response.id for response in mine}, min(response.at for response in mine)
    before = [one for one in beside.of_account[mine[0].account_id or ""] if one.id not in ids and one.at <= first]
    ordered = sorted(mine, key=lambda one: (ORDER.index(one.band), one.score, -one.changed_at.timestamp()))
    earlier = tuple(_answer(one, beside) for one in before[:EARLIER])
    return Heard(tuple(_answer(one, beside) for one in ordered), earlier, favours_of(mine, beside.asked))


def answer_of(response: Response, contact: Contact | None, themes: Sequence[str]) -> m.SurveyAnswer:
    """What somebody answered, as it stands alone."""
    return m.SurveyAnswer(
        response_id=response.id,
        who=contact.name if contact else "",
        role=(contact.role or "") if contact else "",
        survey=response.survey,
        kind=response.kind,
        band=response.band,
        score=response.score,
        at=response.at,
        comment=response.comment,
        versions=response.versions,
        themes=tuple(themes),
    )


def _answer(response: Response, beside: _Beside) -> m.SurveyAnswer:
    """With what came before it, and what came of it."""
    closed = response.closed_at
    return replace(
        answer_of(response, beside.contacts.get(response.contact_id), beside.themes.get(response.id, ())),
        at=response.changed_at,
        before=_before(response, beside.of_account.get(response.account_id or "", ())),
        loop=m.Loop(response.agreed or "", person(response.closed_by), closed, response.agreed_by) if closed else None,
    )


def _before(response: Response, newest_first: Sequence[Response]) -> int | None:
    """The score of the same person's last answer to a survey of this kind."""
    theirs = (one for one in newest_first if (one.contact_id, one.kind) == (response.contact_id, response.kind) and one.id != response.id)
    return next((one.score for one in theirs if one.at <= response.at), None)
