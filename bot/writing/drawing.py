"""What a letter says to one contact, for the person who sends it to change."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.queries import signal_row
from bot.clock import day_of
from bot.letters.broken import LetterBroken
from bot.letters.facts import CsmFacts, LetterFacts
from bot.writing.choices import BLANK, language_for
from bot.writing.form import LONGEST_BODY, LONGEST_SUBJECT, digest
from bot.writing.means import Means
from models import Account, Contact


@dataclass(frozen=True)
class Drawn:
    """`cut`: the letter did not fit into the form. `problem`: why it could not be written, in words."""

    language: str
    subject: str = ""
    body: str = ""
    cut: bool = False
    problem: str = ""

    @property
    def digest(self) -> str:
        return digest(self.subject, self.body)


def facts_for(session: Session, means: Means, account: Account, contact: Contact) -> LetterFacts:
    """Signed by whoever writes, not by the account's owner."""
    writer, row = means.writer, signal_row(session, means.signals, account.id)
    signals = dict(row._mapping) if row is not None else {}
    return LetterFacts.of(contact, account, day_of(means.now, means.house.zone), CsmFacts(writer.name, writer.email or ""), signals)


def draw(session: Session, means: Means, about: tuple[Account, Contact], letter: str, locale: str | None) -> Drawn:
    """`locale` None: the contact's language, else the account's."""
    account, contact = about
    wanted = locale or contact.locale or account.locale
    if letter == BLANK:
        return Drawn(language_for(means.letters, BLANK, wanted))
    language = language_for(means.letters, letter, wanted)
    try:
        draft = means.letters.draft(letter, language, facts_for(session, means, account, contact))
    except LetterBroken as error:
        return Drawn(language, problem=str(error))
    body = draft.text[:LONGEST_BODY].rstrip()
    return Drawn(draft.language, draft.subject[:LONGEST_SUBJECT], body, cut=len(body) < len(draft.text))
