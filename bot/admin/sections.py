"""What /stay admin shows, read from the database and the settings of this moment."""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot.admin.letters import count_dead
from bot.delivery import outbox
from bot.errors import InvalidInput
from bot.messages import catalog as m
from bot.messages.actions import AdminSection
from bot.playbooks.breakers import STALE
from bot.playbooks.notices import notice_of
from bot.playbooks.rulebook import Rulebook
from bot.settings import Settings
from bot.settings.changeable import Changeable, changeable_in
from bot.settings.live import changes
from bot.settings.overrides import Changed
from bot.settings.reading import laid_over
from models import Breaker, Source

OPEN = Breaker.closed_at.is_(None)
SETTINGS = (AdminSection.ROLES, AdminSection.CHANNELS, AdminSection.LIMITS, AdminSection.ALERTS)
"""Sections that hold nothing but settings."""


def overview(session: Session, settings: Settings, ignored: tuple[str, ...]) -> m.AdminOverview:
    every = [line for section in AdminSection for line in setting_lines(session, settings, section)]
    bad = select(func.count()).select_from(Source).where(Source.problem.is_not(None) | Source.name.in_(_stale()))
    return m.AdminOverview(
        changed=tuple(line for line in every if line.by),
        ignored=ignored,
        sources_bad=session.scalar(bad) or 0,
        held=session.scalar(select(func.count()).select_from(Breaker).where(OPEN)) or 0,
        dead=count_dead(session),
        waiting=outbox.count_waiting(session),
    )


def settings_section(session: Session, settings: Settings, section: AdminSection, ignored: tuple[str, ...], said: str) -> m.AdminSettings:
    return m.AdminSettings(section=section, lines=setting_lines(session, settings, section), ignored=ignored, said=said)


def setting_lines(session: Session, settings: Settings, section: AdminSection) -> tuple[m.SettingLine, ...]:
    standing = {one.key: one for one in changes(session)}
    in_file = laid_over(settings, ())
    return tuple(_line(one, settings, in_file, standing.get(one.key)) for one in changeable_in(settings, section))


def _line(one: Changeable, settings: Settings, in_file: Settings, standing: Changed | None) -> m.SettingLine:
    way = tuple(one.key.split("."))
    return m.SettingLine(
        key=one.key,
        label=one.label,
        value=_in_words(one, one.typed(settings)),
        shown=one.fingerprint(settings),
        place=f"{settings.path.name}, line {settings.file.lines[way]}" if way in settings.file.lines else "",
        by=m.Person(slack_id=standing.by) if standing else None,
        at=standing.at if standing else None,
        in_file=", ".join(_in_words(one, one.typed(in_file))),
    )


def _in_words(one: Changeable, typed: str) -> tuple[str, ...]:
    """The lines of what is typed, or what the choice is called."""
    return (dict(one.choices).get(typed, typed),) if one.choices else tuple(typed.splitlines())


def connectors(session: Session, settings: Settings, now: datetime, ignored: tuple[str, ...], said: str) -> m.AdminConnectors:
    stale = set(session.scalars(_stale()))
    sources = session.scalars(select(Source).order_by(Source.name))
    return m.AdminConnectors(
        now=now,
        sources=tuple(
            m.ConnectorLine(source_line(source, stale), source.bad_rows, tuple(map(str, source.bad_examples))) for source in sources
        ),
        lines=setting_lines(session, settings, AdminSection.CONNECTORS),
        ignored=ignored,
        said=said,
    )


def source_line(source: Source, stale: set[str]) -> m.SourceLine:
    age = m.DataAge(source.newest_day, source.read_at, source.name)
    return m.SourceLine(source.name, age, source.rows, source.problem or "", source.name in stale)


def stale_sources(session: Session) -> set[str]:
    return set(session.scalars(_stale()))


def breakers(session: Session, said: str) -> m.AdminBreakers:
    shown = session.scalars(select(Breaker).where(OPEN).order_by(Breaker.opened_at.desc(), Breaker.id).limit(m.AdminBreakers.SHOWN))
    total = session.scalar(select(func.count()).select_from(Breaker).where(OPEN)) or 0
    return m.AdminBreakers(held=tuple(notice_of(breaker) for breaker in shown), total=total, said=said)


def ignored_in(settings: Settings, rulebook: Rulebook | InvalidInput) -> tuple[str, ...]:
    """Changes that no longer fit, a sentence each."""
    if isinstance(rulebook, InvalidInput):
        return tuple(map(str, settings.ignored))
    places = {change.place for change in settings.changed.values()}
    return tuple(map(str, (*settings.ignored, *(problem for problem in rulebook.problems if problem.place in places))))


def mistakes_in(rulebook: Rulebook | InvalidInput) -> tuple[str, ...]:
    """Why playbooks, or what they build on, do not count now, a sentence each."""
    return tuple(map(str, rulebook.findings if isinstance(rulebook, InvalidInput) else rulebook.mistakes))


def _stale() -> Select[str]:
    return select(Breaker.subject).where(Breaker.kind == STALE, OPEN)
