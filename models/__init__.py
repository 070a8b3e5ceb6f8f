"""The tables. Importing this package makes all of them known to `Base.metadata`."""

from models.account import Account, Contact
from models.alert import Alert, Trace
from models.base import Base
from models.outbox import OutboxMessage
from models.playbook import Breaker, Match, Play, PlaybookStatus, PlaybookVersion
from models.source import Field, Reading, Source
from models.touch import Dispatch, Event, Membership, Touch
from models.workspace import Job, Receipt, Teammate

SCHEMA = "0002"
"""The revision of `migrations` that these tables are; a test holds it against the newest one."""

__all__ = [
    "SCHEMA",
    "Account",
    "Alert",
    "Base",
    "Breaker",
    "Contact",
    "Dispatch",
    "Event",
    "Field",
    "Job",
    "Match",
    "Membership",
    "OutboxMessage",
    "Play",
    "PlaybookStatus",
    "PlaybookVersion",
    "Reading",
    "Receipt",
    "Source",
    "Teammate",
    "Touch",
    "Trace",
]
