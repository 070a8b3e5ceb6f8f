"""Looking at playbooks without running them: which there are, what is wrong with a file, and whom it would touch now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.accounts.signals import load_signals
from bot.alerts.cards import CARDS
from bot.clock import day_of
from bot.documents.source import read_source
from bot.messages.catalog import Verdict
from bot.playbooks.definition import library, load_playbooks
from bot.playbooks.match import in_care
from bot.playbooks.why import Limits, why
from bot.settings import Settings
from models import Account


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


def lint(session: Session, settings: Settings, files: Sequence[Path], unpolled: Mapping[str, str]) -> int:
    """How many playbooks are in order. Raises InvalidInput with every mistake of every file. `unpolled`: extra CRM columns."""
    signals = load_signals(session, settings.metrics, day_of(clock.now(), settings.zone), unpolled)
    return len(load_playbooks(files, signals.catalogue, CARDS))


@dataclass(frozen=True)
class DryRun:
    """`matches`: ids of accounts that would get a play now. `held`: id → why not, of those for which the condition holds."""

    playbook: str
    matches: list[str]
    held: dict[str, str]
    names: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        return {"playbook": self.playbook, "matches": self.matches, "held": self.held}

    def in_words(self) -> str:
        lines = [f"{self.playbook}: {len(self.matches)} would start, {len(self.held)} held back"]
        lines += [f"  start  {account}  {self.names[account]}" for account in self.matches]
        lines += [f"  held   {account}  {self.names[account]}  {reason}" for account, reason in self.held.items()]
        return "\n".join(lines)


def dry_run(session: Session, settings: Settings, file: Path, now: datetime) -> DryRun:
    signals = load_signals(session, settings.metrics, day_of(now, settings.zone))
    (playbook,) = load_playbooks([file], signals.catalogue, CARDS)
    limits = Limits(settings.limits.cards_a_day, settings.zone)
    statement = (
        select(Account)
        .select_from(signals.table)
        .where(playbook.when.clause, in_care(signals.day))
        .order_by(playbook.priority.expression.desc().nulls_last() if playbook.priority else Account.id, Account.id)
        .params(as_of=signals.day)
    )
    result = DryRun(playbook.name, [], {}, {})
    for account in session.scalars(statement):
        result.names[account.id] = account.name
        verdict = why(session, account, playbook, signals, limits, now).verdict
        if verdict is Verdict.WOULD_OPEN:
            result.matches.append(account.id)
        else:
            result.held[account.id] = verdict.value
    return result
