"""What a step of a play wants to ask, and what came of it: who is asked, and who was held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.surveys.survey import Survey
from bot.surveys.throttle import Why
from models import Contact


@dataclass(frozen=True)
class Wanted:
    """What one step of a play wants. `contact_id`: whom the play is about, empty when it is about the account. `number`: the step's,
    within the play. `roles`: whom to ask, the first roles first; empty: everybody."""

    survey: Survey
    roles: Sequence[str]
    at_most: int
    account_id: str
    contact_id: str
    play_id: int
    playbook: str
    number: int


@dataclass(frozen=True)
class HeldBack:
    """`at`: when they would have been asked; `until`: since when they may be, None: nobody knows."""

    contact: Contact
    why: Why
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Choice:
    """Who is asked, and when the letter leaves; who was held back before there were enough."""

    wanted: Wanted
    wave: str
    asked: tuple[tuple[Contact, datetime], ...]
    held: tuple[HeldBack, ...]

    @property
    def soonest(self) -> HeldBack | None:
        """The one who may be asked first. None: waiting changes nothing."""
        return min((one for one in self.held if one.until), key=lambda one: (one.until, one.contact.id), default=None)
