"""What came of a meeting: held, moved, or nobody came. Answered from the question that its organizer gets."""

from uuid import uuid4

from sqlalchemy.orm import Session

from bot.errors import Refused
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input
from bot.reviews.held import hold, must_be_answerable
from bot.reviews.held_form import HeldForm, Row, Ticket, Wrong, first_form
from bot.reviews.means import Means, means_of, means_to_answer
from bot.reviews.no_show import Absence, note_no_show, theirs
from bot.reviews.opening import open_another
from bot.reviews.records import load_review, must_be_changeable, people_of
from bot.team.roles import Actor
from handlers.slack.desk import Desk, Mistakes, Reply, Update
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Filled, Submission
from models import Account, Participant, Review
from models.review import NO_SHOW

WRITE_BACK = "write_back"
"""The job that writes to the CRM."""


def _means(session: Session, desk: Desk, actor: Actor) -> Means:
    return means_to_answer(session, desk.settings, desk.world, actor, desk.now())


def _answerable(session: Session, desk: Desk, actor: Actor, review_id: int) -> tuple[Review, Account]:
    review, account = load_review(session, review_id)
    must_be_changeable(review, account, actor, desk.settings.roles)
    must_be_answerable(review, desk.now())
    return review, account


def attendee(person: Participant) -> m.Attendee:
    return m.Attendee(person.id, person.name or person.email, bool(person.slack_id), person.answer)


# --- held


async def held_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def load(session: Session) -> m.HeldModal:
        review, _ = _answerable(session, desk, actor, int(click.value))
        return _held_modal(session, desk, actor, first_form(review.id, people_of(session, review)))

    return await desk.database.read(load)


async def more_tasks_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    form = form_of(click.form)
    return Update(await desk.database.read(_held_modal, desk, actor, form.with_more_rows()))


def _held_modal(session: Session, desk: Desk, actor: Actor, form: HeldForm) -> m.HeldModal:
    review, account = load_review(session, form.review_id)
    settings, languages = desk.settings, {one.code: one for one in _means(session, desk, actor).languages}
    return m.HeldModal(
        metadata=Ticket(review.id, len(form.rows)).dump(),
        review_id=review.id,
        type=review.type,
        account=m.Account(account.id, account.name, account.url),
        at=review.starts_at,
        people=tuple(attendee(one) for one in people_of(session, review)),
        came=form.came,
        note=form.note,
        decisions=form.decisions,
        mood=form.mood,
        rows=tuple(m.TaskRow(row.what, row.owner, row.due) for row in form.rows),
        crm=form.crm if "note" in settings.crm.writable else None,
        minutes=form.minutes if settings.email else None,
        language=languages.get(review.language),
    )


async def held_sent(desk: Desk, actor: Actor, submission: Submission) -> Reply:
    form = form_of(submission)
    for row in form.rows:
        if row.owner:
            await desk.directory.lookup(row.owner, desk.now())

    def work(session: Session) -> Wrong:
        return hold(session, desk.settings, _means(session, desk, actor), form)

    if wrong := await desk.database.run(work):
        return Mistakes({}, wrong)
    desk.soon(WRITE_BACK)
    desk.worker.wake()
    return None


def form_of(filled: Filled) -> HeldForm:
    ticket = Ticket.read(filled.metadata)
    mood = filled.chosen(Input.MOOD) or ""
    return HeldForm(
        review_id=ticket.review_id,
        came=tuple(int(number) for number in filled.ticked(Input.CAME)),
        note=filled.text(Input.NOTE),
        decisions=filled.text(Input.AGREED),
        mood=int(mood) if mood.isdigit() else None,
        rows=tuple(_row(filled.row(number)) for number in range(1, ticket.rows + 1)),
        crm=bool(filled.ticked(Input.WRITE_BACK)),
        minutes=bool(filled.ticked(Input.MINUTES)),
    )


def _row(filled: Filled) -> Row:
    return Row(filled.text(Input.TASK_WHAT), filled.chosen(Input.TASK_OWNER), filled.chosen(Input.TASK_DUE))


# --- nobody came


async def no_show_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def load(session: Session) -> m.NoShowModal:
        review, account = _answerable(session, desk, actor, int(click.value))
        return m.NoShowModal(
            review_id=review.id,
            type=review.type,
            account=m.Account(account.id, account.name, account.url),
            at=review.starts_at,
            people=tuple(attendee(one) for one in theirs(session, review)),
        )

    return await desk.database.read(load)


async def no_show_sent(desk: Desk, actor: Actor, submission: Submission) -> Reply:
    absent = tuple(int(number) for number in submission.ticked(Input.ABSENT))
    absence = Absence(int(submission.metadata), absent, submission.text(Input.NOTE))

    def work(session: Session) -> Wrong:
        return note_no_show(session, desk.settings, _means(session, desk, actor), absence)

    if wrong := await desk.database.run(work):
        return Mistakes({}, wrong)
    desk.worker.wake()
    return None


async def again_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def load(session: Session) -> m.ReviewModal:
        review, account = load_review(session, int(click.value))
        must_be_changeable(review, account, actor, desk.settings.roles)
        if review.state != NO_SHOW:
            raise Refused("This meeting need not be planned again.")
        return open_another(session, means_of(session, desk.settings, desk.world, actor, desk.now()), review, uuid4().hex)

    return await desk.database.read(load)


FEATURE = Feature(
    clicks={
        Action.REVIEW_HELD: held_clicked,
        Action.REVIEW_MORE_TASKS: more_tasks_clicked,
        Action.REVIEW_NO_SHOW: no_show_clicked,
        Action.REVIEW_AGAIN: again_clicked,
    },
    forms={Callback.REVIEW_HELD: held_sent, Callback.REVIEW_NO_SHOW: no_show_sent},
)
