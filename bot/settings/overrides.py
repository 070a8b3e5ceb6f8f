"""What admins changed in Slack, laid over staysail.yml as it was read, before anything of it is checked.

    staysail.yml ─► read, ${NAME} put in ─┐
                                          ├─► one document ─► the reader ─► Settings
    table overrides ──────────────────────┘

So a change passes the same checks as the file. `${NAME}` in a change is plain text: nobody reads the environment from Slack.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.documents.source import Source, Way


@dataclass(frozen=True)
class Changed:
    """A setting that an admin changed: `value` as it would stand in staysail.yml, None as if the key were left out there.

    `by` is a Slack user, `name` what they are called there.
    """

    key: str
    value: Any
    by: str
    name: str
    at: datetime

    @property
    def way(self) -> Way:
        return tuple(self.key.split("."))

    @property
    def place(self) -> str:
        return f"{self.key} (changed in Slack by {self.name or self.by})"


def lay_over(file: Source, changes: Sequence[Changed]) -> Source:
    """A copy of the file in which the changes stand. What is wrong with the file stays wrong."""
    laid = replace(
        file,
        value=deepcopy(file.value),
        lines=dict(file.lines),
        findings=list(file.findings),
        misread=set(file.misread),
        elsewhere=dict(file.elsewhere),
    )
    for change in changes:
        _lay(laid, change)
    return laid


def _lay(laid: Source, change: Changed) -> None:
    way = change.way
    section = laid.value.setdefault(str(way[0]), {})
    if not isinstance(section, dict):
        return  # the file itself is wrong there, and says so
    if change.value is None:
        section.pop(way[-1], None)
    else:
        section[str(way[-1])] = deepcopy(change.value)
    laid.lines = {known: line for known, line in laid.lines.items() if known[: len(way)] != way}
    laid.elsewhere[way] = change.place
