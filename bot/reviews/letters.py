"""What leaves for those who are to come: a letter each, with the entry for their calendar. Written into the outbox, once per change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from bot.accounts.business_hours import known_zone, zone_or
from bot.bulk import insert_into
from bot.delivery import outbox
from bot.delivery.keys import calendar_key, dispatch_subject, minutes_key
from bot.delivery.kinds import LETTER
from bot.delivery.schemes import MAIL
from bot.letters.clean import first_name, line, lines
from bot.letters.facts import ContactFacts, CsmFacts
from bot.letters.links import is_web
from bot.reviews import events
from bot.reviews.agenda import facts_for
from bot.reviews.calendar import Invitee, Meeting, Method, cancel, publish, request, uninvite
from bot.reviews.means import INVITATION, Means
from models import Account, Contact, Dispatch, Participant, Review, Teammate, Touch


class News(StrEnum):
    """What a letter tells; the value is the letter's name. To those taken off the list it is cancelled."""

    INVITED = INVITATION
    MOVED = "review-moved"
    CANCELLED = "review-cancelled"
    MINUTES = "review-minutes"


@dataclass(frozen=True)
class Telling:
    """A change of a review that everybody is told of. `was`: when it was to begin before; `note`: why it is cancelled.

    `title` is the meeting's, `people` are those who are (or were) to come. Of one that was held `decisions` is what was agreed, and
    `tasks` what is to be done: `{what, who, due}` each.
    """

    review: Review
    account: Account
    title: str
    people: Sequence[Participant]
    was: datetime | None = None
    note: str = ""
    decisions: str = ""
    tasks: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Reader:
    """Who gets a letter. `own`: the organizer. `without`: it takes place without them."""

    name: str
    email: str
    zone: str | None
    participant: Participant | None = None
    contact_id: str = ""
    without: bool = False

    @property
    def own(self) -> bool:
        return self.participant is None


def tell_participant(session: Session, means: Means, telling: Telling, person: Participant, news: News) -> None:
    """`told` keeps the highest SEQUENCE that a letter was written for."""
    without = news is News.CANCELLED and person not in telling.people
    _send(session, means, telling, _reader_of(session, telling, person, without), news)
    person.told = telling.review.sequence


def _reader_of(session: Session, telling: Telling, person: Participant, without: bool = False) -> Reader:
    contact = session.get(Contact, person.contact_id) if person.contact_id else None
    teammate = session.get(Teammate, person.slack_id) if person.slack_id else None
    theirs = known_zone(contact.timezone, telling.account.timezone) if contact else teammate.timezone if teammate else None
    return Reader(person.name, person.email, theirs, person, contact.id if contact else "", without)


def tell_organizer(session: Session, means: Means, telling: Telling, news: News) -> None:
    """For their own calendar: written into it where the settings name calendars, else by mail."""
    if means.has_calendars:
        events.write(session, telling.review, means.now)
    else:
        mail_organizer(session, means, telling, news)


def mail_organizer(session: Session, means: Means, telling: Telling, news: News) -> None:
    review = telling.review
    organizer = session.get(Teammate, review.organizer)
    reader = Reader(review.organizer_name, review.organizer_email, (organizer.timezone if organizer else None) or review.zone)
    _send(session, means, telling, reader, news)


def send_minutes(session: Session, means: Means, telling: Telling, person: Participant) -> None:
    """What was agreed, once. It changes nothing in a calendar."""
    reader = _reader_of(session, telling, person)
    _leave(
        session,
        means,
        telling.account,
        reader,
        minutes_key(telling.review.id, reader.email),
        _content(session, means, telling, reader, News.MINUTES),
    )


def _send(session: Session, means: Means, telling: Telling, reader: Reader, news: News) -> None:
    review = telling.review
    method, text = _calendar(means, telling, reader, news)
    entry = {"sequence": review.sequence, "calendar": {"method": method.value, "text": text}}
    key = calendar_key(review.id, review.sequence, reader.email)
    _leave(session, means, telling.account, reader, key, _content(session, means, telling, reader, news) | entry)


