"""The mistakes found in one text, each with its position."""

from bot.errors import Finding, InvalidInput

ALLOWED = (
    "allowed: signals, numbers, 'text', DATE '2026-01-31', TODAY, TRUE, FALSE, = <> < <= > >= + - * /, AND, OR, NOT, "
    "IN, BETWEEN, IS NULL, LIKE, COALESCE, ABS"
)


class Mistakes:
    """Collects what is wrong with `text`, so that its author sees everything at once."""

    def __init__(self, text: str, place: str) -> None:
        self.text = text
        self.place = place
        self._findings: list[tuple[int, Finding]] = []

    def __bool__(self) -> bool:
        return bool(self._findings)

    def add(self, at: int, problem: str, cure: str = ALLOWED) -> None:
        """`at` is an offset into the text; the finding names its line and column, counted from 1."""
        finding = Finding(self.place, f"{self.position(at)}: {problem}", cure)
        self._findings.append((at, finding))

    def position(self, at: int) -> str:
        """`column 7`, or `line 2, column 7` when the text has several lines."""
        column = at - (self.text.rfind("\n", 0, at) + 1) + 1
        if "\n" not in self.text.strip():
            return f"column {column}"
        return f"line {self.text.count(chr(10), 0, at) + 1}, column {column}"

    def error(self) -> InvalidInput:
        """All of them in the order of the text, the same sentence only once."""
        ordered = sorted(self._findings, key=lambda pair: pair[0])
        return InvalidInput(tuple(dict.fromkeys(finding for _, finding in ordered)))

    def raise_if_any(self) -> None:
        if self:
            raise self.error()
