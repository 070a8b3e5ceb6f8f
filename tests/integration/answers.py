"""Invitations and answers as a test wants them, without anybody having been asked."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.surveys.survey import Kind, band_of
from models import Account, Invitation, Response

EXPIRES = timedelta(days=21)


def account(id_: str, at: datetime, **values: Any) -> Account:
    return Account(id=id_, name=id_.title(), polled_at=at, **values)


def asked(account_id: str, person: str, at: datetime, **more: Any) -> Invitation:
    """Somebody who was asked for NPS; what is not said is believable."""
    kind = more.get("kind", "nps")
    row = {
        "survey": kind,
        "version": 1,
        "kind": kind,
        "relational": kind == "nps",
        "wave": f"play:{account_id}:{at:%Y-%m-%d}",
        "account_id": account_id,
        "contact_id": person,
        "person": f"{person}@{account_id}.example",
        "state": "asked",
        "created_at": at,
        "asked_at": at,
        "expires_at": at + EXPIRES,
    }
    return Invitation(**row | more)


def answer(account_id: str | None, score: int, at: datetime, number: int, **more: Any) -> Response:
    """`number` makes its id."""
    kind = more.get("kind", "nps")
    row = {
        "id": f"r{number}",
        "voter": f"test:{number}",
        "survey": kind,
        "version": 1,
        "kind": kind,
        "account_id": account_id,
        "score": score,
        "band": band_of(Kind(kind), score).value,
        "at": at,
        "changed_at": at,
        "groups": [],
    }
    return Response(**row | more)


def answers(account_id: str | None, scores: Iterable[int], at: datetime, first: int, **more: Any) -> list[Response]:
    return [answer(account_id, score, at, first + place, **more) for place, score in enumerate(scores)]
