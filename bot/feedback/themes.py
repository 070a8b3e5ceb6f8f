"""Themes: what a team says that its customers' answers are about. Suggestions are only that; a mark is a person's word."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from bot.alerts.record import STAYSAIL, show
from bot.errors import AlreadyDone, Refused
from bot.feedback.theme_notice import hide_end, show_end, show_standing
from bot.functions import any_case
from bot.messages.mrkdwn import clean
from models import Alert, Response, Theme, ThemeMark, Trace
from models.queries import themes_of

NAME_LENGTH = 60
TEXTS_KEPT, TEXT_LENGTH = 100, 1000
"""Of the comments confirmed for a theme, so many of the newest tell what it is known by, and so many characters of each."""
Examples = Mapping[str, Sequence[str]]
"""What settings say: themes by name, each with examples."""


def every_theme(session: Session, examples: Examples) -> list[tuple[str, Theme | None]]:
    """Those of the database and those that only settings name so far, by name."""
    rows = {theme.name.lower(): theme for theme in session.scalars(select(Theme))}
    found: dict[str, tuple[str, Theme | None]] = {key: (name, None) for key, name in _by_key(examples).items()}
    found |= {key: (theme.name, theme) for key, theme in rows.items()}
    return [found[key] for key in sorted(found)]


def known_texts(session: Session, examples: Examples, besides: str = "") -> dict[str, list[str]]:
    """What each theme is known by: its examples and the newest comments confirmed for it, but for those of the response `besides`."""
    written = {clean(name, NAME_LENGTH).lower(): list(some) for name, some in examples.items()}
    comments = _confirmed(session, besides)
    return {
        name: [*written.get(name.lower(), ()), *(theme.examples if theme else ()), *(comments.get(theme.id, ()) if theme else ())]
        for name, theme in every_theme(session, examples)
    }


def _confirmed(session: Session, besides: str) -> dict[int, list[str]]:
    """Comments by theme."""
    place = func.row_number().over(partition_by=ThemeMark.theme_id, order_by=(ThemeMark.at.desc(), ThemeMark.response_id))
    words = func.substr(Response.comment, 1, TEXT_LENGTH).label("words")
    joined = select(ThemeMark.theme_id, words, place.label("place")).join(Response, Response.id == ThemeMark.response_id)
    newest = joined.where(Response.comment != "", Response.id != besides).subquery()
    found: dict[int, list[str]] = defaultdict(list)
    rows = select(newest.c.theme_id, newest.c.words).where(newest.c.place <= TEXTS_KEPT).order_by(newest.c.theme_id, newest.c.place)
    for theme_id, comment in session.execute(rows):
        found[theme_id].append(comment)
    return found


@dataclass(frozen=True)
class Marking:
    """What a person has decided about a response: the themes that it is about, by name, and a new one.

    `shown` are the themes that were marked when they looked: what somebody else has marked since is not taken away. `suggested`: names
    that we had proposed. `named`: the themes of settings, which are made as they are written there.
    """

    response_id: str
    chosen: Sequence[str]
    new: str = ""
    shown: Collection[int] = ()
    suggested: Collection[str] = ()
    named: Collection[str] = ()


def mark(session: Session, marking: Marking, by: str, now: datetime) -> bool:
    """Writes marks and takes away those that were unticked. False: nothing changed, as when the same form comes twice."""
    response = session.get(Response, marking.response_id, with_for_update=True)
    if response is None:
        raise Refused("This answer is no longer there.")
    wanted = _wanted(session, marking, by, now)
    present = set(session.scalars(select(ThemeMark.theme_id).where(ThemeMark.response_id == response.id)))
    added, removed = wanted.keys() - present, (set(marking.shown) - wanted.keys()) & present
    if not added and not removed:
        return False
    proposed = {name.lower() for name in marking.suggested}
    here = (ThemeMark.response_id == response.id, ThemeMark.theme_id.in_(removed))
    session.execute(delete(ThemeMark).where(*here))
    for theme_id in sorted(added):
        guessed = wanted[theme_id].lower() in proposed
        session.add(ThemeMark(response_id=response.id, theme_id=theme_id, by=by, at=now, suggested=guessed))
    session.flush()
    _tell(session, response, by, now)
    for theme in session.scalars(select(Theme).where(Theme.id.in_(added | removed)).order_by(Theme.id).with_for_update()):
        show_standing(session, theme, now)
    return True


def _tell(session: Session, response: Response, by: str, now: datetime) -> None:
    """A trace, and the answer's card, if it has one."""
    names = themes_of(session, [response.id]).get(response.id, [])
    detail = {"response": response.id, "themes": names, "note": ", ".join(names)}
    session.add(Trace(at=now, actor=by, what="themed", account_id=response.account_id, alert_id=response.alert_id, detail=detail))
    alert = session.get(Alert, response.alert_id, with_for_update=True) if response.alert_id else None
    if alert:
        show(session, alert)


def _wanted(session: Session, marking: Marking, by: str, now: datetime) -> dict[int, str]:
    """Themes by id, made where there are none of that name in whatever case."""
    asked = _by_key([*marking.chosen, marking.new])
    asked |= {key: name for key, name in _by_key(marking.named).items() if key in asked}
    found = _named(session, asked)
    if missing := asked.keys() - found.keys():
        _alone(session)
        found |= _named(session, missing)  # somebody else may have been faster
        made = [Theme(name=asked[key], examples=[], created_at=now, created_by=by) for key in sorted(missing - found.keys())]
        session.add_all(made)
        session.flush()
        found |= {theme.name.lower(): theme for theme in made}
    return {found[key].id: found[key].name for key in asked}


def _by_key(names: Iterable[str]) -> dict[str, str]:
    """Names by what they are compared by."""
    return {name.lower(): name for one in names if (name := clean(one, NAME_LENGTH))}


def _named(session: Session, keys: Collection[str]) -> dict[str, Theme]:
    return {theme.name.lower(): theme for theme in session.scalars(select(Theme).where(any_case(Theme.name).in_(keys)))}


def _alone(session: Session) -> None:
    """Nobody else makes a theme meanwhile: two names may differ in their case only. On SQLite there is one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE themes IN SHARE ROW EXCLUSIVE MODE"))


def theme_named(session: Session, theme_id: int, lock: bool = False) -> Theme:
    theme = session.get(Theme, theme_id, with_for_update=True if lock else None)
    if theme is None:
        raise Refused("This theme is no longer there.")
    return theme


def close_theme(session: Session, theme_id: int, who: str, done: str, now: datetime) -> Theme:
    """The team has dealt with it. The same form sent twice changes nothing; somebody else is told who was first."""
    theme = theme_named(session, theme_id, lock=True)
    if theme.closed_at is not None:
        if theme.closed_by == who:
            return theme
        raise AlreadyDone("closed", theme.closed_by, theme.closed_at)
    theme.closed_at, theme.closed_by, theme.done = now, who, done
    session.add(Trace(at=now, actor=who, what="theme_closed", detail={"theme": theme.name, "note": done}))
    show_end(session, theme, now)
    return theme


def open_again(session: Session, theme_id: int, who: str, now: datetime) -> Theme:
    """It is not dealt with after all: by a person's word, or (`who` is Staysail) since customers bring it up again."""
    theme = theme_named(session, theme_id, lock=True)
    if theme.closed_at is None:
        return theme
    theme.closed_at = theme.closed_by = theme.done = None
    session.add(Trace(at=now, actor=who, what="theme_opened", detail={"theme": theme.name}))
    if who != STAYSAIL:
        hide_end(session, theme, now)
    return theme
