"""What came of a meeting that was held: who came, what was said and agreed, who does what by when.

The review, its participants, the tasks, the note for the CRM, the minutes, the event, the cards and the messages are one transaction.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from bot.alerts.tasks import NewTask, Source, set_task
from bot.errors import AlreadyDone, Refused
from bot.messages import catalog as m
from bot.messages.actions import Input, Outcome
from bot.reviews import records
from bot.reviews.held_form import HeldForm, Read, Wrong, read_form
from bot.reviews.means import Means
from bot.reviews.minutes import Agreed, tell_minutes
from bot.settings import Settings
from bot.write_back.asking import ask
from models import Account, Participant, Review, Teammate
from models.review import CANCELLED, HELD, NO_SHOW, SCHEDULED

DONE = {HELD: "written down", NO_SHOW: "noted as a no-show", CANCELLED: "cancelled"}


def must_be_planned(review: Review) -> None:
    """Refused for one of which somebody has said already what came of it."""
    if review.state in DONE:
        who, at = (review.cancelled_by, review.cancelled_at) if review.state == CANCELLED else (review.closed_by, review.closed_at)
        raise AlreadyDone(DONE[review.state], who, at)
    if review.state != SCHEDULED:
        raise Refused("This meeting is no longer planned.")


def must_be_answerable(review: Review, now: datetime) -> None:
    """Refused for one that is still to come, too."""
    must_be_planned(review)
    if review.starts_at > now:
        raise Refused("This meeting is still to come: it was moved, or has not begun.")


def is_repeated(review: Review, state: str, means: Means) -> bool:
    """The same person said the same before: a form that came in twice."""
    return (review.state, review.closed_by) == (state, means.actor.slack_id)


def too_late(session: Session, review: Review, means: Means) -> str:
    """Why a form that was filled in meanwhile changes nothing any more, with who was first; empty: it does."""
    try:
        must_be_answerable(review, means.now)
    except AlreadyDone as error:
        first = session.get(Teammate, error.who) if error.who else None
        who = "you were" if error.who == means.actor.slack_id else f"{first.name if first else 'somebody'} was"
        return f"Not written down: {who} first, and the meeting is {error.what}. Copy your words if you need them."
    except Refused as error:
        return f"Not written down. {error} Copy your words if you need them."
    return ""


def hold(session: Session, settings: Settings, means: Means, form: HeldForm) -> Wrong:
    """What is wrong with the form, if anything is: then nothing was written. A form that comes in twice is one."""
    review, account = records.lock_review(session, form.review_id)
    records.must_be_changeable(review, account, means.actor, settings.roles)
    if is_repeated(review, HELD, means):
        return {}
    if late := too_late(session, review, means):
        return {Input.AGREED: late}
    read = read_form(session, means, form)
    if read.wrong:
        return read.wrong
    _write(session, settings, means, (review, account), (form, read))
    return {}


def _write(session: Session, settings: Settings, means: Means, about: tuple[Review, Account], said: tuple[HeldForm, Read]) -> None:
    (review, account), (form, read) = about, said
    close(review, HELD, means)
    review.note, review.decisions, review.mood = form.note or None, form.decisions or None, form.mood
    came = mark_came(records.people_of(session, review), set(form.came))
    tasks = [Agreed(row.what, read.owners[row.owner or ""], date.fromisoformat(row.due or "")) for _, row in form.tasks]
    for number, task in enumerate(tasks, start=1):
        _set(session, settings, means, review, (number, task))
    if form.crm:
        write_back(session, settings, means, review, tasks)
    if form.minutes and settings.email:
        tell_minutes(session, means, about, tasks)
    finish(session, means, review, m.Did.REVIEW_HELD, came)
    records.tell(session, review, records.HELD_EVENT, means.now)
    for alert in records.prompts_of(session, account.id):
        records.answer_prompt(session, means, alert, review, Outcome.HELD)


def close(review: Review, state: str, means: Means) -> None:
    review.state, review.closed_at, review.closed_by = state, means.now, means.actor.slack_id


def mark_came(people: Sequence[Participant], came: set[int]) -> list[Participant]:
    """Those who came."""
    for person in people:
        person.came = person.id in came
    return [person for person in people if person.came]


def finish(session: Session, means: Means, review: Review, did: m.Did, people: Sequence[Participant]) -> None:
    """What shows it: the organizer's message, the question, the card's line. `people` are those whom the line names."""
    records.show(session, review)
    records.show_beside(session, review)
    note = (review.decisions if did is m.Did.REVIEW_HELD else review.note) or ""
    records.trace(session, means, review, did, people, note=note[:300])


def _set(session: Session, settings: Settings, means: Means, review: Review, numbered: tuple[int, Agreed]) -> None:
    number, task = numbered
    source = Source(review.id, review.type, review.starts_at)
    key = f"held:{review.id}:{number}"
    new = NewTask(key, task.what, task.due, account_id=review.account_id, whom=task.owner, meeting=source)
    set_task(session, settings, new, means.actor, means.now)


def write_back(session: Session, settings: Settings, means: Means, review: Review, tasks: Sequence[Agreed]) -> None:
    """Notes and what was agreed, and the first task as the next step: as far as the CRM takes them."""
    agreed = f"Agreed: {review.decisions}" if review.decisions else ""
    said = {"note": "\n\n".join(filter(None, (review.note, agreed))), "next_step": _next_step(tasks)}
    new = {name: said[name] for name in settings.crm.writable if said.get(name)}
    if "note" in new:
        ask(session, f"held:{review.id}", review.account_id, review.alert_id, means.actor.slack_id, {}, new, means.now)


def _next_step(tasks: Sequence[Agreed]) -> str:
    return f"{tasks[0].what} ({tasks[0].owner.name}, {tasks[0].due.isoformat()})" if tasks else ""
