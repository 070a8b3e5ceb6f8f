"""`reviews.ics`: somebody's meetings as a calendar to subscribe to, for themself alone.

It tells as little as it can, since its address is its only key: title, account, place, who comes, the agenda, which the customer has too.
Addresses, what was said and what an account is worth stay out.

A subscription is read anew as a whole, so that what is not in it any more goes away; programs that join what they read with what they have,
by UID, would keep it for ever. So a meeting that is off, or that takes place without the person, stays in as CANCELLED until its time has
passed: the former hide it or strike it out, the latter take theirs out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar, Event
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_of
from bot.letters.clean import line
from bot.messages.render import words_of
from bot.reviews.calendar import PRODUCT, Invitee, Meeting, Method, event_of
from bot.reviews.zones import is_utc, vtimezone
from bot.team.directory import is_full_member
from models import Account, Participant, Review, Teammate
from models.review import CANCELLED, SKIPPED

BACK: Final = timedelta(days=90)
AGAIN_IN: Final = timedelta(hours=1)
"""How often a calendar is asked to look again."""


class FeedLinks:
    """`base` is the public address of the web pages (STAYSAIL_URL), `secret` is STAYSAIL_SECRET. What is signed is the Slack user."""

    def __init__(self, base: str, secret: str) -> None:
        self._base = base.rstrip("/")
        self._signed = URLSafeSerializer(secret, salt="staysail.reviews.feed")

    def address(self, slack_id: str) -> str:
        return f"{self._base}/reviews/{self._signed.dumps(slack_id)}.ics"

    def read(self, token: str) -> str | None:
        """The Slack user; None for what is not ours."""
        try:
            found = self._signed.loads(token)
        except BadSignature:
            return None
        return found if isinstance(found, str) else None


def feed_links(base: str | None, secret: str | None) -> FeedLinks | None:
    """None: there are no pages, or nothing to sign their addresses with."""
    return FeedLinks(base, secret) if base and secret else None


def feed_of(session: Session, slack_id: str, now: datetime) -> str | None:
    """As iCalendar. None for whoever is not a full member of our workspace any more."""
    person = session.get(Teammate, slack_id)
    if person is None or not is_full_member(person):
        return None
    found = _reviews(session, slack_id, now)
    people = _people(session, [review.id for review, _ in found])
    told = [(review, account) for review, account in found if review.starts_at > now or not _is_off(review, people[review.id], slack_id)]
    events = [_event(review, account, people[review.id], slack_id) for review, account in told]
    zones = {review.zone for review, _ in told if not is_utc(zone_of(review.zone), review.starts_at.year)}
    return _calendar(f"Meetings of {line(person.name)}", events, zones, now)


def _reviews(session: Session, slack_id: str, now: datetime) -> Sequence[tuple[Review, Account]]:
    """Those that the person organizes, or was to take part in."""
    invited = exists().where(Participant.review_id == Review.id, Participant.slack_id == slack_id)
    joined = select(Review, Account).join(Account, Account.id == Review.account_id)
    theirs = (or_(Review.organizer == slack_id, invited), Review.state != SKIPPED, Review.starts_at > now - BACK)
    return session.execute(joined.where(*theirs).order_by(Review.starts_at, Review.id)).all()


def _people(session: Session, reviews: Iterable[int]) -> Mapping[int, Sequence[Participant]]:
    found: dict[int, list[Participant]] = defaultdict(list)
    for one in session.scalars(select(Participant).where(Participant.review_id.in_(list(reviews))).order_by(Participant.id)):
        found[one.review_id].append(one)
    return found


def _is_off(review: Review, people: Sequence[Participant], slack_id: str) -> bool:
    """For this person."""
    taken_off = any(one.slack_id == slack_id and one.gone_at for one in people)
    return review.state == CANCELLED or (taken_off and review.organizer != slack_id)


def _event(review: Review, account: Account, people: Sequence[Participant], slack_id: str) -> Event:
    """Its DTSTAMP is its last change: the same meetings give the same bytes, and nobody loads them again. No reminder: the entry that came
    by mail has one. No attendees in what is published (RFC 5546, 3.2.1)."""
    off = _is_off(review, people, slack_id)
    event = event_of(_meeting(review, account, [one for one in people if not one.gone_at]), review.changed_at, off)
    event.subcomponents.clear()
    event.add("last-modified", review.changed_at)
    return event


def _meeting(review: Review, account: Account, people: Sequence[Participant]) -> Meeting:
    names = words_of("_reviews.j2", "NAMES")
    organizer = Invitee(review.organizer_name, review.organizer_email)
    return Meeting(
        uid=review.uid,
        sequence=review.sequence,
        starts_at=review.starts_at,
        minutes=review.minutes,
        zone=review.zone,
        title=f"{names.get(review.type, 'Meeting')}: {line(account.name)}",
        agenda="\n\n".join(part for part in (_who(account, review, people), review.agenda) if part),
        place=review.place,
        organizer=organizer,
        sender=review.organizer_email,
    )


def _who(account: Account, review: Review, people: Sequence[Participant]) -> str:
    theirs = [_name(one) for one in people if one.contact_id]
    ours = [review.organizer_name, *(_name(one) for one in people if not one.contact_id)]
    sides = [(whose, names) for whose, names in ((account.name, theirs), ("We", ours)) if names]
    return "\n".join(f"{line(whose)}: {', '.join(line(name) for name in names)}" for whose, names in sides)


def _name(one: Participant) -> str:
    """Addresses stay out: the part before the @ says who is meant."""
    return one.name or one.email.partition("@")[0]


def _calendar(name: str, events: Sequence[Event], zones: Iterable[str], now: datetime) -> str:
    """Each zone once, right for the years around: what lies further ahead follows the zone's yearly rules."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", Method.PUBLISH.value)
    for label in ("name", "x-wr-calname"):  # RFC 7986, 5.1, and what programs have read before
        calendar.add(label, name)
    calendar.add("refresh-interval", AGAIN_IN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for zone in sorted(zones):
        calendar.add_component(vtimezone(zone_of(zone), now.year))
    for event in events:
        calendar.add_component(event)
    return str(calendar.to_ical().decode())
