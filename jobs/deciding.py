"""The second half of a sweep, when everything is read: decide, advance plays, look after what is due for people."""

from collections.abc import Callable
from datetime import datetime

from bot.clock import day_of
from bot.connectors.ports import Usage
from bot.database import Database
from bot.delivery import outbox
from bot.playbooks.decide import Decided, decide, decide_events
from bot.playbooks.follow import standing
from bot.playbooks.loading import guard_of, load_rulebook
from bot.playbooks.moves import anything_due
from bot.playbooks.rulebook import Rulebook
from bot.playbooks.runner import Moved, advance_plays, read_trends
from bot.settings import Settings
from jobs.duty import duty
from jobs.report import Report
from jobs.surveys import look_after_surveys


async def act_on(
    database: Database, settings: Settings, usage: Usage | None, report: Report, now: datetime, decided: Callable[[], None]
) -> None:
    """Everything that follows from what the sources hold now. `decided` is called when cards can leave."""
    await decide_all(database, settings, usage, report, now)
    decided()
    report.duty = await duty(database, settings, now)
    report.surveys = await look_after_surveys(database, settings, now)


async def decide_all(database: Database, settings: Settings, usage: Usage | None, report: Report, now: datetime) -> None:
    """Matches every playbook, then moves the plays."""
    rulebook = await database.read(load_rulebook, settings, day_of(now, settings.zone))
    decided = await _decide(database, settings, usage, rulebook, now)
    report.updated, report.resolved, report.suppressed = decided.updated, decided.resolved, decided.suppressed
    moved = await advance_plays(database, usage, rulebook, now)
    report.started, report.moved = decided.started, moved.plays
    report.opened, report.letters = moved.opened, moved.letters
    report.mistakes = [str(mistake) for mistake in rulebook.mistakes]
    report.playbook_problems = [*report.mistakes, *(str(problem) for problem in rulebook.problems)]
    await database.run(outbox.probe_dead)


async def go_on(database: Database, settings: Settings, usage: Usage | None, now: datetime) -> Moved:
    """Between sweeps: what has happened meanwhile, and the plays whose waiting is over. Next to nothing when there is nothing."""
    if not await database.read(anything_due, now):
        return Moved()
    rulebook = await database.read(load_rulebook, settings, day_of(now, settings.zone))
    await database.run(decide_events, rulebook, guard_of(settings, now), now)
    return await advance_plays(database, usage, rulebook, now)


async def _decide(database: Database, settings: Settings, usage: Usage | None, rulebook: Rulebook, now: datetime) -> Decided:
    trends = {}
    for playbook in rulebook.playbooks.values():
        accounts = await database.read(standing, playbook.name)
        trends[playbook.name] = await read_trends(usage, rulebook.signals, playbook, accounts)
    return await database.run(decide, rulebook, guard_of(settings, now), trends, now)
