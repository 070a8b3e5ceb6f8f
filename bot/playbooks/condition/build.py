"""From sqlglot's tree to SQLAlchemy. A node or an argument that is not named here is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import and_, func, not_, or_
from sqlglot import exp

from bot.accounts.catalogue import Kind
from bot.playbooks.condition import arithmetic, comparison
from bot.playbooks.condition.mistakes import ALLOWED, Mistakes
from bot.playbooks.condition.severity import Leaning
from bot.playbooks.condition.tokens import Atom
from bot.playbooks.condition.values import TYPES, Value, agree_on_dates, as_kind, combined, must_be, of_atom, refused, same_kind

_COMPARISONS: Final[dict[type[exp.Expr], str]] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_CALCULATIONS: Final[dict[type[exp.Expr], str]] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_ARGUMENTS: Final = frozenset(("this", "expression", "expressions", "low", "high", "negate"))
_NEEDS_CONDITION = "allowed: a comparison, such as arr > 0, or a signal that is true or false"


class Builder:
    """Builds one conjunct. `leaning` becomes its first comparison of a number with a constant."""

    def __init__(self, atoms: list[Atom], mistakes: Mistakes) -> None:
        self.atoms = atoms
        self.mistakes = mistakes
        self.leaning: Leaning | None = None
        self._upside_down = False

    def condition(self, node: exp.Expr) -> Value:
        """A value that is true, false or unknown; anything else is reported."""
        value = as_kind(self.value(node), Kind.boolean)
        if must_be(Kind.boolean, value, self.mistakes, _NEEDS_CONDITION):
            return value
        return refused(value.start, value.end)

    def value(self, node: exp.Expr) -> Value:
        if any(argument for name, argument in node.args.items() if name not in _ARGUMENTS):
            return self._refuse(node, ALLOWED)
        if sign := _COMPARISONS.get(type(node)):
            return self._comparison(sign, node)
        if sign := _CALCULATIONS.get(type(node)):
            left, right = self._children(node, "this", "expression")
            return arithmetic.calculate(sign, left, right, self.mistakes)
        build = _BUILDERS.get(type(node))
        return build(self, node) if build else self._refuse(node, ALLOWED)

    def _children(self, node: exp.Expr, *names: str) -> list[Value]:
        return [self.value(node.args[name]) for name in names]

    def _refuse(self, node: exp.Expr, cure: str) -> Value:
        what = _CALLED.get(type(node), type(node).__name__.upper())
        at = self._place(node)
        self.mistakes.add(at, f"{what} is not allowed here", cure)
        return refused(at, at)

    def _place(self, node: exp.Expr) -> int:
        """Where its first atom stands, or that of the nearest node around it that has one."""
        around: exp.Expr | None = node
        while around is not None:
            starts = [atom.start for name in around.find_all(exp.Identifier) if (atom := self._atom_of(name))]
            if starts:
                return min(starts)
            around = around.parent
        return 0

    def _atom_of(self, name: Any) -> Atom | None:
        """None for a keyword that sqlglot took for a name, as in a lone `IN`: atoms are quoted."""
        if isinstance(name, exp.Identifier) and name.args.get("quoted"):
            return self.atoms[int(name.this)]
        return None

    def _atom(self, node: exp.Expr) -> Value:
        atom = self._atom_of(node.this)
        return of_atom(atom) if atom else self._refuse(node, ALLOWED)

    def _comparison(self, sign: str, node: exp.Expr) -> Value:
        left, right = self._children(node, "this", "expression")
        value = comparison.compare(sign, left, right, self.mistakes)
        if value.kind and not self.leaning:
            self.leaning = Leaning.of(sign, left, right, self._upside_down)
        return value

    def _chain(self, node: exp.Expr) -> Value:
        links: list[exp.Expr] = []
        rest = node
        while type(rest) is type(node):
            links.append(rest.args["expression"])
            rest = rest.this
        values = [self.condition(link) for link in [rest, *reversed(links)]]
        join = and_ if isinstance(node, exp.And) else or_
        return combined(Kind.boolean, join(*(value.expression for value in values)), *values)

    def _not(self, node: exp.Expr) -> Value:
        self._upside_down = not self._upside_down
        value = self.condition(node.this)
        self._upside_down = not self._upside_down
        return combined(Kind.boolean, not_(value.expression), value)

    def _in(self, node: exp.Expr) -> Value:
        value = self.value(node.this)
        choices = [self.value(choice) for choice in node.args.get("expressions") or ()]
        if not choices:
            self.mistakes.add(value.start, "IN has no list of literals", "allowed: IN ('adoption', 'growth')")
            return refused(value.start, value.end)
        return comparison.is_in(value, choices, self.mistakes)

    def _between(self, node: exp.Expr) -> Value:
        value, low, high = self._children(node, "this", "low", "high")
        return comparison.between(value, low, high, self.mistakes)

    def _like(self, node: exp.Expr) -> Value:
        value, pattern = self._children(node, "this", "expression")
        return self._negated(node, comparison.like(value, pattern, self.mistakes))

    def _is(self, node: exp.Expr) -> Value:
        if not isinstance(node.args["expression"], exp.Null):
            return self._refuse(node, "allowed: IS NULL, IS NOT NULL; a signal that is true or false stands alone")
        return self._negated(node, comparison.is_unknown(self.value(node.this)))

    def _negated(self, node: exp.Expr, value: Value) -> Value:
        """sqlglot writes NOT LIKE and IS NOT as a flag or as a NOT around, depending on its version."""
        return combined(Kind.boolean, not_(value.expression), value) if node.args.get("negate") else value

    def _coalesce(self, node: exp.Expr) -> Value:
        values = [self.value(one) for one in (node.this, *(node.args.get("expressions") or ()))]
        values = agree_on_dates(values, self.mistakes)
        if len(values) < 2:
            return self._refuse(node, "allowed: COALESCE(signal, value), with two arguments or more")
        kind = values[0].kind
        if not same_kind(values, self.mistakes, "COALESCE joins different kinds") or kind is None:
            return refused(values[0].start, values[-1].end)
        factors = max(value.factors for value in values)
        expression = func.coalesce(*(value.expression for value in values), type_=TYPES[kind])
        return self._around("COALESCE", ")", combined(kind, expression, *values, factors=factors))

    def _null(self, node: exp.Expr) -> Value:
        return self._refuse(node, "allowed: IS NULL and IS NOT NULL; a comparison with NULL is never true")

    def _function_already_refused(self, node: exp.Expr) -> Value:
        for argument in node.args.get("expressions") or ():
            if not isinstance(argument, exp.Star):
                self.value(argument)
        at = self._place(node)
        return refused(at, at)

    def _inner(self, node: exp.Expr) -> Value:
        return self._around("(", ")", self.value(node.this))

    def _negative(self, node: exp.Expr) -> Value:
        return self._around("-", "", arithmetic.negative(self.value(node.this), self.mistakes))

    def _absolute(self, node: exp.Expr) -> Value:
        return self._around("ABS", ")", arithmetic.absolute(self.value(node.this), self.mistakes))

    def _around(self, opening: str, closing: str, value: Value) -> Value:
        """The value with what stands around it in the text, so that messages quote all of it."""
        start = self.mistakes.text.upper().rfind(opening, 0, value.start)
        end = self.mistakes.text.find(closing, value.end) + len(closing)
        return replace(value, start=start, end=end) if 0 <= start < end else value


_CALLED: Final[dict[type[exp.Expr], str]] = {
    exp.Tuple: "a list",
    exp.Column: "a keyword that stands alone",
    exp.Alias: "a second word after a value",
}

_BUILDERS: Final[dict[type[exp.Expr], Callable[[Builder, Any], Value]]] = {
    exp.Abs: Builder._absolute,
    exp.And: Builder._chain,
    exp.Anonymous: Builder._function_already_refused,
    exp.Between: Builder._between,
    exp.Coalesce: Builder._coalesce,
    exp.Column: Builder._atom,
    exp.In: Builder._in,
    exp.Is: Builder._is,
    exp.Like: Builder._like,
    exp.Neg: Builder._negative,
    exp.Not: Builder._not,
    exp.Null: Builder._null,
    exp.Or: Builder._chain,
    exp.Paren: Builder._inner,
}
