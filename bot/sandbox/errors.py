"""A Web API refusal, under Slack's own name."""

from typing import Any


class Refusal(Exception):
    """`ok: false`. `extra` goes into the answer beside `error`."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra

    def to_json(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.extra}


class ActImpossible(Exception):
    """A person cannot do this: there is no such message, button, view or option."""
