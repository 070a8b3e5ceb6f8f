"""What leaves, as it leaves: the same for the preview and for the outbox."""

from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any

from sqlalchemy.orm import Session

from bot.delivery.dispatches import letter_of
from bot.delivery.mail import LONGEST_NAME
from bot.letters.clean import header
from bot.letters.facts import Draft
from bot.messages import catalog as m
from bot.messages.actions import Input, InputError
from bot.writing.choices import BLANK
from bot.writing.drawing import facts_for
from bot.writing.form import LONGEST_BODY, LONGEST_SUBJECT, Form
from bot.writing.means import Means
from bot.writing.morning import next_morning
from bot.writing.place import Place
from models import Contact

NOT_KNOWN_YET = 0
"""Stands for the number of the dispatch in a preview's link to unsubscribe."""
Wrong = dict[Input, str]
"""What is wrong with the form, by its inputs."""


def wrong_text(form: Form) -> Wrong:
    found: Wrong = {}
    if not form.subject.strip():
        found[Input.SUBJECT] = InputError.SUBJECT_MISSING
    elif len(form.subject) > LONGEST_SUBJECT:
        found[Input.SUBJECT] = f"At most {LONGEST_SUBJECT} characters, please."
    if not form.body.strip():
        found[Input.BODY] = InputError.BODY_MISSING
    elif len(form.body) > LONGEST_BODY:
        found[Input.BODY] = InputError.BODY_LONG
    return found


def content_of(session: Session, means: Means, place: Place, contact: Contact, form: Form) -> dict[str, Any]:
    """The dispatch's content. It is never essential: whoever unsubscribes is left alone by people too."""
    draft = Draft(form.subject, form.body, form.language)
    written = means.letters.finish(draft, facts_for(session, means, place.account, contact))
    return {
        "letter": "" if form.letter == BLANK else form.letter,
        "language": written.language,
        "subject": written.subject,
        "text": written.text,
        "html": written.html,
        "from": sender_of(means),
        "reply_to": means.writer.email,
        "to_name": contact.name,
        "essential": False,
        "by": means.writer.slack_id,
        "alert": place.alert.id if place.alert else None,
    }


def sender_of(means: Means) -> str:
    """`Jana Nováková <cs@ours.example>`: the writer's name at the house's address, which the mail server is allowed to send from."""
    return str(Address(header(means.writer.name, LONGEST_NAME), addr_spec=parseaddr(means.sender)[1]))


def preview_of(means: Means, place: Place, contact: Contact, form: Form, content: dict[str, Any]) -> m.WritePreviewModal:
    letter = letter_of(NOT_KNOWN_YET, True, content, means.post)
    text = letter.text
    if means.post.links:
        text = text.replace(means.post.links.unsubscribe(NOT_KNOWN_YET), "(a link of their own)")
    return m.WritePreviewModal(
        sender=letter.sender or means.sender,
        to=f"{contact.name} <{contact.email}>",
        reply_to=letter.reply_to or "",
        subject=letter.subject,
        text=text,
        at=next_morning(contact, place.account, means.house.hours, means.now) if form.later else None,
    )
