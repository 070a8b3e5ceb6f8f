"""Playbooks as `/stay playbooks` and `/stay playbook NAME` show them: how they stand, what became of their plays, what they would do."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.alerts.people import person
from bot.messages import catalog as m
from bot.playbooks.ahead import only_reminds, to_come
from bot.playbooks.decide import Guard
from bot.playbooks.dry_run import dry_run
from bot.playbooks.engine import ALERT, Place
from bot.playbooks.funnel import Funnel, funnel
from bot.playbooks.precision import Precision
from bot.playbooks.program import stands_at
from bot.playbooks.rulebook import Rulebook, no_playbook
from bot.playbooks.silence import HOLDOUT, SHADOW
from bot.playbooks.start import running_for
from bot.playbooks.status import statuses
from bot.playbooks.triggers import trigger_in_words
from bot.playbooks.verdicts import counted, precision_fact, trailing
from models import Account, Match, Play, PlaybookStatus, PlaybookVersion

VERDICT_DAYS = 90


def playbooks_page(session: Session, rulebook: Rulebook, page: int, now: datetime) -> m.PlaybooksAnswer:
    """Those that count, in their order, those that do not compile, and those without a file whose plays stand still."""
    known = statuses(session)
    there = [*rulebook.playbooks, *rulebook.broken]
    names = [*there, *(name for name in _running_names(session) if name not in there)]
    size = m.PlaybooksAnswer.PAGE_SIZE
    page = min(max(page, 1), max(1, -(-len(names) // size)))
    shown = names[(page - 1) * size : page * size]
    return m.PlaybooksAnswer(lines=_lines(session, rulebook, known, shown, now), total=len(names), page=page)


def playbook_answer(session: Session, rulebook: Rulebook, name: str, now: datetime, *, admin: bool, said: str = "") -> m.PlaybookAnswer:
    """Refused when there is no such playbook."""
    known = statuses(session)
    if not any(name in some for some in (rulebook.playbooks, rulebook.broken, known, _running_names(session))):
        raise no_playbook(name, [*rulebook.playbooks, *rulebook.broken, *known])
    (line,) = _lines(session, rulebook, known, [name], now)
    status = known.get(name)
    playbook = rulebook.playbooks.get(name) or rulebook.editions.get((name, line.version))
    steps = funnel(session, playbook) if playbook else Funnel((), 0)
    return m.PlaybookAnswer(
        book=line,
        about=playbook.about if playbook else "",
        trigger=trigger_in_words(playbook.trigger) if playbook else "",
        when=" AND ".join(part.text for part in playbook.when.parts) if playbook else "",
        since=_since(session, line, status) or now,
        mode_by=person(status.mode_by) if status else None,
        paused_at=status.paused_at if status else None,
        paused_by=person(status.paused_by) if status else None,
        canary=tuple(status.canary) if status and line.mode == m.Mode.CANARY else (),
        steps=steps.steps,
        closing=steps.closing,
        older=_count(session, Play.playbook == name, Play.ended_at.is_(None), Play.version != line.version),
        holdout=playbook.holdout if playbook else 0.0,
        held_out_ever=_count(session, Play.playbook == name, Play.silent == HOLDOUT),
        admin=admin,
        said=said or next(map(str, rulebook.broken.get(name, ())), ""),
    )


def _since(session: Session, line: m.PlaybookLine, status: PlaybookStatus | None) -> datetime | None:
    """When an admin chose the mode, or when the version came."""
    if status and status.mode_at:
        return status.mode_at
    version = session.get(PlaybookVersion, (line.name, line.version))
    return version.first_seen_at if version else None


def _count(session: Session, *where: object) -> int:
    return session.scalar(select(func.count()).select_from(Play).where(*where)) or 0  # type: ignore[arg-type]


def _running_names(session: Session) -> list[str]:
    return sorted(session.scalars(select(Play.playbook).where(Play.ended_at.is_(None)).distinct()))


@dataclass
class _Figures:
    running: Counter[str | None] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[bool] = field(default_factory=Counter)
    precision: Precision = field(default_factory=Precision)


def _lines(
    session: Session, rulebook: Rulebook, known: Mapping[str, PlaybookStatus], names: Sequence[str], now: datetime
) -> tuple[m.PlaybookLine, ...]:
    figures = _figures(session, names, now)
    for name, precision in trailing(session, [known[name] for name in names if name in known]).items():
        figures[name].precision = precision
    return tuple(_line(name, rulebook, known.get(name), figures[name]) for name in names)


def _figures(session: Session, names: Sequence[str], now: datetime) -> dict[str, _Figures]:
    found: dict[str, _Figures] = defaultdict(_Figures)
    mine, over = Play.playbook.in_(names), Play.ended_at.is_not(None)
    running = select(Play.playbook, Play.silent, func.count()).where(mine, ~over).group_by(Play.playbook, Play.silent)
    for name, silent, count in session.execute(running):
        found[name].running[silent] = count
    ended = select(Play.playbook, Play.end_reason, func.count()).where(mine, over).group_by(Play.playbook, Play.end_reason)
    for name, reason, count in session.execute(ended):
        found[name].ended[reason or "done"] += count
    held = select(Match.playbook, Match.held, func.count()).where(Match.playbook.in_(names), Match.held.is_not(None))
    for name, reason, count in session.execute(held.group_by(Match.playbook, Match.held)):
        found[name].held[str(reason)] = count
    for name, verdicts in counted(session, names, now - timedelta(days=VERDICT_DAYS)).items():
        found[name].verdicts = verdicts
    return found


def _line(name: str, rulebook: Rulebook, status: PlaybookStatus | None, figures: _Figures) -> m.PlaybookLine:
    """The status is that of the last sweep: a version that came since then begins with its file's own mode."""
    playbook = rulebook.playbooks.get(name)
    lost = m.Missing.UNREADABLE if name in rulebook.broken else m.Missing.GONE
    fresh = playbook if playbook and (status is None or status.version != playbook.version) else None
    return m.PlaybookLine(
        name=name,
        version=fresh.version if fresh else status.version if status else 0,
        mode=fresh.mode.value if fresh else status.mode if status else "draft",
        paused=status is not None and status.paused_at is not None,
        missing=None if playbook else lost,
        running=figures.running.total(),
        shadow=figures.running[SHADOW],
        held_out=figures.running[HOLDOUT],
        ended=_ranked(figures.ended),
        held=_ranked(figures.held),
        useful=figures.verdicts[True],
        false_alarms=figures.verdicts[False],
        days=VERDICT_DAYS,
        precision=precision_fact(figures.precision),
        demoted_at=status.demoted_at if status else None,
    )


