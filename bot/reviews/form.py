"""The form as it comes back: what the person chose and wrote, and what the form itself remembers."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Self
from zoneinfo import ZoneInfo

from bot.messages import catalog as m
from bot.messages.actions import Input, InputError

LONGEST_AGENDA, LONGEST_PLACE, MOST_PEOPLE = 3000, 300, 30
FARTHEST = timedelta(days=366)
Wrong = dict[Input, str]
"""What is wrong with the form, by its inputs."""


@dataclass(frozen=True)
class Ticket:
    """The form's `private_metadata`. `key` makes it one review, however often it is sent off.

    `review_id` is the one that is moved, as it was at `version`, its SEQUENCE then: an answer that comes in meanwhile is no change; None:
    a new one. `turn` and `drawing` number how often its times and its agenda were shown anew; `drawn` is the digest of the agenda that was
    suggested. `confirmed` is the digest of what the person was warned of: sent again unchanged, it stands.
    """

    account_id: str
    alert_id: int | None
    key: str
    review_id: int | None = None
    version: int = 0
    turn: int = 0
    drawing: int = 0
    drawn: str = ""
    confirmed: str = ""

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Form:
    """`when` is a proposed moment (ISO, UTC) or `OWN`: then `day` and `clock` count, as Slack writes them."""

    ticket: Ticket
    type: str
    when: str
    day: str | None
    clock: str | None
    minutes: int
    place: str
    contacts: tuple[str, ...]
    teammates: tuple[str, ...]
    agenda: str
    language: str

    @property
    def is_edited(self) -> bool:
        """Whether the agenda is no longer the suggested one."""
        return digest(self.agenda) != self.ticket.drawn

    def with_agenda(self, text: str) -> Self:
        """As it is suggested."""
        ticket = replace(self.ticket, drawing=self.ticket.drawing + 1, drawn=digest(text))
        return replace(self, agenda=text, ticket=ticket)

    def turned(self) -> Self:
        return replace(self, ticket=replace(self.ticket, turn=self.ticket.turn + 1))


def digest(text: str) -> str:
    """Of a text as the person sees it: ends of lines, and blanks around it, make no difference."""
    seen = "\n".join(one.rstrip() for one in text.strip().splitlines())
    return sha256(seen.encode()).hexdigest()[:16]


def moment_of(form: Form, zone: ZoneInfo, now: datetime) -> datetime | Wrong:
    """When it is to begin, in UTC. `zone` is that of the person who fills the form in."""
    if form.when != m.ReviewModal.OWN:
        if form.day or form.clock:
            return {Input.REVIEW_WHEN: InputError.TIME_TWICE}
        return _in_future(datetime.fromisoformat(form.when), now, Input.REVIEW_WHEN)
    if not form.day:
        return {Input.REVIEW_DATE: InputError.DATE_MISSING}
    if not form.clock:
        return {Input.REVIEW_TIME: InputError.TIME_MISSING}
    wall = datetime.combine(date.fromisoformat(form.day), time.fromisoformat(form.clock))
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:
        return {Input.REVIEW_TIME: InputError.TIME_SKIPPED}
    today = now.astimezone(zone).date()
    return _in_future(moment, now, Input.REVIEW_DATE if wall.date() < today else Input.REVIEW_TIME)


def _in_future(moment: datetime, now: datetime, place: Input) -> datetime | Wrong:
    if moment <= now:
        return {place: InputError.TIME_PAST}
    return {place: InputError.DATE_FAR} if moment - now > FARTHEST else moment


def wrong_text(form: Form) -> Wrong:
    found: Wrong = {}
    if form.type not in set(m.ReviewType):
        found[Input.REVIEW_TYPE] = InputError.CHOICE_MISSING
    if form.minutes not in m.ReviewModal.LENGTHS:
        found[Input.REVIEW_LENGTH] = InputError.CHOICE_MISSING
    if len(form.agenda) > LONGEST_AGENDA:
        found[Input.REVIEW_AGENDA] = InputError.BODY_LONG
    if len(form.place) > LONGEST_PLACE:
        found[Input.REVIEW_PLACE] = f"At most {LONGEST_PLACE} characters, please."
    if not form.contacts:
        found[Input.REVIEW_CONTACTS] = InputError.INVITED_MISSING
    elif len(form.contacts) + len(form.teammates) > MOST_PEOPLE:
        found[Input.REVIEW_CONTACTS] = f"At most {MOST_PEOPLE} people, please."
    return found
