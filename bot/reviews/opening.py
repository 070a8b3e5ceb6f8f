"""The form for a meeting: when it is opened, whenever something is chosen in it, and when it is not sent yet.

An agenda that the person has changed is never taken away by a choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from bot.accounts.business_hours import zone_or
from bot.alerts.cards import cause_of, lead_of
from bot.errors import Refused
from bot.letters.facts import CsmFacts
from bot.messages import catalog as m
from bot.reviews.agenda import draft, open_tasks
from bot.reviews.doubts import busy, elsewhere
from bot.reviews.form import Form, Ticket
from bot.reviews.means import INVITATION, Means
from bot.reviews.place import Place, contacts_by_id, first_contact, load_place, sides_of, teammates_by_id, why_not
from bot.reviews.plan import Organizer, organizer_of
from bot.reviews.proposals import Proposal, Side, proposals
from bot.reviews.records import people_of
from models import Contact, Review
from models.review import SCHEDULED

USUAL_LENGTH = 30
LONGER = {m.ReviewType.QBR: 60, m.ReviewType.EBR: 60, m.ReviewType.KICK_OFF: 60}


def open_form(session: Session, means: Means, alert: tuple[str, int | None], key: str) -> m.ReviewModal:
    """For a new review of an account, and perhaps an alert there: `(account, alert)`."""
    account_id, alert_id = alert
    place = load_place(session, account_id, alert_id)
    contact = first_contact(session, place)
    type_ = _type_for(place)
    locale = (contact.locale if contact else None) or place.account.locale
    form = Form(
        ticket=Ticket(account_id, alert_id, key),
        type=type_,
        when="",
        day=None,
        clock=None,
        minutes=LONGER.get(m.ReviewType(type_), USUAL_LENGTH),
        place="",
        contacts=(contact.id,) if contact else (),
        teammates=(),
        agenda="",
        language=means.letters.language(INVITATION, locale),
    )
    return show(session, means, place, _drawn(session, means, place, form))


def _type_for(place: Place) -> str:
    """A card that asks for a review says for which."""
    lead = lead_of(place.alert, place.reasons) if place.alert else None
    asked = (lead.facts if lead else {}).get("review.type")
    return asked if asked in set(m.ReviewType) else m.ReviewType.CALL.value


def open_again(session: Session, means: Means, review: Review, key: str) -> m.ReviewModal:
    """For moving one that stands: at its time, or, once that is over, at the first that is proposed."""
    ticket = Ticket(review.account_id, review.alert_id, key, review.id, review.sequence)
    form = _like(session, review, ticket)
    if review.starts_at > means.now:
        start = review.starts_at.astimezone(means.zone)
        form = replace(form, when=m.ReviewModal.OWN, day=start.date().isoformat(), clock=f"{start:%H:%M}")
    return show(session, means, load_place(session, review.account_id, review.alert_id), form)


def open_another(session: Session, means: Means, review: Review, key: str) -> m.ReviewModal:
    """For a new one in the place of one that did not take place, with those of its people who can be invited."""
    form = _like(session, review, Ticket(review.account_id, review.alert_id, key))
    free = [one.id for one in contacts_by_id(session, form.contacts) if one.gone_at is None and not why_not(one)]
    return show(session, means, load_place(session, review.account_id, review.alert_id), replace(form, contacts=tuple(free)))


def _like(session: Session, review: Review, ticket: Ticket) -> Form:
    """As it was planned, but for the time."""
    people = people_of(session, review)
    return Form(
        ticket=ticket,
        type=review.type,
        when="",
        day=None,
        clock=None,
        minutes=review.minutes,
        place=review.place,
        contacts=tuple(one.contact_id for one in people if one.contact_id),
        teammates=tuple(one.slack_id for one in people if one.slack_id),
        agenda=review.agenda,
        language=review.language,
    )


@dataclass(frozen=True)
class Chosen:
    """What was just chosen: something that the agenda follows (the type, the language), or a time of the person's own."""

    agenda: bool = False
    own_time: bool = False


