"""What belongs to a kind of subject, loaded when the first row of that kind is met: most passes meet one or two of fifteen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Later:
    """What `maker` of `module` gives for these arguments."""

    module: str
    maker: str
    using: tuple[Any, ...] = ()

    def make(self) -> Any:
        return getattr(import_module(self.module), self.maker)(*self.using)


class ByKind(Mapping[str, T]):
    """A test makes all of them: mypy does not see what is named here."""

    def __init__(self, makers: Mapping[str, Later]) -> None:
        self._makers = makers
        self._made: dict[str, T] = {}

    def __getitem__(self, kind: str) -> T:
        if kind not in self._made:
            self._made[kind] = self._makers[kind].make()
        return self._made[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
