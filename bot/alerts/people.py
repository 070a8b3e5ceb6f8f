"""People as cards name them."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL
from bot.messages import catalog as m
from bot.team.directory import by_email
from models import Teammate

People = Mapping[str, Teammate]


def load_people(session: Session, emails: Sequence[tuple[str | None, ...]]) -> People:
    return by_email(session, {email for some in emails for email in some})


def person(slack_id: str | None) -> m.Person | None:
    return m.Person(slack_id=slack_id) if slack_id and slack_id != STAYSAIL else None


def owner_person(email: str | None, people: People) -> m.Person | None:
    if not email:
        return None
    known = people.get(email)
    return m.Person(slack_id=known.slack_id, name=known.name, email=email) if known else m.Person(email=email)