def _ranked(counts: Counter[str]) -> tuple[m.Count, ...]:
    return tuple(m.Count(name, count) for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def plays_of(session: Session, rulebook: Rulebook, account_id: str, now: datetime) -> tuple[m.PlayLine, ...]:
    """The account's plays with steps to go. Those that only wait for their cards are seen as alerts."""
    return tuple(_play(play, rulebook, now) for play in running_for(session, account_id) if play.waiting != ALERT)


def _play(play: Play, rulebook: Rulebook, now: datetime) -> m.PlayLine:
    since = Place.read(play.step, play.progress).since
    edition = rulebook.editions.get((play.playbook, play.version))
    return m.PlayLine(
        play_id=play.id,
        playbook=play.playbook,
        version=play.version,
        since=play.started_at,
        stands=stands_at(edition.program, play.step) if edition else "",
        to_come=to_come(edition.program, play.step, now - since if since else timedelta()) if edition else (),
        reminds=edition is not None and only_reminds(edition.program, play.step),
        silent=play.silent or "",
    )


def place_of(session: Session, rulebook: Rulebook, play_id: int) -> str:
    """Where a running play stands, in words; empty when its steps are done or its version no longer compiles."""
    play = session.get(Play, play_id)
    edition = rulebook.editions.get((play.playbook, play.version)) if play else None
    return stands_at(edition.program, play.step) if play and edition else ""


def dry_run_answer(session: Session, rulebook: Rulebook, name: str, guard: Guard, now: datetime) -> m.DryRunAnswer:
    """For whom a sweep would start the playbook now if it were live, and what holds the others back. What it writes is undone."""
    playbook = rulebook.get(name)
    found = dry_run(session, rulebook, playbook, guard, now)
    starting, held = found.matches[: m.DryRunAnswer.SHOWN], list(found.held.items())[: m.DryRunAnswer.SHOWN]
    shown = [*starting, *(target for target, _ in held)]
    urls = {account: url for account, url in session.execute(select(Account.id, Account.url).where(Account.id.in_(shown))) if url}

    def account(target: str) -> m.Account:
        return m.Account(target, found.names[target], urls.get(target))

    return m.DryRunAnswer(
        playbook=name,
        version=playbook.version,
        starting=tuple(account(target) for target in starting),
        starting_total=len(found.matches),
        held=tuple((account(target), reason) for target, reason in held),
        held_by=_ranked(Counter(found.held.values())),
    )
