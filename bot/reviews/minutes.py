"""The minutes of a meeting: a letter to each of those invited, with what was agreed and who does what by when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from bot.letters.clean import first_name
from bot.reviews import records
from bot.reviews.letters import Telling, send_minutes
from bot.reviews.means import Means
from bot.reviews.place import Place, why_not
from models import Account, Contact, Participant, Review, Teammate


@dataclass(frozen=True)
class Agreed:
    """A task as it was agreed: `due` is a day where its owner is."""

    what: str
    owner: Teammate
    due: date

    def told(self) -> Mapping[str, Any]:
        """As the letter says it: by the first name."""
        return {"what": self.what, "who": first_name(self.owner.name), "due": self.due}


def tell_minutes(session: Session, means: Means, about: tuple[Review, Account], tasks: Sequence[Agreed]) -> int:
    """To everybody who was invited and may be written to; never the notes, nor how it felt. Returns to how many."""
    review, account = about
    people = [one for one in records.people_of(session, review) if _may_read(session, one)]
    title = records.title_of(session, means, Place(account, None, ()), review)
    told = [task.told() for task in tasks]
    telling = Telling(review, account, title, people, decisions=review.decisions or "", tasks=told)
    for person in people:
        send_minutes(session, means, telling, person)
    return len(people)


def _may_read(session: Session, person: Participant) -> bool:
    """One of ours always; a contact while they are in the CRM and can be reached."""
    if not person.contact_id:
        return True
    contact = session.get(Contact, person.contact_id)
    return contact is not None and contact.gone_at is None and not why_not(contact)
