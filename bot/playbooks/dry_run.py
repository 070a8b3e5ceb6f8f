"""Looking at playbooks without running them: which there are, what is wrong with a file, and whom it would touch now."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import day_of
from bot.documents.source import read_source
from bot.playbooks.decide import Guard, rehearse
from bot.playbooks.definition import Playbook, library
from bot.playbooks.loading import guard_of, load_files, load_rulebook
from bot.playbooks.rulebook import Rulebook
from bot.settings import Settings
from models import Account, Match


def listing(settings: Settings) -> list[str]:
    """One line a playbook: name, version, whether it is enabled, where it is from, what it is about."""
    own = sorted(settings.playbooks.glob("*.y*ml")) if settings.playbooks and settings.playbooks.is_dir() else []
    lines = {}
    sources = [*(read_source(file, built_in=True) for file in library()), *(read_source(file) for file in own)]
    for source in sources:
        form, place = source.value, "library" if source.built_in else source.name
        if not form:
            lines[place] = f"off  {'(cannot be read)':<20} {source.findings[0].problem}  ({place})"
            continue
        name = str(form.get("playbook"))
        state = "on " if name in settings.enable else "off"
        lines[name] = f"{state}  {name:<20} v{form.get('version')}  {form.get('about')}  ({place})"
    return list(lines.values())


@dataclass(frozen=True)
class DryRun:
    """`matches`: ids of accounts that would get a play now. `held`: id → why not, of those whom it is about now.

    For a playbook about contacts an id is `account/contact`.
    """

    playbook: str
    matches: list[str]
    held: dict[str, str]
    names: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        return {"playbook": self.playbook, "matches": self.matches, "held": self.held}

    def in_words(self) -> str:
        lines = [f"{self.playbook}: {len(self.matches)} would start, {len(self.held)} held back"]
        lines += [f"  start  {target}  {self.names[target]}" for target in self.matches]
        lines += [f"  held   {target}  {self.names[target]}  {reason}" for target, reason in self.held.items()]
        return "\n".join(lines)


def dry_run_file(session: Session, settings: Settings, file: Path, now: datetime) -> DryRun:
    """Whom the file would touch now, if it were enabled and live."""
    day = day_of(now, settings.zone)
    rulebook = load_rulebook(session, replace(settings, enable=()), day)
    (playbook,) = load_files(session, rulebook.signals, settings, [file])
    return dry_run(session, rulebook, playbook, guard_of(settings, now), now)


def dry_run(session: Session, rulebook: Rulebook, playbook: Playbook, guard: Guard, now: datetime) -> DryRun:
    """The real decision, in a transaction of its own that is undone: nothing is kept and nothing leaves."""
    savepoint = session.begin_nested()
    try:
        rehearse(session, rulebook, playbook, guard, now)
        found = select(Match.account_id, Match.contact_id, Match.held, Account.name).join(Account, Account.id == Match.account_id)
        ranked = found.where(Match.playbook == playbook.name).order_by(Match.priority.desc().nulls_last(), Match.account_id)
        rows = session.execute(ranked).all()
    finally:
        savepoint.rollback()
    result = DryRun(playbook.name, [], {}, {})
    for account, contact, held, name in rows:
        target = f"{account}/{contact}" if contact else account
        result.names[target] = name
        if held is None:
            result.matches.append(target)
        else:
            result.held[target] = held
    return result
