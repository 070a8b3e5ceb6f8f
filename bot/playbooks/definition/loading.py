"""From files to playbooks, with every mistake of every file at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from bot.accounts.catalogue import Catalogue, Kind
from bot.documents.check import check
from bot.documents.folder import Sort
from bot.documents.source import Source, Way, read_source, read_text
from bot.documents.words import one_of, written
from bot.errors import Finding, InvalidInput
from bot.playbooks.condition import Condition, compile_condition, compile_number, severity_of
from bot.playbooks.definition.check import Checker
from bot.playbooks.definition.form import AlertKind, Form
from bot.playbooks.definition.playbook import Playbook
from bot.playbooks.program import Program, program_of
from bot.playbooks.steps import CONTACT, EmailStep, StepContext
from bot.playbooks.triggers import SweepTrigger, Trigger, parse_trigger

Compiled = TypeVar("Compiled")
PLAYBOOKS = Sort("playbook", "playbooks")
PRESSING = "alerts.risk > 0 OR tickets.breached > 0"
"""While this holds, nothing is offered or celebrated: what every playbook of the kinds in `GENTLE` has under `unless`."""
GENTLE = frozenset({AlertKind.expansion, AlertKind.gift, AlertKind.release})


@dataclass(frozen=True)
class Loaded:
    """`playbooks`: those that compile. `broken`: what is wrong with the others, by name. `mistakes`: all that is wrong with any file."""

    playbooks: list[Playbook]
    broken: Mapping[str, Sequence[Finding]]
    mistakes: Sequence[Finding]


@dataclass(frozen=True)
class Known:
    """What playbooks may name besides signals, and what counts where they say nothing.

    `letters` None: no e-mail is set up; `surveys` None: nobody could answer one.
    """

    cards: AbstractSet[str]
    letters: AbstractSet[str] | None = frozenset()
    fields: Mapping[str, Kind] = field(default_factory=dict)
    segments: AbstractSet[str] = frozenset()
    worse_by: float = 0.2
    surveys: AbstractSet[str] | None = frozenset()


def library() -> list[Traversable]:
    """The built-in playbook files, by name."""
    found = files("bot.playbooks").joinpath("library").iterdir()
    return sorted((file for file in found if file.name.endswith(".yml")), key=lambda file: file.name)


def read_playbooks(
    own: Path | Iterable[Path],
    catalogue: Catalogue,
    known: Known,
    *,
    enable: Collection[str] | None = None,
    seen: Collection[str] = (),
) -> Loaded:
    """The playbooks of a folder or of files. `InvalidInput` only where there is no such folder.

    With `enable`, those of the library count too, and only the named ones are compiled, in that order. One's own file
    takes the place of a library one of the same name. A name in `seen` may be missing: it was there once, and its plays wait.
    """
    sources = [read_source(file) for file in (PLAYBOOKS.files(own) if isinstance(own, Path) else own)]
    if enable is not None:
        sources = PLAYBOOKS.beside(sources, (read_source(file, built_in=True) for file in library()))
    twins = [*PLAYBOOKS.twins(sources)]
    findings = [*twins]
    if all(source.value for source in sources):  # the name of a file that cannot be read is not known
        findings += _unknown([name for name in enable or () if name not in seen], sources)
    wanted = sources if enable is None else _in_order(enable, sources)
    shelf = _shelf(sources)
    playbooks = [playbook for source in wanted if source.value and (playbook := _compile(source, catalogue, known, shelf))]
    findings += [finding for source in sources for finding in source.sorted_findings()]
    broken = _broken(wanted, twins)
    return Loaded([playbook for playbook in playbooks if playbook.name not in broken], broken, findings)


def _broken(sources: Iterable[Source], twins: Sequence[Finding]) -> dict[str, list[Finding]]:
    """What is wrong with each, by name; of two with one name neither counts."""
    found: dict[str, list[Finding]] = {}
    for source in sources:
        named_twice = [finding for finding in twins if finding.place == source.place((PLAYBOOKS.word,))]
        if (name := PLAYBOOKS.name(source)) and (wrong := [*named_twice, *source.sorted_findings()]):
            found.setdefault(name, []).extend(wrong)
    return found


def load_edition(text: str, place: str, catalogue: Catalogue, known: Known, others: Iterable[str]) -> Playbook:
    """A playbook as an earlier version stands in the database, for plays in flight. `InvalidInput` when it no longer compiles."""
    source = read_text(text, place)
    playbook = _compile(source, catalogue, known, frozenset(others)) if source.value else None
    if playbook is None:
        raise InvalidInput(source.sorted_findings())
    return playbook


def _shelf(sources: Iterable[Source]) -> frozenset[str]:
    """The names of all playbooks there are, enabled or not: what `start` may name."""
    return frozenset(name for source in sources if (name := PLAYBOOKS.name(source))) | _shipped()


@cache
def _shipped() -> frozenset[str]:
    return frozenset(name for file in library() if (name := PLAYBOOKS.name(read_source(file, built_in=True))))


def _unknown(enable: Collection[str], sources: list[Source]) -> Iterable[Finding]:
    names = {name for source in sources if (name := PLAYBOOKS.name(source))}
    for name in enable:
        if name not in names:
            yield Finding("staysail.yml: enable", f"no playbook is called `{name}`", one_of(name, names))


def _in_order(enable: Collection[str], sources: list[Source]) -> list[Source]:
    return [source for name in dict.fromkeys(enable) for source in sources if PLAYBOOKS.name(source) == name]


def _compile(source: Source, catalogue: Catalogue, known: Known, playbooks: AbstractSet[str]) -> Playbook | None:
    """None with its mistakes in `source.findings`."""
    context = StepContext(known.cards, known.letters, known.fields, playbooks, known.surveys)
    form = check(Form, source.value, (), source, context)
    whole = _Expressions(source, catalogue)
    raw = source.value.get("steps")
    nodes = Checker(source, context, whole.condition).nodes(raw, ("steps",)) if isinstance(raw, list) else ()
    trigger = parse_trigger(source.value["trigger"], source, ("trigger",), catalogue, known.segments) if "trigger" in source.value else None
    when = whole.of("when", compile_condition) or (None if source.value.get("when") else compile_condition("true", catalogue))
    recovered_when, goal, exit_when = (whole.of(key, compile_condition) for key in ("recovered_when", "goal", "exit_when"))
    priority, severity = (whole.of(key, compile_number) for key in ("priority", "severity"))
    unless = whole.unless(form) if form else ()
    if form and trigger and not source.findings:
        _agree(form, trigger, program_of(nodes), source)
    if form is None or trigger is None or when is None or source.findings:
        return None
    mode, canary = form.mode
    by_sweep = isinstance(trigger, SweepTrigger)
    return Playbook(
        name=form.playbook,
        version=form.version,
        about=form.about,
        kind=form.kind,
        trigger=trigger,
        target=form.target,
        roles=form.roles,
        when=when,
        recovered_when=recovered_when,
        priority=priority,
        severity=severity or severity_of(when),
        once_per=form.once_per if by_sweep or "once_per" in source.value else None,
        dwell=form.dwell,
        worse_by=form.worse_by or known.worse_by,
        holdout=form.holdout,
        goal=goal,
        exit_when=exit_when,
        unless=unless,
        mode=mode,
        canary=canary,
        migrate=form.migrate,
        program=program_of(nodes),
        text=source.text,
        digest=source.digest,
        place=source.place(("playbook",)),
        built_in=source.built_in,
    )


def _agree(form: Form, trigger: Trigger, program: Program, source: Source) -> None:
    """What the parts of a file ask of each other."""
    if isinstance(trigger, SweepTrigger) and form.when is None:
        source.wrong((), "the key `when` is missing", "add `when: …`: a sweep needs a condition")
    if form.dwell and not isinstance(trigger, SweepTrigger):
        source.wrong(("for",), "`for` stands in a playbook that no sweep sets off", "leave it out: what happens once cannot last")
    if form.target != CONTACT:
        if form.roles:
            source.wrong(("roles",), "`roles` stands in a playbook about accounts", "add `target: contact`, or leave it out")
        for step in program.steps():
            if isinstance(step, EmailStep) and step.email.to == CONTACT:
                source.wrong(
                    ("steps",), "a letter goes to `contact`, but the playbook is about accounts", "name a role, or add `target: contact`"
                )
    step_name = (form.migrate or "").removeprefix("at_step ")
    if step_name and step_name != "restart" and step_name not in program.names:
        source.wrong(("migrate",), f"no step bears the name `{step_name}`", one_of(step_name, program.names))


class _Expressions:
    """Compiles the conditions and numbers of one file, also when its other keys are wrong, so that all is reported."""

    def __init__(self, source: Source, catalogue: Catalogue) -> None:
        self.source = source
        self.catalogue = catalogue

    def of(self, key: str, compile_: Callable[..., Compiled]) -> Compiled | None:
        value = self.source.value.get(key)
        if not isinstance(value, str | int | float):
            return None
        return self._compiled(written(value), (key,), key, compile_)

    def condition(self, text: str, way: Way) -> Condition | None:
        return self._compiled(text, way, str(way[-1]), compile_condition)

    def unless(self, form: Form) -> tuple[Condition, ...]:
        named = [(text, ("unless", at)) for at, text in enumerate(form.unless) if text]
        found = [self._compiled(text, way, "unless", compile_condition) for text, way in named]
        if form.kind in GENTLE and all(name in self.catalogue for name in ("alerts.risk", "tickets.breached")):
            found.append(compile_condition(PRESSING, self.catalogue))
        return tuple(condition for condition in found if condition)

    def _compiled(self, text: str, way: Way, key: str, compile_: Callable[..., Compiled]) -> Compiled | None:
        try:
            return compile_(text, self.catalogue, place=self.source.place(way))
        except InvalidInput as error:
            self.source.findings += [replace(one, problem=f"`{key}`, {one.problem}") for one in error.findings]
            return None
