"""`playbook lint`: what is wrong with a file, and what is right but unwise."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import clock
from bot.accounts.signals import Signals
from bot.clock import day_of
from bot.errors import Finding, InvalidInput
from bot.playbooks.condition import Condition
from bot.playbooks.definition import Playbook
from bot.playbooks.known import known_signals
from bot.playbooks.loading import load_files
from bot.playbooks.match import in_care
from bot.playbooks.program import Do, Loop, Op, Wait
from bot.playbooks.steps import EmailStep
from bot.playbooks.triggers import ManualTrigger, SweepTrigger
from bot.settings import Settings
from bot.surveys.library import is_survey
from bot.surveys.lint import lint_surveys
from models import Account

FEW = 10
Said = tuple[str, str]
"""What is unwise, and its cure."""
Found = tuple[int, list[Finding]]
"""How many are in order, and warnings."""


@dataclass(frozen=True)
class Linted:
    """How many files are in order, and what is unwise in them."""

    playbooks: int
    surveys: int
    warnings: list[Finding]

    def in_words(self) -> str:
        counted = [(self.playbooks, "playbook")] if self.playbooks or not self.surveys else []
        counted += [(self.surveys, "survey")] if self.surveys else []
        return " and ".join(f"{count} {word}{'s' if count != 1 else ''}" for count, word in counted) + " in order"


def lint_files(session: Session, settings: Settings, files: Sequence[Path], unpolled: Mapping[str, str]) -> Linted:
    """Playbooks and surveys, each by their own rules. Raises InvalidInput with every mistake of every file."""
    asking = [file for file in files if is_survey(file)]
    others = [file for file in files if file not in asking]
    (playbooks, warnings), mistakes = _tried(lambda: lint(session, settings, others, unpolled) if others else (0, []))
    (surveys, doubts), more = _tried(lambda: lint_surveys(session, settings, asking))
    if mistakes or more:
        raise InvalidInput([*dict.fromkeys((*mistakes, *more))])
    return Linted(playbooks, surveys, [*warnings, *doubts])


def _tried(job: Callable[[], Found]) -> tuple[Found, Sequence[Finding]]:
    try:
        return job(), ()
    except InvalidInput as error:
        return (0, []), error.findings


def lint(session: Session, settings: Settings, files: Sequence[Path], unpolled: Mapping[str, str]) -> tuple[int, list[Finding]]:
    """How many playbooks are in order, and warnings. Raises InvalidInput with every mistake of every file. `unpolled`: extra columns."""
    signals = known_signals(session, settings, day_of(clock.now(), settings.zone), unpolled)
    if signals.mistakes:
        raise InvalidInput(signals.mistakes)
    playbooks = load_files(session, signals, settings, files)
    return len(playbooks), [warning for playbook in playbooks for warning in _warnings(session, playbook, signals)]


def _warnings(session: Session, playbook: Playbook, signals: Signals) -> Iterable[Finding]:
    said = [*_about_steps(playbook), *_unconnected(playbook, signals), *_reach(session, playbook, signals)]
    return (Finding(playbook.place, f"`{playbook.name}`: {problem}", cure, fatal=False) for problem, cure in said)


def _about_steps(playbook: Playbook) -> Iterable[Said]:
    ops = playbook.program.ops
    waits = [op for op in ops if isinstance(op, Wait)]
    letters = [op for op in ops if isinstance(op, Do) and isinstance(op.step, EmailStep)]
    for wait in waits:
        if wait.step.longest is None:
            yield f"step {wait.path} waits without an end ({wait.step.in_words()})", "add `at_most: 14d`"
    if waits and playbook.goal is None and playbook.exit_when is None:
        yield "it waits, and nothing lets an account leave early", "add `goal: …` or `exit_when: …`"
    if letters and playbook.once_per is None and not isinstance(playbook.trigger, ManualTrigger):
        yield "it writes letters as often as its trigger comes again", "add `once_per: 90d`, or `once_per: once`"
    if playbook.once_per is None and isinstance(playbook.trigger, SweepTrigger) and not waits and not _opens_alert(playbook):
        yield "it ends at once and begins again in every sweep, for as long as its condition holds", "set `once_per`, such as 30d"
    for loop in (op for op in ops if isinstance(op, Loop)):
        if not any(isinstance(op, Wait) for op in _inside(loop, ops)):
            yield f"step {loop.path} repeats without a wait between its rounds", "add a `wait` to its steps"


def _opens_alert(playbook: Playbook) -> bool:
    return any(step.opens_alert for step in playbook.program.steps())


def _inside(loop: Loop, ops: tuple[Op, ...]) -> tuple[Op, ...]:
    return ops[ops.index(loop) + 1 : loop.after]


def _conditions(playbook: Playbook) -> Iterable[Condition]:
    named = (playbook.when, playbook.goal, playbook.exit_when, playbook.recovered_when)
    own = [condition for condition in playbook.unless if playbook.text.find(condition.text) >= 0]
    return (condition for condition in (*named, *own, *playbook.program.conditions) if condition)


def _unconnected(playbook: Playbook, signals: Signals) -> Iterable[Said]:
    for name in sorted(signals.catalogue.beneath(name for condition in _conditions(playbook) for name in condition.signals)):
        signal = signals.catalogue[name]
        if not signal.connected:
            yield f"`{name}` comes from {signal.source}, which is not connected: it is always unknown", "no comparison with it ever holds"


def _reach(session: Session, playbook: Playbook, signals: Signals) -> Iterable[Said]:
    """A condition that holds for nobody or for everybody says little. Only where there are accounts enough to tell."""
    total = session.scalar(select(func.count()).select_from(signals.table).where(in_care(signals.day))) or 0
    if total < FEW or (playbook.when.text == "true" and not isinstance(playbook.trigger, SweepTrigger)):
        return
    holding = select(func.count(Account.id)).select_from(signals.table).where(playbook.when.clause, in_care(signals.day))
    count = session.scalar(holding.params(as_of=signals.day)) or 0
    if count in (0, total):
        who = "nobody" if count == 0 else f"everybody ({total} accounts)"
        yield f"its condition holds for {who} now", "look at `when` again, or try it with `staysail playbook dry-run`"
