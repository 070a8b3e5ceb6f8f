"""The verdicts that people gave on playbooks by closing alerts, read from the reasons that stood then. `precision` says what counts."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, TextClause, and_, func, not_, select, text
from sqlalchemy.orm import Session

from bot.messages import catalog as m
from bot.playbooks.precision import NO_VERDICT, WINDOW, Precision, verdict_of
from models import Alert, PlaybookStatus, Reason
from models.alert import JUDGED


def _given() -> tuple[TextClause, ColumnElement[bool]]:
    """Reasons that stood when a person closed their alert, but for closings that tell nothing."""
    silent = and_(Alert.state == m.State.DISMISSED.value, func.coalesce(Alert.outcome, "").in_(NO_VERDICT))
    return text(JUDGED), not_(silent)


def trailing(session: Session, statuses: Collection[PlaybookStatus]) -> dict[str, Precision]:
    """The precision of each over its last verdicts, since an admin restored it. An index gives them without reading the older ones."""
    return {status.name: _trailing(session, status.name, status.restored_at) for status in statuses}


def _trailing(session: Session, name: str, since: datetime | None) -> Precision:
    mine = [Reason.playbook == name, *([Reason.ended_at > since] if since else [])]
    given = select(Alert.state, Alert.outcome).select_from(Reason).join(Alert, Alert.id == Reason.alert_id).where(*mine, *_given())
    newest = given.order_by(Reason.ended_at.desc(), Reason.id.desc()).limit(WINDOW)
    return Precision.of([bool(verdict_of(state, outcome)) for state, outcome in session.execute(newest)])


def counted(session: Session, names: Collection[str], since: datetime) -> Mapping[str, Counter[bool]]:
    """How many verdicts were good and bad for each since then."""
    found: dict[str, Counter[bool]] = defaultdict(Counter)
    given = select(Reason.playbook, Alert.state, func.count()).join(Alert, Alert.id == Reason.alert_id).where(*_given())
    recent = given.where(Reason.playbook.in_(names), Reason.ended_at >= since).group_by(Reason.playbook, Alert.state)
    for name, state, count in session.execute(recent):
        found[name][state == m.State.RESOLVED] += count
    return found


def precision_fact(precision: Precision) -> m.Precision:
    low, high = precision.interval
    return m.Precision(precision.useful, precision.verdicts, low, high)
