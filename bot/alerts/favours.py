"""What people who answered a survey can be asked for: thanks, a reference, a public review.

Nobody is asked while anybody on the same card is unhappy. After an answer a person gets one of these letters; a reference, or a public
review, they are asked for once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.messages.catalog import Favour
from models import Response, Touch

Asked = Mapping[str, Mapping[str, datetime]]
"""By contact: when each of these letters last left for them."""


def asked_of(session: Session, responses: Iterable[Response]) -> Asked:
    """Nothing is asked of the database where nobody is content."""
    content = {one.contact_id for one in responses if one.band == "high"}
    found: dict[str, dict[str, datetime]] = {contact: {} for contact in content}
    if content:
        theirs = (Touch.contact_id.in_(content), Touch.what.in_(list(Favour)))
        last = select(Touch.contact_id, Touch.what, func.max(Touch.at)).where(*theirs)
        for contact, what, at in session.execute(last.group_by(Touch.contact_id, Touch.what)):
            found[contact][what] = at
    return found


def favours_of(responses: Sequence[Response], asked: Asked) -> tuple[Favour, ...]:
    """Those for which at least one of an alert's people can be asked."""
    if any(one.band == "low" for one in responses):
        return ()
    return tuple(favour for favour in Favour if any(may_ask(one, favour, asked) for one in responses))


def may_ask(response: Response, favour: Favour, asked: Asked) -> bool:
    if response.band != "high":
        return False
    theirs = asked.get(response.contact_id, {})
    once = favour is Favour.THANKS or favour not in theirs
    return once and all(at < response.at for at in theirs.values())
