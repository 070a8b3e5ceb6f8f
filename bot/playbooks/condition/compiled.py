"""What a text compiles to."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_
from sqlalchemy.sql.elements import ColumnElement
from sqlglot import Token

from bot.accounts.catalogue import Catalogue, Kind
from bot.playbooks.condition import limits
from bot.playbooks.condition.build import Builder
from bot.playbooks.condition.mistakes import Mistakes
from bot.playbooks.condition.parse import parse
from bot.playbooks.condition.parts import split_at_and, tidy, written
from bot.playbooks.condition.severity import Leaning
from bot.playbooks.condition.tokens import Atom, Tokens, read_tokens
from bot.playbooks.condition.values import Value, as_kind, must_be


@dataclass(frozen=True)
class Number:
    """A numeric expression over signals: a priority or a severity."""

    text: str
    expression: ColumnElement[float] = field(compare=False, repr=False)
    signals: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """An expression over date signals."""

    text: str
    expression: ColumnElement[date] = field(compare=False, repr=False)
    signals: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One of the conjuncts that must all hold."""

    text: str
    clause: ColumnElement[bool] = field(compare=False, repr=False)
    signals: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A condition over signals. `worse` is higher the further its first comparison with a constant has gone."""

    text: str
    clause: ColumnElement[bool] = field(compare=False, repr=False)
    signals: tuple[str, ...]
    parts: tuple[Part, ...]
    worse: Number | None


@dataclass(frozen=True)
class _Conjunct:
    part: Part
    leaning: Leaning | None


def compile_condition(text: str, catalogue: Catalogue, *, place: str = "condition") -> Condition:
    """The condition as SQLAlchemy, or `InvalidInput` with every mistake. TODAY is the bound parameter `as_of`."""
    mistakes = Mistakes(text, place)
    read = _read(text, catalogue, mistakes)
    at = 0
    built: list[_Conjunct] = []
    for tokens in split_at_and(read.tokens):
        built += _conjunct(tokens, at, read.atoms, mistakes)
        at = tokens[-1].end + 1 if tokens else at
    mistakes.raise_if_any()
    parts = tuple(conjunct.part for conjunct in built)
    signals = tuple(dict.fromkeys(name for part in parts for name in part.signals))
    worse = next((_severity(conjunct.leaning, text) for conjunct in built if conjunct.leaning), None)
    return Condition(tidy(text), and_(*(part.clause for part in parts)), signals, parts, worse)


def compile_number(text: str, catalogue: Catalogue, *, place: str = "number") -> Number:
    """A numeric expression as SQLAlchemy; `InvalidInput` with every mistake otherwise."""
    mistakes = Mistakes(text, place)
    value = as_kind(_value(text, catalogue, mistakes), Kind.number)
    must_be(Kind.number, value, mistakes, "allowed: a number, such as arr or 1 - active_users.ratio")
    mistakes.raise_if_any()
    return Number(tidy(text), value.expression, value.signals)


def compile_date(text: str, catalogue: Catalogue, *, place: str = "date") -> Day:
    """A day of every account as SQLAlchemy, unknown where a signal is; `InvalidInput` with every mistake otherwise."""
    mistakes = Mistakes(text, place)
    value = as_kind(_value(text, catalogue, mistakes), Kind.date)
    needed = "allowed: a date signal, perhaps with days, such as renewal_on - 30d"
    if must_be(Kind.date, value, mistakes, needed) and not value.signals:
        mistakes.add(value.start, "it is the same day for every account", needed)
    mistakes.raise_if_any()
    return Day(tidy(text), value.expression, value.signals)


def severity_of(condition: Condition) -> Number | None:
    """The severity of a playbook that names none: from the first numeric comparison with a constant.

    `a < c` gives -(a), `a > c` gives a, and a NOT around turns it over. None when there is no such comparison.
    """
    return condition.worse


def _read(text: str, catalogue: Catalogue, mistakes: Mistakes) -> Tokens:
    """The words of the text. Raises at once where going on would be unsafe or pointless."""
    if not text.strip():
        mistakes.add(0, "it is empty", "write a condition, such as arr > 1000; or leave the key out")
    elif len(text) > limits.LONGEST_TEXT:
        mistakes.add(limits.LONGEST_TEXT, f"it is {len(text)} characters long", f"allowed: {limits.LONGEST_TEXT}")
    elif not _storable(text):
        mistakes.add(0, "it holds half of a character (a surrogate)", "save the file as UTF-8")
    mistakes.raise_if_any()
    read = read_tokens(text, catalogue, mistakes)
    if read is None:
        raise mistakes.error()
    return read


def _value(text: str, catalogue: Catalogue, mistakes: Mistakes) -> Value:
    """What a single expression is worth. Raises for mistakes in its form, reports those in its kinds."""
    read = _read(text, catalogue, mistakes)
    tree = parse(read.tokens, 0, mistakes)
    mistakes.raise_if_any()
    assert tree is not None
    return Builder(read.atoms, mistakes).value(tree)


def _storable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _conjunct(tokens: list[Token], at: int, atoms: list[Atom], mistakes: Mistakes) -> list[_Conjunct]:
    """One, or none when it holds a mistake, which is then reported."""
    tree = parse(tokens, at, mistakes)
    if tree is None:
        return []
    builder = Builder(atoms, mistakes)
    value = builder.condition(tree)
    if not value.kind and not mistakes:
        mistakes.add(tokens[0].start, "this cannot be read")
    part = Part(written(mistakes.text, tokens), value.expression, value.signals)
    return [_Conjunct(part, builder.leaning)] if value.kind else []


def _severity(leaning: Leaning, text: str) -> Number:
    return Number(tidy(leaning.written(text)), leaning.expression(), leaning.value.signals)
