"""What can go wrong, as one tree.

StaysailError            anything that we can say in one sentence; the command line prints it and exits 1
├── InvalidInput         settings or a playbook are wrong: carries every finding, not only the first
├── SourceFailed         a CRM or usage source could not be read, or written; the sweep goes on with the others
│   └── RecordRefused    it answered, and will not take the change however often it is tried
│       └── RecordMissing  there is no such record
├── RecordChanged        somebody else has changed a record of the CRM meanwhile; carries what stands there
├── Refused              a person asked for something that they may not do or that no longer applies; shown to them
│   └── AlreadyDone      somebody was first
└── SendFailed           a message did not (surely) leave
    ├── NotSent          it surely did not leave; may be tried again
    │   ├── SlowDown     the receiver named a time to wait
    │   └── Undeliverable  trying again cannot help until a person cures the cause
    └── Uncertain        it may have left: look it up before a repeat
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and how to mend it. `place` is a file with its line or key (`staysail.yml: usage.metrics.x`)."""

    place: str
    problem: str
    cure: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}" + (f" ({self.cure})" if self.cure else "")


class StaysailError(Exception):
    """Something went wrong that one sentence can explain."""


class InvalidInput(StaysailError):
    """Settings or playbooks are wrong. `findings` holds all of them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class SourceFailed(StaysailError):
    """A source could not be read, or written."""


class RecordRefused(SourceFailed):
    """The CRM answered, and will not take the change. Trying again cannot help."""


class RecordMissing(RecordRefused):
    """It has no such record."""


class RecordChanged(StaysailError):
    """A record is not what it was when somebody decided to change it. `found`, by field, is what stands there."""

    def __init__(self, found: Mapping[str, str | None]) -> None:
        super().__init__("somebody else has changed the record meanwhile")
        self.found = found


class Refused(StaysailError):
    """The person may not do this, or it no longer applies. The text is shown to them as it stands."""


class AlreadyDone(Refused):
    """Somebody was first: `what` was done, by `who` (a Slack id; None: Staysail itself), `at` that moment."""

    def __init__(self, what: str, who: str | None, at: datetime | None) -> None:
        super().__init__(f"already {what}")
        self.what, self.who, self.at = what, who, at


class SendFailed(StaysailError):
    """A message did not surely leave."""


class NotSent(SendFailed):
    """It surely did not leave."""


class SlowDown(NotSent):
    """The receiver asks us to wait. `seconds` is its figure."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Undeliverable(NotSent):
    """Trying again cannot help before a person cures the cause; the text says how."""


class Uncertain(SendFailed):
    """No clear answer came: it may have left."""
