"""The default severity of a condition: how far its first comparison of a number with a constant has gone."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.sql.elements import ColumnElement, Grouping

from bot.accounts.catalogue import Kind
from bot.playbooks.condition.values import Value

_DOWN, _UP = ("<", "<="), (">", ">=")


@dataclass(frozen=True, eq=False)
class Leaning:
    """A number and the direction in which it is worse. `a < c`: lower is worse; `a > c`: higher is."""

    value: Value
    lower_is_worse: bool

    @classmethod
    def of(cls, sign: str, left: Value, right: Value, upside_down: bool) -> Self | None:
        """None unless a number stands against a constant and has a direction. `upside_down`: inside a NOT."""
        if left.kind is not Kind.number or left.constant == right.constant or sign not in _DOWN + _UP:
            return None
        lower = (sign in _DOWN) ^ left.constant ^ upside_down
        return cls(right if left.constant else left, lower)

    def expression(self) -> ColumnElement[float]:
        return -Grouping(self.value.expression) if self.lower_is_worse else self.value.expression

    def written(self, text: str) -> str:
        inner = text[self.value.start : self.value.end]
        return f"-({inner})" if self.lower_is_worse else inner
