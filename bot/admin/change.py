"""Changing a setting in Slack: saved only if it is still what the admin saw, and always with a line in the audit trail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bot.bulk import insert_into
from bot.errors import Refused
from bot.settings import Settings
from bot.settings.changeable import CHANGEABLE
from bot.settings.live import VALUE, changes
from bot.settings.overrides import Changed
from bot.settings.reading import laid_over
from models import Override, Trace

CHANGED, RESET = "setting_changed", "setting_reset"
TICK: Final = timedelta(microseconds=1)


class ChangedMeanwhile(Refused):
    """Somebody else was faster. `now` is what counts since, by `who` (a Slack user; None: the file)."""

    def __init__(self, now: str, who: str | None) -> None:
        super().__init__("Somebody else has changed this meanwhile.")
        self.now, self.who = now, who


@dataclass(frozen=True)
class Wish:
    """`seen` is the fingerprint of the value that the admin saw. `value` as it would stand in staysail.yml."""

    key: str
    seen: str
    by: str
    at: datetime
    value: Any = None


def change(session: Session, settings: Settings, wish: Wish) -> bool:
    """False: it is so already. Raises ChangedMeanwhile."""
    before, standing = _seen(session, settings, wish)
    at = max(wish.at, standing.at + TICK) if standing else wish.at
    wanted = Changed(wish.key, wish.value, wish.by, "", at)
    after = laid_over(settings, [wanted, *(one for one in before.changed.values() if one.key != wish.key)])
    was, will_be = _typed(before, wish.key), _typed(after, wish.key)
    if was == will_be:
        return False
    if not _write(session, wanted, standing):
        raise _meanwhile(session, settings, wish.key)
    session.add(_trace(CHANGED, wish, was, will_be))
    return True


def reset(session: Session, settings: Settings, wish: Wish) -> bool:
    """Back to what the file says. False: it counts already. Raises ChangedMeanwhile."""
    before, standing = _seen(session, settings, wish)
    if standing is None:
        return False
    mine = (Override.key == wish.key, Override.at == standing.at)
    if not session.execute(delete(Override).where(*mine)).rowcount:  # type: ignore[attr-defined]
        raise _meanwhile(session, settings, wish.key)
    after = laid_over(settings, [one for one in before.changed.values() if one.key != wish.key])
    session.add(_trace(RESET, wish, _typed(before, wish.key), _typed(after, wish.key)))
    return True


def _seen(session: Session, settings: Settings, wish: Wish) -> tuple[Settings, Changed | None]:
    """The settings as they are now and the change that stands (it may be ignored), if the admin saw just that."""
    every = changes(session)
    now = laid_over(settings, every)
    standing = next((one for one in every if one.key == wish.key), None)
    if CHANGEABLE[wish.key].fingerprint(now) != wish.seen:
        raise ChangedMeanwhile(_typed(now, wish.key), standing.by if standing else None)
    return now, standing


def _meanwhile(session: Session, settings: Settings, key: str) -> ChangedMeanwhile:
    """Another process wrote between our look and our writing."""
    every = changes(session)
    who = next((one.by for one in every if one.key == key), None)
    return ChangedMeanwhile(_typed(laid_over(settings, every), key), who)


def _write(session: Session, wanted: Changed, standing: Changed | None) -> bool:
    """Conditional on what stands there: of two who write at once one finds nothing to write to."""
    values = {"value": {VALUE: wanted.value}, "by": wanted.by, "at": wanted.at}
    if standing is None:
        adding = insert_into(session, Override).values(key=wanted.key, **values).on_conflict_do_nothing(index_elements=["key"])
        return session.scalar(adding.returning(Override.key)) is not None
    mine = (Override.key == wanted.key, Override.at == standing.at)
    return bool(session.execute(update(Override).where(*mine).values(values)).rowcount)  # type: ignore[attr-defined]


def _typed(settings: Settings, key: str) -> str:
    return CHANGEABLE[key].typed(settings)


def _trace(what: str, wish: Wish, was: str, will_be: str) -> Trace:
    return Trace(at=wish.at, actor=wish.by, what=what, detail={"setting": wish.key, "from": was, "to": will_be})
