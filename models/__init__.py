"""The tables. Importing this package makes all of them known to `Base.metadata`."""

from models.account import Account, Contact
from models.alert import Alert, Reason, Trace
from models.base import Base
from models.outbox import OutboxMessage
from models.playbook import Breaker, Match, Play, PlaybookStatus, PlaybookVersion
from models.review import Participant, Review
from models.room import Room
from models.source import Field, Reading, Source
from models.survey import Answer, Invitation, Response, SurveyVersion, Theme, ThemeMark
from models.touch import Dispatch, Event, Membership, Touch
from models.workspace import Absence, Channel, Job, Override, Receipt, Teammate
from models.writeback import Note, Writeback

SCHEMA = "0007"
"""The revision of `migrations` that these tables are; a test holds it against the newest one."""

__all__ = [
    "SCHEMA",
    "Absence",
    "Account",
    "Alert",
    "Answer",
    "Base",
    "Breaker",
    "Channel",
    "Contact",
    "Dispatch",
    "Event",
    "Field",
    "Invitation",
    "Job",
    "Match",
    "Membership",
    "Note",
    "OutboxMessage",
    "Override",
    "Participant",
    "Play",
    "PlaybookStatus",
    "PlaybookVersion",
    "Reading",
    "Reason",
    "Receipt",
    "Response",
    "Review",
    "Room",
    "Source",
    "SurveyVersion",
    "Teammate",
    "Theme",
    "ThemeMark",
    "Touch",
    "Trace",
    "Writeback",
]
