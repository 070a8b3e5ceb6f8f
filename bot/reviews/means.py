"""What planning a review needs besides the form: the letters, the house's rules, who acts, and when."""

from dataclasses import dataclass, replace
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from sqlalchemy.orm import Session

from bot.accounts.business_hours import BusinessHours, zone_or
from bot.accounts.signals import Signals
from bot.alerts.world import World
from bot.clock import day_of
from bot.delivery.mail import LONGEST_NAME
from bot.errors import Refused
from bot.letters.clean import header
from bot.letters.library import ENGLISH, Letters
from bot.messages import catalog as m
from bot.playbooks.known import known_signals
from bot.reviews.free import NOTHING, Taken
from bot.settings import Settings
from bot.team.roles import Actor

NO_MAIL = "There is no mail server to invite with: an admin adds the section `email` (url and from) to staysail.yml. See docs/reviews.md."
NO_ADDRESS = "Slack tells no e-mail address of yours, so that nobody could answer your invitation. Ask whoever looks after your workspace."
INVITATION = "review-invitation"
OFFICE, MINUTES_OF_A_DAY = "Mon-Fri 09:00-18:00", 24 * 60


@dataclass(frozen=True)
class Means:
    """`sender` is the settings' From: `Customer success <cs@ours.example>`; `hours` are those in which the house meets people.

    `answers_to` is the address at which answers to invitations are taken in; empty: the organizer's own.
    `has_calendars`: organizers have the entry written into their calendars. `taken` is what was read there, of whom the form is about.
    """

    letters: Letters
    sender: str
    hours: BusinessHours
    signals: Signals
    world: World
    actor: Actor
    now: datetime
    answers_to: str = ""
    has_calendars: bool = False
    taken: Taken = NOTHING

    @property
    def zone(self) -> ZoneInfo:
        """The acting person's."""
        return zone_or(self.actor.timezone, self.world.zone)

    @property
    def address(self) -> str:
        """The one that all letters come from."""
        return parseaddr(self.sender)[1]

    def sender_named(self, name: str) -> str:
        """`Jana Nováková <cs@ours.example>`: somebody's name at the house's address, which the mail server is allowed to send from."""
        return str(Address(header(name, LONGEST_NAME), addr_spec=self.address))

    @property
    def languages(self) -> tuple[m.Language, ...]:
        return tuple(m.Language(code, _english(code)) for code in self.letters.languages(INVITATION))


def means_of(session: Session, settings: Settings, world: World, actor: Actor, now: datetime) -> Means:
    """Refused when the settings have no section `email`, and for somebody whom nobody could answer."""
    if settings.email is None:
        raise Refused(NO_MAIL)
    if not actor.email:
        raise Refused(NO_ADDRESS)
    return means_to_answer(session, settings, world, actor, now)


def means_to_answer(session: Session, settings: Settings, world: World, actor: Actor, now: datetime) -> Means:
    """For somebody who only says what came of a review. Without the section `email` nothing can be sent with it: `sender` is empty."""
    email = settings.email
    letters = Letters(settings.letters, settings.links, email.language if email else ENGLISH)
    signals = known_signals(session, settings, day_of(now, settings.zone))
    sender, replies = email.sender if email else "", settings.meetings.replies
    answers_to = parseaddr(replies.address or "")[1] if replies else ""
    means = Means(letters, sender, meeting_hours(settings.hours), signals, world, actor, now, answers_to)
    return replace(means, has_calendars=settings.meetings.calendar is not None)


def meeting_hours(hours: BusinessHours) -> BusinessHours:
    """A house that never closes does not meet its customers at night."""
    never_closes = all(sum(opening.end - opening.start for opening in day) == MINUTES_OF_A_DAY for day in hours.week)
    return replace(hours, week=BusinessHours.parse(OFFICE, hours.zone).week) if never_closes else hours


def _english(code: str) -> str:
    try:
        return Locale.parse(code, sep="-").english_name or code
    except (UnknownLocaleError, ValueError):
        return code
