"""What plays have led to, so that two runs can be compared."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Account, Alert, Dispatch, Event, Membership, OutboxMessage, Play, PlaybookStatus, Reason, Touch, Trace


def outcome(session: Session) -> dict[str, Any]:
    """Everything that plays have led to, without the numbers that a database gives: those skip when a transaction is undone."""
    plays = _plays(session)
    alerts = {alert.id: (plays[alert.play_id or 0], alert.effect) for alert in session.scalars(select(Alert))}
    sent = {one.id: (plays[one.play_id or 0], one.effect) for one in session.scalars(select(Dispatch))}
    subjects = {f"alert:{number}": ("alert", of) for number, of in alerts.items()} | {
        f"dispatch:{number}": ("sent", of) for number, of in sent.items()
    }
    return {
        "plays": {plays[play.id]: _row(play, "id", "occasion") for play in session.scalars(select(Play))},
        "alerts": {alerts[alert.id]: _row(alert, "id", "play_id", "reopens_id") for alert in session.scalars(select(Alert))},
        "reasons": {
            (plays[reason.play_id or 0], reason.effect): _row(reason, "id", "play_id", "alert_id") | {"alert": alerts[reason.alert_id]}
            for reason in session.scalars(select(Reason))
        },
        "sent": {
            sent[one.id]: _row(one, "id", "play_id") | {"content": _content(one.content, plays)}
            for one in session.scalars(select(Dispatch))
        },
        "touches": sorted((one.at, one.contact_id, one.what, sent[one.dispatch_id or 0]) for one in session.scalars(select(Touch))),
        "outbox": sorted(_message(one, plays, subjects) for one in session.scalars(select(OutboxMessage))),
        "accounts": {account.id: (account.stage, account.tags, account.own) for account in session.scalars(select(Account))},
        "events": {one.key if "alert" not in one.key else "closed": one.handled_at for one in session.scalars(select(Event))},
        "members": sorted((one.segment, one.account_id, one.entered_at) for one in session.scalars(select(Membership))),
        "statuses": [_row(one) for one in session.scalars(select(PlaybookStatus).order_by(PlaybookStatus.name))],
        "traces": _traces(session, plays),
    }


def _plays(session: Session) -> dict[int, tuple[str, str, int]]:
    """Each play by its playbook and account, and the how-manieth it is there."""
    seen: dict[tuple[str, str], int] = {}
    found = {}
    for play in session.scalars(select(Play).order_by(Play.id)):
        of = (play.playbook, play.account_id)
        seen[of] = seen.get(of, 0) + 1
        found[play.id] = (*of, seen[of])
    return found


def _row(row: Any, *without: str) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns if column.name not in without}


def _content(content: dict[str, Any], plays: Mapping[int, Any]) -> dict[str, Any]:
    if "body" not in content:
        return content
    return content | {"body": content["body"] | {"play": plays[content["body"]["play"]]}}


def _message(message: OutboxMessage, plays: Mapping[int, Any], subjects: Mapping[str, Any]) -> tuple[Any, ...]:
    _, play, effect = message.dedup_key.split(":")
    return (*plays[int(play)], int(effect), str(subjects[message.subject]), message.channel, message.due_at, message.wanted_version)


def _traces(session: Session, plays: Mapping[int, Any]) -> dict[Any, list[Any]]:
    """What each play did, in its order."""
    found: dict[Any, list[Any]] = {}
    for trace in session.scalars(select(Trace).where(Trace.play_id.is_not(None)).order_by(Trace.id)):
        detail = {name: value for name, value in trace.detail.items() if name != "dispatch"}
        if "started" in detail:
            detail["started"] = plays[detail["started"]]
        occasion = detail.pop("occasion", None)
        seen = (trace.at, trace.actor, trace.what, trace.step, detail, occasion is not None, trace.alert_id is not None)
        found.setdefault(plays[trace.play_id or 0], []).append(seen)
    return found
