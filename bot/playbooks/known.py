"""All signals that conditions may use: measured ones, own fields, health, segments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from bot.accounts.catalogue import Kind
from bot.accounts.fields import Fields
from bot.accounts.signals import Measured, Signals, read_known
from bot.errors import Finding
from bot.playbooks.cadence import with_reviews
from bot.playbooks.health import with_health
from bot.playbooks.segments import signal_name, with_segments
from bot.settings import Settings


@dataclass(frozen=True)
class _Made:
    """Signals, and what they were made from."""

    settings: Settings
    known: tuple[Any, ...]
    signals: Signals


_last: list[_Made] = []


def known_signals(session: Session, settings: Settings, day: date, unpolled: Mapping[str, str] = MappingProxyType({})) -> Signals:
    """As of the last reading. Their `mistakes` hold every one in the sections `health`, `segments` and `reviews` of staysail.yml.

    `unpolled`: CRM columns that a query gives but no sweep has read yet, with the kind of their values. Every click asks for the signals,
    and between two sweeps they are the same: those that were made last are given again.
    """
    known = (day, *read_known(session, settings.metrics, unpolled))
    for made in _last:
        if made.settings is settings and made.known == known:
            return made.signals
    signals = _signals(settings, *known)
    _last[:] = [_Made(settings, known, signals)]
    return signals


def _signals(settings: Settings, day: date, measured: Mapping[str, Measured], crm: Mapping[str, Kind]) -> Signals:
    own = {name: field.kind for name, field in settings.fields.items()}
    signals = Signals(day, settings.metrics, measured, Fields(crm, own, settings.zone))
    signals = with_segments(with_health(signals, settings.health), settings.segments)
    return with_reviews(signals, settings.reviews, settings.zone)


def doubts(settings: Settings, signals: Signals) -> Iterable[Finding]:
    """CRM columns that staysail.yml hides or cannot join: nothing fails, but somebody should know."""
    crm = signals.fields.crm
    for name, field in settings.fields.items():
        if crm.get(name, field.kind) not in (field.kind, Kind.unknown):
            problem = f"the CRM's column `{name}` holds values of another kind ({crm[name]}) and does not count"
            yield Finding(field.place, problem, f"make it {crm[name]}, or choose another name", fatal=False)
    for segment, written in settings.segments.items():
        if signal_name(segment) in crm:
            problem = f"it hides the CRM's column `{signal_name(segment)}`"
            yield Finding(written.place, problem, "choose another name", fatal=False)
