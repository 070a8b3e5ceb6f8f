"""A form that can be read as a plan: who is to come, and when. What is wrong with it is said under its inputs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.messages.actions import Input, InputError
from bot.reviews.form import Form, Wrong, moment_of, wrong_text
from bot.reviews.means import Means
from bot.reviews.place import contacts_by_id, is_address, teammates_by_id, why_not
from bot.team.directory import is_full_member
from models import Contact, Review, Teammate


@dataclass(frozen=True)
class Organizer:
    """Whoever invites, as the invitation names them. `zone` is theirs."""

    slack_id: str
    name: str
    email: str
    zone: str


@dataclass(frozen=True)
class Guest:
    """Somebody who is invited: a contact, or one of ours (`slack_id`)."""

    name: str
    email: str
    contact: Contact | None = None
    slack_id: str = ""


@dataclass(frozen=True)
class Plan:
    """`starts_at` in UTC; `zone` is the organizer's, whose clock changes it follows."""

    type: str
    starts_at: datetime
    minutes: int
    zone: str
    place: str
    language: str
    agenda: str
    guests: Sequence[Guest]

    @property
    def contacts(self) -> list[Contact]:
        return [guest.contact for guest in self.guests if guest.contact]


@dataclass
class _People:
    """Whom a form names, each address once, and whom of them nobody can invite."""

    guests: dict[str, Guest] = field(default_factory=dict)
    wrong: Wrong = field(default_factory=dict)

    def add(self, guest: Guest) -> None:
        self.guests.setdefault(guest.email.lower(), guest)


def organizer_of(session: Session, means: Means, review: Review | None) -> Organizer:
    """Whoever invited, or else whoever fills the form in."""
    if review is None:
        actor = means.actor
        return Organizer(actor.slack_id, actor.name, actor.email or "", str(means.zone))
    found = session.get(Teammate, review.organizer)
    return Organizer(review.organizer, review.organizer_name, review.organizer_email, (found.timezone if found else None) or review.zone)


def read_plan(session: Session, means: Means, form: Form, organizer: Organizer) -> Plan | Wrong:
    people = _People()
    _add_contacts(session, form, people)
    _add_teammates(session, form, organizer, people)
    starts_at = moment_of(form, means.zone, means.now)
    wrong = wrong_text(form) | people.wrong | (starts_at if isinstance(starts_at, dict) else {})
    if wrong or isinstance(starts_at, dict):
        return wrong
    language = form.language if form.language in {one.code for one in means.languages} else means.languages[0].code
    guests = list(people.guests.values())
    zone = zone_or(organizer.zone, means.zone).key
    return Plan(form.type, starts_at, form.minutes, zone, form.place, language, form.agenda, guests)


def _add_contacts(session: Session, form: Form, people: _People) -> None:
    found = contacts_by_id(session, form.contacts)
    absent = {contact.id: why for contact in found if (why := _why_absent(contact, form.ticket.account_id))}
    here = [contact for contact in found if contact.id not in absent]
    problems = [f"{contact.name or contact.email}: {why}" for contact in found if (why := absent.get(contact.id) or why_not(contact))]
    if len(found) < len(form.contacts):
        problems.append("somebody is no longer in the CRM")
    if problems:
        people.wrong[Input.REVIEW_CONTACTS] = f"They cannot be invited: {'; '.join(problems)}."[:300]
    for contact in here:
        people.add(Guest(contact.name, contact.email or "", contact))


def _why_absent(contact: Contact, account_id: str) -> str:
    """Empty: they are there."""
    if contact.gone_at:
        return "no longer in the CRM"
    return "" if contact.account_id == account_id else "with another account now"


def _add_teammates(session: Session, form: Form, organizer: Organizer, people: _People) -> None:
    """The organizer comes anyway."""
    found = [one for one in teammates_by_id(session, form.teammates) if one.slack_id != organizer.slack_id]
    if strangers := [one.name for one in found if not is_full_member(one)]:
        people.wrong[Input.REVIEW_TEAMMATES] = f"{InputError.TEAMMATE_NOT_OURS} Not: {', '.join(strangers)}."[:300]
    elif nameless := [one.name for one in found if not is_address(one.email)]:
        people.wrong[Input.REVIEW_TEAMMATES] = f"Slack tells no e-mail address of {', '.join(nameless)}."[:300]
    for teammate in found:
        people.add(Guest(teammate.name, (teammate.email or "").lower(), slack_id=teammate.slack_id))