def _leave(session: Session, means: Means, account: Account, reader: Reader, key: str, content: Mapping[str, Any]) -> None:
    """Into the outbox, and into the ledger of contacts. A letter whose key stands already is left as it is."""
    row = {
        "kind": LETTER,
        "key": key,
        "account_id": account.id,
        "contact_id": reader.contact_id,
        "recipient": reader.email,
        "content": content,
        "created_at": means.now,
    }
    inserted = insert_into(session, Dispatch).values(row).on_conflict_do_nothing(index_elements=["key"])
    number = session.scalar(inserted.returning(Dispatch.id))
    if number is None:
        return
    outbox.enqueue(session, [outbox.New(key, dispatch_subject(number), f"{MAIL}:{reader.email}", means.now)], means.now)
    if reader.contact_id:
        touch = {"account_id": account.id, "contact_id": reader.contact_id, "channel": "email", "what": content["letter"]}
        session.add(Touch(at=means.now, dispatch_id=number, **touch))


def _content(session: Session, means: Means, telling: Telling, reader: Reader, news: News) -> dict[str, Any]:
    """The dispatch's content. It is essential: somebody expects them, or no longer does."""
    review = telling.review
    csm = CsmFacts(review.organizer_name, review.organizer_email)
    person = ContactFacts(reader.name, reader.email, "", first_name(reader.name))
    facts = facts_for(session, means, telling.account, (person, csm), {"review": _facts(means, telling, reader)})
    written = means.letters.write(news.value, review.language, facts)
    return {
        "letter": news.value,
        "language": written.language,
        "subject": written.subject,
        "text": written.text,
        "html": written.html,
        "from": means.sender_named(review.organizer_name),
        "reply_to": review.organizer_email,
        "to_name": reader.name,
        "essential": True,
        "by": review.organizer,
        "alert": review.alert_id,
        "review": review.id,
    }


def _facts(means: Means, telling: Telling, reader: Reader) -> dict[str, Any]:
    """What the letter says of the meeting, by the clocks of whoever reads it."""
    review, home = telling.review, zone_or(telling.review.zone, means.world.zone)
    zone = zone_or(reader.zone, home)
    starts = review.starts_at.astimezone(zone)
    elsewhere = starts.utcoffset() != review.starts_at.astimezone(home).utcoffset()
    place = line(review.place, 500)
    return {
        "title": telling.title,
        "type": review.type,
        "organizer": review.organizer_name,
        "sequence": review.sequence,
        "starts": starts,
        "ends": review.ends_at.astimezone(zone),
        "zone": zone.key,
        "there": {"starts": review.starts_at.astimezone(home), "zone": home.key} if elsewhere else None,
        "was": {"starts": telling.was.astimezone(zone), "zone": zone.key} if telling.was else None,
        "place": place,
        "link": place if is_web(place) else "",
        "people": [review.organizer_name, *(one.name or one.email for one in telling.people)],
        "agenda": lines(review.agenda),
        "note": lines(telling.note),
        "decisions": lines(telling.decisions),
        "tasks": list(telling.tasks),
        "own": reader.own,
        "without": reader.without,
    }


def _calendar(means: Means, telling: Telling, reader: Reader, news: News) -> tuple[Method, str]:
    meeting, people = meeting_of(means, telling), [invitee(one) for one in telling.people]
    if reader.without and reader.participant:
        return Method.CANCEL, uninvite(meeting, invitee(reader.participant), means.now)
    if news is News.CANCELLED:
        return Method.CANCEL, cancel(meeting, [] if reader.own else people, means.now, telling.note)
    if reader.own:
        return Method.PUBLISH, publish(meeting, people, means.now)
    return Method.REQUEST, request(meeting, people, means.now)


def invitee(person: Participant) -> Invitee:
    return Invitee(person.name, person.email, person.answer)


def meeting_of(means: Means, telling: Telling) -> Meeting:
    review = telling.review
    return Meeting(
        uid=review.uid,
        sequence=review.sequence,
        starts_at=review.starts_at,
        minutes=review.minutes,
        zone=zone_or(review.zone, means.world.zone).key,
        title=telling.title,
        agenda=review.agenda,
        place=review.place,
        organizer=Invitee(review.organizer_name, review.organizer_email),
        sender=means.address,
        answers_to=means.answers_to,
    )


__all__ = ["News", "Telling", "mail_organizer", "meeting_of", "tell_organizer", "tell_participant"]
