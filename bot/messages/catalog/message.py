"""What every message is. A message knows its template folder and where it may stand, nothing else."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something posted, in a channel or as an ephemeral answer. Its folder holds `blocks.json.j2` and `text.txt.j2`."""

    template: ClassVar[str]


@dataclass(frozen=True, kw_only=True)
class Modal:
    """A view to open, push or update. Its folder holds `view.json.j2`."""

    template: ClassVar[str]


@dataclass(frozen=True, kw_only=True)
class Home:
    """What the app's Home tab shows one person. Its folder holds `view.json.j2`."""

    template: ClassVar[str]
