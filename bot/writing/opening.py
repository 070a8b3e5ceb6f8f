"""The form for a letter, when it is opened and whenever something is chosen in it.

Text that the person has changed is never taken away by a choice: it stays, and says so, until they have it written anew.
"""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from bot.alerts.cards import cause_of
from bot.errors import Refused
from bot.messages import catalog as m
from bot.writing.choices import BLANK, choices, languages_of, shown
from bot.writing.drawing import Drawn, draw
from bot.writing.form import Form, Ticket
from bot.writing.means import Means
from bot.writing.morning import next_morning
from bot.writing.place import Place, load_place
from bot.writing.touched import fullness, last_letter
from bot.writing.wanted import ANYTHING, Wanted
from models import Contact

LISTED = 100


def open_form(session: Session, means: Means, account_id: str, alert_id: int | None, key: str, wanted: Wanted = ANYTHING) -> m.WriteModal:
    """For the contact and with the letter that are wanted, where that can be; else for the first contact, and with the letter that fits
    best. Refused when nobody at the account can be written to."""
    place = load_place(session, account_id, alert_id)
    if not place.contacts:
        raise Refused(_nobody(place))
    contact = place.contact(wanted.contact) or place.contacts[0]
    letter = wanted.letter if means.letters.languages(wanted.letter) else next(iter(choices(means.letters, place).fitting), BLANK)
    drawn = draw(session, means, (place.account, contact), letter, None)
    form = Form(Ticket(account_id, alert_id, key), contact.id, letter, drawn.language, "", "")
    return show(session, means, place, _written(form, drawn), drawn)


def _nobody(place: Place) -> str:
    if not place.barred:
        return f"The CRM names no contact at {place.account.name}."
    reasons = ", ".join(f"{one.name} ({one.why})" for one in place.barred[:10])
    return f"Nobody at {place.account.name} can be written to: {reasons}."


@dataclass(frozen=True)
class Chosen:
    """What was just chosen: a contact (whose language the letter then takes), a language, or that the text is to be written anew."""

    contact: bool = False
    language: bool = False
    anew: bool = False


def change_form(session: Session, means: Means, form: Form, chosen: Chosen) -> m.WriteModal:
    """The form after a choice in it."""
    place = load_place(session, form.ticket.account_id, form.ticket.alert_id)
    contact = place.contact(form.contact) or next(iter(place.contacts), None)
    if contact is None:
        raise Refused(_nobody(place))
    letter = form.letter if form.letter == BLANK or means.letters.languages(form.letter) else BLANK
    tongue = form.language if chosen.language else "" if chosen.contact else form.ticket.tongue
    drawn = draw(session, means, (place.account, contact), letter, tongue or None)
    form = replace(form, contact=contact.id, letter=letter, language=drawn.language, ticket=replace(form.ticket, tongue=tongue))
    if form.is_edited and not chosen.anew:
        return show(session, means, place, _turned(form), Drawn(drawn.language))
    return show(session, means, place, _turned(_written(form, drawn)), drawn)


def _written(form: Form, drawn: Drawn) -> Form:
    """With the text that the letter gave, and knowing where it is from."""
    ticket = form.ticket
    ticket = replace(ticket, drawing=ticket.drawing + 1, drawn=drawn.digest, drawn_for=form.contact, drawn_as=form.choice)
    return replace(form, ticket=ticket, subject=drawn.subject, body=drawn.body)


def _turned(form: Form) -> Form:
    return replace(form, ticket=replace(form.ticket, turn=form.ticket.turn + 1))


def show(session: Session, means: Means, place: Place, form: Form, drawn: Drawn, faster: bool = False) -> m.WriteModal:
    """The form as a view. Its contact must be one who may be written to."""
    contact = place.contact(form.contact)
    assert contact is not None
    letters, offered = means.letters, choices(means.letters, place)
    number, last = last_letter(session, contact, means.now)
    return m.WriteModal(
        account=m.Account(place.account.id, place.account.name, place.account.url),
        cause=cause_of(place.alert, place.reasons, means.world) if place.alert else None,
        metadata=replace(form.ticket, seen=number, shown_for=contact.id, shown_as=form.choice).dump(),
        turn=form.ticket.turn,
        drawing=form.ticket.drawing,
        recipients=tuple(_recipient(one) for one in _listed(place, contact)),
        contact=contact.id,
        unlisted=max(0, len(place.contacts) - LISTED),
        barred=place.barred,
        fitting=shown(letters, offered.fitting),
        others=shown(letters, offered.others),
        letter=form.letter,
        languages=languages_of(letters, form.letter),
        language=form.language,
        subject=form.subject,
        body=form.body,
        reply_to=means.writer.email or "",
        morning=next_morning(contact, place.account, means.house.hours, means.now),
        later=form.later,
        now=means.now,
        full=fullness(session, place, contact, means.house, means.now),
        last=last,
        kept_from=_kept_from(place, form),
        cut=drawn.cut,
        problem=drawn.problem,
        faster=faster,
    )


def _listed(place: Place, chosen: Contact) -> list[Contact]:
    """As many as the list holds, the chosen one among them."""
    first = list(place.contacts[:LISTED])
    return first if chosen in first else [*first[:-1], chosen]


def _recipient(contact: Contact) -> m.Recipient:
    return m.Recipient(contact.id, contact.name or contact.email or "", contact.role or "")


def _kept_from(place: Place, form: Form) -> str:
    """The name of whom the text was written for, when it no longer follows what is chosen."""
    if form.follows_choices:
        return ""
    written_for = place.contact(form.ticket.drawn_for)
    return written_for.name if written_for else "somebody else"
