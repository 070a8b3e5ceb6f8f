"""What sets a playbook off: one module each, with the typed spec of its YAML. A trigger is registered here."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any, Final

from bot.accounts.catalogue import Catalogue
from bot.accounts.signals import Signals
from bot.documents.check import check
from bot.documents.source import Source, Way
from bot.documents.words import one_of, shown
from bot.playbooks.triggers.anniversary import AnniversaryTrigger
from bot.playbooks.triggers.date import DateTrigger
from bot.playbooks.triggers.enters import EntersTrigger
from bot.playbooks.triggers.event import EventTrigger
from bot.playbooks.triggers.every import EveryTrigger
from bot.playbooks.triggers.leaves import LeavesTrigger
from bot.playbooks.triggers.manual import ManualTrigger
from bot.playbooks.triggers.schedule import ScheduleTrigger
from bot.playbooks.triggers.sweep import SweepTrigger
from bot.playbooks.triggers.trigger import Context, Firing, Instant, Trigger

PLAIN: Final[dict[str, type[Trigger]]] = {"sweep": SweepTrigger, "manual": ManualTrigger}
"""Triggers of one word."""

KEYED: Final[dict[str, type[Trigger]]] = {
    "event": EventTrigger,
    "date": DateTrigger,
    "anniversary": AnniversaryTrigger,
    "schedule": ScheduleTrigger,
    "enters": EntersTrigger,
    "leaves": LeavesTrigger,
    "every": EveryTrigger,
}
"""Triggers that are a mapping with this key."""

_FORMS = f"allowed: {', '.join(PLAIN)}, {', '.join(f'{{{key}: …}}' for key in KEYED)}"


def parse_trigger(value: Any, source: Source, way: Way, catalogue: Catalogue, segments: AbstractSet[str]) -> Trigger | None:
    """The trigger, or None with what is wrong in `source.findings`. `segments` as staysail.yml names them."""
    if isinstance(value, str) and value in PLAIN:
        return PLAIN[value]()
    if not isinstance(value, dict) or not value:
        near = f"; nearest: {{{value}: …}}" if isinstance(value, str) and value in KEYED else ""
        source.wrong(way, f"`{way[-1]}`: found {shown(value)}", _FORMS + near)
        return None
    keys = [key for key in value if key in KEYED]
    if len(keys) != 1:
        _report_keys(value, keys, source, way)
        return None
    trigger = check(KEYED[keys[0]], value, way, source)
    problems = list(trigger.problems(Context(catalogue, segments))) if trigger else []
    for one in problems:
        source.wrong((*way, one.key), f"`{one.key}`: {one.problem}", one.cure)
    return None if problems else trigger


def _report_keys(value: dict[str, Any], keys: list[str], source: Source, way: Way) -> None:
    if keys:
        source.wrong((*way, keys[1]), f"found two triggers, `{keys[0]}` and `{keys[1]}`", "allowed: one; write a second playbook")
    else:
        key = next(iter(value))
        source.wrong((*way, key), f"unknown trigger `{key}`", one_of(key, KEYED))


def firing(trigger: Trigger, signals: Signals, instant: Instant) -> Firing | None:
    """Whom the trigger means now; None: nobody."""
    return trigger.firing(signals, instant)


def trigger_in_words(trigger: Trigger) -> str:
    """How a person would say it, without a capital: `every year on the day of started_on`."""
    return trigger.in_words()


def watched_segments(triggers: Iterable[Trigger]) -> frozenset[str]:
    """Those whose entries and exits must be kept."""
    return frozenset(name for trigger in triggers for name in trigger.segments())


__all__ = [
    "AnniversaryTrigger",
    "DateTrigger",
    "EntersTrigger",
    "EventTrigger",
    "EveryTrigger",
    "Firing",
    "Instant",
    "LeavesTrigger",
    "ManualTrigger",
    "ScheduleTrigger",
    "SweepTrigger",
    "Trigger",
    "firing",
    "parse_trigger",
    "trigger_in_words",
    "watched_segments",
]