def change_form(session: Session, means: Means, form: Form, chosen: Chosen) -> m.ReviewModal:
    """The form after a choice in it."""
    place = load_place(session, form.ticket.account_id, form.ticket.alert_id)
    if chosen.own_time and (form.day or form.clock):
        form = replace(form, when=m.ReviewModal.OWN)
    if chosen.agenda and not form.is_edited:
        form = _drawn(session, means, place, form)
    return show(session, means, place, form.turned())


def _drawn(session: Session, means: Means, place: Place, form: Form) -> Form:
    """With the agenda that is suggested."""
    organizer = organizer_of(session, means, _review(session, form))
    text = draft(session, means, place, form.type, form.language, CsmFacts(organizer.name, organizer.email)).text
    return form.with_agenda(text)


def _review(session: Session, form: Form) -> Review | None:
    """The one that is moved."""
    review = session.get(Review, form.ticket.review_id) if form.ticket.review_id is not None else None
    if form.ticket.review_id is not None and (review is None or review.state != SCHEDULED):
        raise Refused("This meeting is no longer planned.")
    return review


def show(session: Session, means: Means, place: Place, form: Form, warned: Sequence[m.Warned] = ()) -> m.ReviewModal:
    """The form as a view."""
    organizer = organizer_of(session, means, _review(session, form))
    contacts = contacts_by_id(session, form.contacts)
    sides = sides_of(means, place, organizer.zone, contacts)
    found = _proposed(session, means, form, organizer, (sides, contacts))
    times = tuple(_time(one, sides, means) for one in found)
    values = [one.value for one in times]
    return m.ReviewModal(
        account=m.Account(place.account.id, place.account.name, place.account.url),
        cause=cause_of(place.alert, place.reasons, means.world) if place.alert else None,
        metadata=form.ticket.dump(),
        turn=form.ticket.turn,
        drawing=form.ticket.drawing,
        type=form.type,
        times=times,
        when=form.when if form.when in (*values, m.ReviewModal.OWN) else next(iter(values), m.ReviewModal.OWN),
        day=form.day,
        clock=form.clock,
        zone=means.zone.key,
        meets=not any(one.outside for one in found),
        minutes=form.minutes,
        place=form.place,
        contacts=tuple(m.Recipient(one.id, one.name or one.email or "", one.role or "") for one in contacts),
        teammates=form.teammates,
        agenda=form.agenda,
        languages=means.languages,
        language=form.language,
        tasks=open_tasks(session, place.account),
        moving=form.ticket.review_id is not None,
        warned=tuple(warned),
        unread=means.taken.unread,
    )


def _proposed(
    session: Session, means: Means, form: Form, organizer: Organizer, theirs: tuple[Sequence[Side], Sequence[Contact]]
) -> Sequence[Proposal]:
    sides, contacts = theirs
    teammates = teammates_by_id(session, form.teammates)
    people = {organizer.slack_id, *form.teammates}
    emails = {email.lower() for email in [*(one.email for one in contacts), *(one.email for one in teammates)] if email}
    taken = [*busy(session, people, emails | {organizer.email.lower()}, means.now, form.ticket.review_id), *elsewhere(session, means).spans]
    minutes = form.minutes if form.minutes in m.ReviewModal.LENGTHS else USUAL_LENGTH
    return proposals(sides, taken, minutes, means.now)


def _time(one: Proposal, sides: Sequence[Side], means: Means) -> m.ProposedTime:
    """By the clocks of whoever fills the form in, and of everybody who has others."""
    zones = [zone for zone in dict.fromkeys(side.zone for side in sides) if zone != means.zone.key]
    there = tuple(m.Elsewhere(zone, one.starts_at.astimezone(zone_or(zone, means.zone)), one.outside.get(zone, 0)) for zone in zones)
    return m.ProposedTime(one.starts_at.astimezone(means.zone), there, one.outside.get(means.zone.key, 0))
