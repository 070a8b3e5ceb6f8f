"""From settings and files to what a pass decides by."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.accounts.signals import Signals
from bot.clock import day_of, start_of
from bot.errors import Finding, InvalidInput
from bot.letters.library import Letters
from bot.messages.catalog import CardName
from bot.playbooks.condition import Condition, compile_condition
from bot.playbooks.decide import Guard
from bot.playbooks.definition import Known, Playbook, read_playbooks
from bot.playbooks.editions import Shelf
from bot.playbooks.known import known_signals
from bot.playbooks.rulebook import House, Routes, Rulebook
from bot.playbooks.status import statuses
from bot.settings import Settings
from bot.settings.reading import laid_over
from bot.surveys.library import sound_surveys
from bot.surveys.means import means_of
from bot.surveys.shelf import counting

ROUTES = "channels.routes"
CARDS = frozenset(card.value for card in CardName) - {CardName.TASK.value, CardName.SURVEY_ANSWERS.value}
"""What a playbook's step `card` may name."""


def load_rulebook(session: Session, settings: Settings, day: date, unpolled: Mapping[str, str] | None = None) -> Rulebook:
    """Compiles playbooks and routes against the signals there are. What has a mistake does not count, alone: `mistakes` tells of it.

    `unpolled`: CRM columns that a query gives but no sweep has read yet, with the kind of their values. Raises InvalidInput only where the
    folder of playbooks, or of surveys, is not there.
    """
    signals = known_signals(session, settings, day, unpolled or {})
    house, changed, unreadable = asking_house(session, settings)
    known = known_to(settings, house)
    own: Path | list[Path] = settings.playbooks or []
    files = read_playbooks(own, signals.catalogue, known, enable=settings.enable, seen=statuses(session).keys())
    shelf = Shelf(files.playbooks, signals.catalogue, known, files.broken)
    playbooks, editions, problems = shelf.editions(session)
    routes, doubts, misfits = fitting_routes(settings, signals)
    mistakes = (*signals.mistakes, *unreadable, *files.mistakes, *misfits)
    return Rulebook(playbooks, editions, signals, routes, house, (*changed, *problems, *doubts), mistakes, files.broken)


def asking_house(session: Session, settings: Settings) -> tuple[House, list[Finding], list[Finding]]:
    """With the surveys that count; what is wrong with those; and every mistake of the files of others."""
    house = house_of(settings)
    if house.asking is None:
        return house, [], []
    sound, mistakes = sound_surveys(settings.survey_folder)
    surveys, problems = counting(session, sound)
    return replace(house, surveys=surveys), problems, mistakes


def house_of(settings: Settings) -> House:
    """Without surveys."""
    email = settings.email
    letters = Letters(settings.letters, settings.links, email.language) if email else None
    return House(
        zone=settings.zone,
        hours=settings.hours,
        managers=settings.manager_channel,
        admins=settings.admin_channel,
        alerts=settings.alerts,
        manager_emails=tuple(name for name in settings.roles.managers if not name.startswith("@")),
        letters=letters,
        sender=email.sender if email else None,
        per_contact=settings.limits.contact,
        per_account=settings.limits.account,
        asking=means_of(settings, letters),
    )


def known_to(settings: Settings, house: House) -> Known:
    """What playbooks may name."""
    letters = frozenset(house.letters.common) if house.letters else None
    surveys = frozenset(house.surveys) if house.asking else None
    fields = {name: field.kind for name, field in settings.fields.items()}
    return Known(CARDS, letters, fields, frozenset(settings.segments), settings.alerts.worse_by, surveys)


def load_routes(settings: Settings, signals: Signals) -> Routes:
    """Raises InvalidInput with every mistake."""
    routes, mistakes = sound_routes(settings, signals)
    if mistakes:
        raise InvalidInput(mistakes)
    return routes


def sound_routes(settings: Settings, signals: Signals) -> tuple[Routes, list[Finding]]:
    """Those whose condition compiles, and what is wrong with the others."""
    rules, mistakes = list[tuple[Condition, str]](), list[Finding]()
    for at, route in enumerate(settings.routes):
        try:
            rules.append((compile_condition(route.when, signals.catalogue, place=f"{settings.path}: channels.routes[{at}].when"), route.to))
        except InvalidInput as error:
            mistakes += error.findings
    return Routes(tuple(rules), settings.channels.alerts), mistakes


def fitting_routes(settings: Settings, signals: Signals) -> tuple[Routes, list[Finding], list[Finding]]:
    """Routes that no longer fit (a column is gone) must stop nothing. Where an admin gave them, those of the file count instead, and a
    finding says so. The last are the mistakes in those of the file that are left out.
    """
    routes, mistakes = sound_routes(settings, signals)
    if not mistakes or ROUTES not in settings.changed:
        return routes, [], mistakes
    place, cure = settings.changed[ROUTES].place, "change them in /stay admin; until then the routes of the file count"
    problem = f"no longer fits and is ignored: {mistakes[0].problem}"
    others = [change for key, change in settings.changed.items() if key != ROUTES]
    routes, mistakes = sound_routes(laid_over(settings, others), signals)
    return routes, [Finding(place, problem, cure, fatal=False)], mistakes


def guard_of(settings: Settings, now: datetime) -> Guard:
    return Guard(
        stale_after=settings.freshness.stale_after,
        mass_drop=settings.freshness.mass_drop,
        cards_a_day=settings.limits.cards_a_day,
        day_began=start_of(day_of(now, settings.zone), settings.zone),
        channel=settings.admin_channel,
    )


def load_files(session: Session, signals: Signals, settings: Settings, files: Sequence[Path]) -> list[Playbook]:
    """The playbooks of some files, compiled as if they were enabled. Raises InvalidInput with every mistake."""
    house, _, mistakes = asking_house(session, settings)
    loaded = read_playbooks(files, signals.catalogue, known_to(settings, house))
    if wrong := (*mistakes, *loaded.mistakes):
        raise InvalidInput([*signals.mistakes, *wrong])
    return loaded.playbooks
