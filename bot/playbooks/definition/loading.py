"""From files to playbooks, with every mistake of every file at once."""

from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from bot.accounts.catalogue import Catalogue
from bot.documents.check import check
from bot.documents.source import Source, read_source
from bot.documents.words import one_of, written
from bot.errors import Finding, InvalidInput
from bot.playbooks.condition import compile_condition, compile_number, severity_of
from bot.playbooks.definition.check import check_steps
from bot.playbooks.definition.form import Form
from bot.playbooks.definition.playbook import Playbook
from bot.playbooks.steps import StepContext

Compiled = TypeVar("Compiled")


def library() -> list[Traversable]:
    """The built-in playbook files, by name."""
    found = files("bot.playbooks").joinpath("library").iterdir()
    return sorted((file for file in found if file.name.endswith(".yml")), key=lambda file: file.name)


def load_playbooks(
    own: Path | Iterable[Path], catalogue: Catalogue, cards: AbstractSet[str], *, enable: Collection[str] | None = None
) -> list[Playbook]:
    """The playbooks of a folder or of files. `InvalidInput` holds every finding of every file.

    With `enable`, those of the library count too, and only the named ones are compiled, in that order. One's own file
    takes the place of a library one of the same name.
    """
    sources = [read_source(file) for file in _files(own)]
    if enable is not None:
        own_names = {_name(source) for source in sources}
        shipped = (read_source(file, built_in=True) for file in library())
        sources = [*(source for source in shipped if _name(source) not in own_names), *sources]
    findings = [finding for source in sources for finding in _same_name(source, sources)]
    if all(source.value for source in sources):  # the name of a file that cannot be read is not known
        findings += _unknown(enable or (), sources)
    wanted = sources if enable is None else _in_order(enable, sources)
    playbooks = [_compile(source, catalogue, cards) for source in wanted if source.value]
    findings += [finding for source in sources for finding in source.sorted_findings()]
    if findings:
        raise InvalidInput(findings)
    return [playbook for playbook in playbooks if playbook]


def _files(own: Path | Iterable[Path]) -> list[Path]:
    if not isinstance(own, Path):
        return list(own)
    if own.is_file():
        return [own]
    if not own.is_dir():
        cure = "create it, or change `playbooks` in staysail.yml"
        raise InvalidInput([Finding(str(own), "there is no such folder of playbooks", cure)])
    return sorted(file for file in own.iterdir() if file.suffix in (".yml", ".yaml") and not file.name.startswith("."))


def _name(source: Source) -> str | None:
    name = source.value.get("playbook")
    return name if isinstance(name, str) else None


def _same_name(source: Source, sources: list[Source]) -> Iterable[Finding]:
    """Each of two equal names is reported."""
    name = _name(source)
    for other in sources:
        if other is not source and name is not None and _name(other) == name:
            where = other.place(("playbook",))
            yield Finding(source.place(("playbook",)), f"`{name}` is the name of another playbook too ({where})", "choose another name")


def _unknown(enable: Collection[str], sources: list[Source]) -> Iterable[Finding]:
    names = {name for source in sources if (name := _name(source))}
    for name in enable:
        if name not in names:
            yield Finding("staysail.yml: enable", f"no playbook is called `{name}`", one_of(name, names))


def _in_order(enable: Collection[str], sources: list[Source]) -> list[Source]:
    return [source for name in dict.fromkeys(enable) for source in sources if _name(source) == name]


def _compile(source: Source, catalogue: Catalogue, cards: AbstractSet[str]) -> Playbook | None:
    """None with its mistakes in `source.findings`."""
    context = StepContext(frozenset(cards))
    form = check(Form, source.value, (), source, context)
    raw = source.value.get("steps")
    steps = check_steps(raw, source, context) if isinstance(raw, list) else ()
    whole = _Expressions(source, catalogue)
    when = whole.compiled("when", compile_condition)
    recovered_when = whole.compiled("recovered_when", compile_condition)
    priority = whole.compiled("priority", compile_number)
    severity = whole.compiled("severity", compile_number)
    if form is None or when is None or source.findings:
        return None
    return Playbook(
        name=form.playbook,
        version=form.version,
        about=form.about,
        kind=form.kind,
        trigger=form.trigger,
        when=when,
        recovered_when=recovered_when,
        priority=priority,
        severity=severity or severity_of(when),
        once_per=form.once_per,
        steps=steps,
        text=source.text,
        digest=source.digest,
        place=source.place(("playbook",)),
        built_in=source.built_in,
    )


class _Expressions:
    """Compiles the conditions and numbers of one file, also when its other keys are wrong, so that all is reported."""

    def __init__(self, source: Source, catalogue: Catalogue) -> None:
        self.source = source
        self.catalogue = catalogue

    def compiled(self, key: str, compile_: Callable[..., Compiled]) -> Compiled | None:
        value = self.source.value.get(key)
        if not isinstance(value, str | int | float):
            return None
        place = self.source.place((key,))
        try:
            return compile_(written(value), self.catalogue, place=place)
        except InvalidInput as error:
            self.source.findings += [replace(one, problem=f"`{key}`, {one.problem}") for one in error.findings]
            return None
