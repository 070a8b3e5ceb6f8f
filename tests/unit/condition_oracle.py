"""Random conditions with a second, independent meaning: plain Python with None for unknown."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.unit.condition_world import TODAY

Row = dict[str, Any]
Meaning = Callable[[Row], Any]
Term = tuple[str, Meaning]
"""The text, and what it is worth for one account."""


def known(function: Callable[..., Any]) -> Callable[..., Any]:
    """Unknown as soon as one argument is."""
    return lambda *values: None if any(value is None for value in values) else function(*values)


def all_of(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def any_of(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def negation(value: bool | None) -> bool | None:
    return None if value is None else not value


def first_known(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def signal(name: str) -> Term:
    column = name.rpartition(".")[2]
    return name, lambda row: row[column]


def number_signal(name: str) -> Term:
    column = name.rpartition(".")[2]
    return name, lambda row: None if row[column] is None else float(row[column])


def constant(text: str, value: Any) -> Term:
    return text, lambda row: value


def operation(form: str, function: Callable[..., Any], *terms: Term) -> Term:
    return form.format(*(text for text, _ in terms)), lambda row: function(*(meaning(row) for _, meaning in terms))


NUMBERS: dict[str, Callable[[float, float], float | None]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right if right else None,
}
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<>": lambda left, right: left != right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def matches(text: str, pattern: str) -> bool:
    """LIKE: `%`, `_`, a backslash before either; A-Z as a-z and nothing else."""
    parts = [part[1:] if part[0] == "\\" else None for part in re.findall(r"\\.|.", pattern, re.DOTALL)]
    plain = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    regex = "".join(
        re.escape(escaped) if escaped is not None else wild.get(one, re.escape(one)) for escaped, one in zip(parts, plain, strict=True)
    )
    return re.fullmatch(lowered(regex), lowered(text), re.DOTALL) is not None


def lowered(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


TEXTS = ["growth", "Growth", "adoption", "", "it's", "Acme", "ŽLUŤ & CO", "100%", "a_b", "back\\slash"]
PATTERNS = ["%", "", "ac%", "A_B", "a\\_b", "%\\%", "žl%", "ŽLU_ & co", "%'%", "back\\\\%", "_____", "gro%h"]
DAYS = [date(2024, 2, 29), date(2026, 3, 1), date(2026, 4, 30)]

number_atoms = st.one_of(
    st.sampled_from(["arr", "seats", "fee", "active_users.ratio", "ARR"]).map(lambda name: (name, number_signal(name.lower())[1])),
    st.sampled_from([0, 1, 2, 7, 0.5, 0.6, 1000]).map(lambda value: constant(str(value), float(value))),
    st.sampled_from(["3d", "2w"]).map(lambda text: constant(text, {"3d": 3.0, "2w": 14.0}[text])),
)
text_terms = st.one_of(
    st.sampled_from(["stage", "name"]).map(signal),
    st.sampled_from(TEXTS).map(lambda text: constant(quoted(text), text)),
)
date_signals = st.one_of(st.sampled_from(["started_on", "renewal_on"]).map(signal), st.just(constant("TODAY", TODAY)))


@st.composite
def moved_dates(draw: st.DrawFn) -> Term:
    day = draw(date_signals)
    days = draw(st.integers(0, 400))
    form, sign = draw(st.sampled_from([("{0} + %d", 1), ("{0} - %d", -1), ("%d + {0}", 1), ("({0} - %dd)", -1)]))
    return operation(form % days, known(lambda one: one + timedelta(days=sign * days)), day)


date_literals = st.sampled_from(DAYS).map(lambda day: constant(f"DATE '{day}'", day))
date_terms = st.one_of(date_signals, moved_dates(), date_literals)


def _larger_numbers(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    sign = st.sampled_from(sorted(NUMBERS))
    return st.one_of(
        st.tuples(sign, inner, inner).map(lambda of: operation("({0} " + of[0] + " {1})", known(NUMBERS[of[0]]), *of[1:])),
        inner.map(lambda one: operation("-({0})", known(lambda value: -value), one)),
        inner.map(lambda one: operation("ABS({0})", known(abs), one)),
        st.tuples(inner, inner).map(lambda two: operation("COALESCE({0}, {1})", first_known, *two)),
        st.tuples(date_signals, date_signals).map(
            lambda two: operation("({0} - {1})", known(lambda later, earlier: float((later - earlier).days)), *two)
        ),
    )


numbers = st.recursive(number_atoms, _larger_numbers, max_leaves=6)


@st.composite
def chained(draw: st.DrawFn) -> Term:
    """`a - b * c` without parentheses: products first, then from the left."""
    products = [draw(st.lists(number_atoms, min_size=1, max_size=3)) for _ in range(draw(st.integers(1, 3)))]
    signs = [draw(st.sampled_from("+-")) for _ in products[1:]]
    text = " * ".join(one for one, _ in products[0])
    for sign, product in zip(signs, products[1:], strict=True):
        text += f" {sign} " + " * ".join(one for one, _ in product)

    def meaning(row: Row) -> float | None:
        total = _product(products[0], row)
        for sign, product in zip(signs, products[1:], strict=True):
            total = known(NUMBERS[sign])(total, _product(product, row))
        return total

    return text, meaning


def _product(terms: list[Term], row: Row) -> float | None:
    result: float | None = terms[0][1](row)
    for _, meaning in terms[1:]:
        result = known(NUMBERS["*"])(result, meaning(row))
    return result


def _between(form: str, terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    """`a BETWEEN b AND c` is `a >= b AND a <= c`, also where one bound is unknown."""

    def meaning(value: Any, low: Any, high: Any) -> bool | None:
        answer = all_of([known(ORDER[">="])(value, low), known(ORDER["<="])(value, high)])
        return negation(answer) if "NOT" in form else answer

    return st.tuples(terms, terms, terms).map(lambda three: operation(form, meaning, *three))


def _compared(terms: st.SearchStrategy[Term], signs: list[str]) -> st.SearchStrategy[Term]:
    return st.tuples(st.sampled_from(signs), terms, terms).map(
        lambda of: operation("{0} " + of[0] + " {1}", known(ORDER[of[0]]), of[1], of[2])
    )


def _in(terms: st.SearchStrategy[Term], choices: list[Any], write: Callable[[Any], str]) -> st.SearchStrategy[Term]:
    lists = st.lists(st.sampled_from(choices), min_size=1, max_size=3)
    return st.tuples(terms, lists, st.sampled_from(["IN", "NOT IN"])).map(
        lambda of: (
            f"{of[0][0]} {of[2]} ({', '.join(map(write, of[1]))})",
            lambda row: known(lambda value: (value in of[1]) == (of[2] == "IN"))(of[0][1](row)),
        )
    )


def _like() -> st.SearchStrategy[Term]:
    return st.tuples(st.sampled_from(["name", "stage"]), st.sampled_from(PATTERNS), st.booleans()).map(
        lambda of: (
            f"{of[0]} {'LIKE' if of[2] else 'NOT LIKE'} {quoted(of[1])}",
            lambda row: known(lambda text: matches(text, of[1]) == of[2])(row[of[0]]),
        )
    )


any_term = st.one_of(numbers, text_terms, date_terms)
leaves = st.one_of(
    _compared(numbers, sorted(ORDER)),
    _compared(chained(), sorted(ORDER)),
    _compared(text_terms, ["=", "<>", "!="]),
    _compared(date_terms, sorted(ORDER)),
    st.tuples(st.sampled_from(sorted(ORDER)), date_signals, st.sampled_from(DAYS)).map(
        lambda of: operation("{0} " + of[0] + f" '{of[2]}'", lambda day: known(ORDER[of[0]])(day, of[2]), of[1])
    ),
    _between("{0} BETWEEN {1} AND {2}", numbers),
    _between("{0} NOT BETWEEN {1} AND {2}", date_terms),
    _in(numbers, [0, 1, 2.5, 7], str),
    _in(text_terms, TEXTS, quoted),
    _in(date_signals, DAYS, lambda day: f"'{day}'"),
    _like(),
    any_term.map(lambda one: operation("{0} IS NULL", lambda value: value is None, one)),
    any_term.map(lambda one: operation("{0} IS NOT NULL", lambda value: value is not None, one)),
    st.just(signal("paused")),
    st.just(operation("COALESCE({0}, TRUE)", lambda value: first_known(value, True), signal("paused"))),
    st.sampled_from([("paused = TRUE", True), ("paused <> FALSE", True), ("FALSE = paused", False)]).map(
        lambda of: (of[0], lambda row: known(lambda value: value is of[1])(row["paused"]))
    ),
    st.sampled_from([constant("TRUE", True), constant("FALSE", False)]),
)


def _larger_conditions(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.one_of(
        inner.map(lambda one: operation("NOT ({0})", negation, one)),
        inner.map(lambda one: operation("(({0}) IS NULL)", lambda value: value is None, one)),
        st.lists(inner, min_size=2, max_size=3).map(
            lambda some: operation(" AND ".join(["({})"] * len(some)), lambda *of: all_of(list(of)), *some)
        ),
        st.lists(inner, min_size=2, max_size=3).map(
            lambda some: operation(" OR ".join(["({})"] * len(some)), lambda *of: any_of(list(of)), *some)
        ),
    )


nested = st.recursive(leaves, _larger_conditions, max_leaves=8)


@st.composite
def flat(draw: st.DrawFn) -> Term:
    """`NOT a AND b OR c` without parentheses: NOT first, then AND, then OR."""
    groups = [draw(st.lists(st.tuples(st.booleans(), leaves), min_size=1, max_size=3)) for _ in range(draw(st.integers(1, 3)))]
    text = " or ".join(" AND ".join(f"NOT {one}" if turned else one for turned, (one, _) in group) for group in groups)

    def meaning(row: Row) -> bool | None:
        each = [[negation(of(row)) if turned else of(row) for turned, (_, of) in group] for group in groups]
        return any_of([all_of(group) for group in each])

    return text, meaning


conditions = st.one_of(nested, flat())
