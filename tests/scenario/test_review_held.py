"""After a meeting: the question whether it was held, and all that follows from the answer."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages.actions import Action, Input, InputError
from bot.reviews.whom import HandingOn
from bot.sandbox.server import Person
from bot.sandbox.views import View
from bot.write_back.runner import WriteBack
from models import Account, Alert, Contact, Event, OutboxMessage, Participant, Reason, Review, Teammate, Touch, Trace
from tests.cast import GUEST, JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World, until
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_review_due import DUE, notices, past
from tests.scenario.test_reviews import (
    FIRST,
    JON,
    MARTA,
    OFFICE,
    button,
    change,
    company,
    element,
    letters,
    message,
    own,
    planned,
    reviews,
    stored,
)
from tests.scenario.test_write_back import READ, WRITE, receipt, stands, with_records

HOUSE = {**OFFICE, "crm": {"write": {"read": READ, "write": WRITE}}}
BEGINS = datetime.fromisoformat(FIRST)
WHAT, OWNER, BY = Input.TASK_WHAT.value, Input.TASK_OWNER.value, Input.TASK_DUE.value
AGREED: dict[str, Any] = {Input.AGREED.value: "We import <the> first two months", Input.NOTE.value: "They *hesitate*"}


def with_mail_and_records(crm: Company) -> None:
    with_records(crm)
    for contact in ((MARTA, "Marta Silva", "marta@acme.example", "Champion"), (JON, "Jon Low", "jon@acme.example", "User")):
        crm.contact("a1", *contact)


PLAN: dict[str, Any] = {"accounts": with_mail_and_records, "mail": True, "settings": HOUSE}


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    """A call is over, and the question stands."""
    return await open_world(**PLAN, begin=over)


async def ask(world: World) -> dict[str, int]:
    """The job's turn, as far as the question goes."""
    done = dict(await world.app.reviews[-1]())
    world.app.worker.wake()
    await world.quiet()
    return {what: count for what, count in done.items() if count}


async def over(world: World, **values: Any) -> Card:
    """A call of Jana's with Marta and Jon has ended a while ago: the question."""
    await planned(world, **({Action.REVIEW_CONTACTS.value: [MARTA, JON]} | values))
    await letters(world)
    world.clock.at = BEGINS + timedelta(minutes=50)
    assert await ask(world) == {"asked": 1}
    return message(world)


def row(number: int, what: str | None, owner: str | None, due: str | None) -> dict[str, Any]:
    return {f"{name}:{number}": {name: value} for name, value in ((WHAT, what), (OWNER, owner), (BY, due))}


async def answered(world: World, question: Card, person: Person = JANA, **values: Any) -> None:
    outcome = await world.open_and_submit(person, question, Action.REVIEW_HELD, **values)
    assert outcome.ok, outcome
    await world.quiet()


def _is_newer(view: View, versions: int) -> bool:
    return view.versions > versions


def direct(world: World, person: Person) -> list[Card]:
    return [Card(one) for one in world.sandbox.direct_messages(person.id) if one.from_bot]


async def tasks(world: World) -> list[tuple[Alert, Reason]]:
    joined = select(Alert, Reason).join(Reason, Reason.alert_id == Alert.id).where(Alert.card == "task").order_by(Alert.id)
    return [(alert, reason) for alert, reason in await stored(world, lambda session: session.execute(joined).all())]


async def one_review(world: World) -> Review:
    (review,) = await reviews(world)
    return review


async def test_the_question_and_what_came_of_it(world: World) -> None:
    question = message(world)
    assert question.buttons == ["Held…", "Moved…", "No-show…"]
    assert "*Held?* The call with *<https://crm.example/accounts/1|Acme>* was planned for" in question.words
    planning = direct(world, JANA)[0]
    assert planning.buttons == []
    assert "It is over. Was it held?" in planning.words
    assert await ask(world) == {}
    assert (await world.click(JANA, question, Action.REVIEW_HELD)).ok
    boxes = element(world, Input.CAME)
    assert [one["text"]["text"] for one in boxes["options"]] == ["Marta Silva", "Jon Low"]
    assert boxes["initial_options"] == boxes["options"]
    assert element(world, Input.MINUTES)["options"][0]["text"]["text"] == "Send the minutes to those invited, in English"
    marta = boxes["options"][0]["value"]
    filled = {
        **AGREED,
        Input.CAME.value: [marta],
        Input.MOOD.value: "4",
        Input.MINUTES.value: ["yes"],
        **row(1, "Send <the> list", OLIVER.id, "2026-12-03"),
        **row(2, "Call them", JANA.id, "2026-11-20"),
    }
    told = len(await letters(world))
    outcome = await world.submit(JANA, **filled)
    assert outcome.ok, outcome
    await world.quiet()
    review = await one_review(world)
    assert (review.state, review.note, review.decisions, review.mood) == ("held", "They *hesitate*", "We import <the> first two months", 4)
    assert (review.closed_by, review.closed_at) == (JANA.id, world.clock.at)
    came = await stored(world, lambda session: {one.name: one.came for one in session.scalars(select(Participant))})
    assert came == {"Marta Silva": True, "Jon Low": False}
    shown = Card(question.message)
    for words in (
        "*Call held* with *<https://crm.example/accounts/1|Acme>*",
        "Took part: Marta Silva",
        "Not there: Jon Low",
        "We import &lt;the&gt; first two months",
        f"Send &lt;the&gt; list · <@{OLIVER.id}>, by 3 Dec 2026",
        f"Mood: good (4 of 5) · written down by <@{JANA.id}>",
    ):
        assert words in shown.words, words
    assert shown.buttons == []
    await the_tasks(world)
    await the_minutes(world, told)
    await the_crm(world)
    assert (await world.did("Acme"))[-1][0] == "opened", "the newest alert is a task"
    trace = await stored(world, lambda session: session.scalars(select(Trace).where(Trace.what == "review_held")).one())
    assert (trace.account_id, trace.detail["to"], trace.detail["meeting"]) == ("a1", "Marta Silva", "call")
    event = await stored(world, lambda session: session.scalars(select(Event).where(Event.name == "review_held")).one())
    assert (event.account_id, event.data) == ("a1", {"review": review.id, "type": "call"})
    answer = await world.command(WEI, "account Acme")
    assert "*Last meeting* · Call on 19 Nov 2026 with Marta Silva" in answer.words
    assert "Agreed: We import &lt;the&gt; first two months" in answer.words
    assert "hesitate" not in answer.read


async def the_tasks(world: World) -> None:
    """One for Oliver, whose card is his; one that Jana set herself."""
    (his, cause), (hers, _) = await tasks(world)
    assert (his.account_id, his.state, his.assigned_to, his.taken_by) == ("a1", "open", OLIVER.id, None)
    assert (hers.state, hers.assigned_to, hers.taken_by) == ("taken", JANA.id, JANA.id)
    assert his.deadline == datetime(2026, 12, 3, 18, tzinfo=UTC), "when Oliver's day in London ends"
    assert cause.cause["what"] == "Send <the> list"
    card = direct(world, OLIVER)[-1]
    assert "Send &lt;the&gt; list." in card.words
    assert "Agreed in the call (<!date^" in card.words
    assert f"set by <@{JANA.id}>." in card.words
    assert {"Take it", "Done…"} <= set(card.buttons)
    assert any("Call them" in one.words for one in direct(world, JANA))


async def the_minutes(world: World, told: int) -> None:
    found = {one.recipients[0]: one for one in (await letters(world))[told:]}
    assert set(found) == {"marta@acme.example", "jon@acme.example"}
    letter = found["jon@acme.example"]
    assert letter.message["From"] == "Jana Nováková <cs@ours.example>"
    assert letter.message["Reply-To"] == JANA.email
    assert letter.message["Subject"] == "What we agreed: Acme: call with Jana Nováková, 19 November 2026"
    text = letter.part("plain")
    for words in (
        "Hello Jon,",
        "We import <the> first two months",
        "- Send <the> list (Oliver, by 3 December 2026)\n- Call them (Jana, by",
    ):
        assert words in text, words
    assert "hesitate" not in text + letter.part("html")
    assert "unsubscribe" not in text
    assert "import &lt;the&gt; first" in letter.part("html")
    touched = await stored(world, lambda session: session.scalars(select(Touch.contact_id).where(Touch.what == "review-minutes")).all())
    assert sorted(touched) == [MARTA, JON]


async def the_crm(world: World) -> None:
    await WriteBack(world.app.database, world.app.records, world.clock).run()
    world.app.worker.wake()
    await world.quiet()
    outcome, note, next_step = stands(world)
    assert outcome == "at risk"
    assert note == "They *hesitate*\n\nAgreed: We import <the> first two months"
    assert next_step == "Send <the> list (Oliver Grant, 2026-12-03)"
    assert (await receipt(world)).buttons == ["Undo"]


@on_sqlite
async def test_it_is_asked_in_the_organizers_hours(open_world: OpenWorld) -> None:
    late = {"workspace": {"business_hours": "Mon-Fri 09:00-10:40", "holidays": "CZ"}, "meetings": {"ask_after": "20m"}}
    world = await open_world(accounts=company, mail=True, settings=late)
    await planned(world, **own("2026-11-20", "10:00"))  # a Friday
    ends = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    for moment, expected in (
        (ends + timedelta(minutes=19), {}),
        (ends + timedelta(minutes=20), {}),  # 10:50: nobody works any more
        (datetime(2026, 11, 22, 12, tzinfo=UTC), {}),
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), {}),
        (datetime(2026, 11, 23, 8, tzinfo=UTC), {"asked": 1}),
        (datetime(2026, 11, 23, 8, 1, tzinfo=UTC), {}),
    ):
        world.clock.at = moment
        assert await ask(world) == expected, moment
    assert (await one_review(world)).asked_at == datetime(2026, 11, 23, 8, tzinfo=UTC)


@on_sqlite
async def test_who_does_not_answer_is_reminded_once_in_two_business_days(world: World) -> None:
    said = len(world.direct(JANA))  # on a Thursday
    for moment, expected in (
        (world.clock.at + timedelta(days=3), {}),  # a Sunday
        (world.clock.at + timedelta(days=4, minutes=-1), {}),
        (world.clock.at + timedelta(days=4), {"reminded_of_meetings": 1}),
        (world.clock.at + timedelta(days=5), {}),
        (world.clock.at + timedelta(days=12), {}),
    ):
        world.clock.at = moment
        assert await ask(world) == expected, moment
    assert len(world.direct(JANA)) == said + 1
    assert "Was the meeting of 19 Nov held? Nobody has said so yet" in world.direct(JANA)[-1]
    assert "playbook" not in world.direct(JANA)[-1]


async def test_of_two_at_once_the_first_counts_and_the_second_is_told(world: World) -> None:
    question = message(world)
    for person in (JANA, LEAD):
        assert (await world.click(person, question, Action.REVIEW_HELD)).ok
    outcomes = await asyncio.gather(*(world.submit(person, **AGREED, **row(1, "Call", person.id, "2026-12-03")) for person in (JANA, LEAD)))
    review = await one_review(world)
    first, second = (JANA, LEAD) if review.closed_by == JANA.id else (LEAD, JANA)
    late = outcomes[(JANA, LEAD).index(second)]
    assert late.errors[Input.AGREED].startswith(f"Not written down: {first.real_name} was first, and the meeting is written down.")
    assert element(world, Input.AGREED, second), "the words are still there, to be copied"
    assert world.sandbox.views(first.id) == []
    sent = [one.parcel.payload for one in world.sandbox.deliveries if one.parcel.payload.get("type") == "view_submission"]
    payload = next(one for one in reversed(sent) if one["user"]["id"] == first.id)
    again = await asyncio.gather(*(world.sandbox.courier.interact(payload) for _ in range(3)))
    assert not any(one.body for one in again)
    ((task, _),) = await tasks(world)
    assert task.assigned_to == first.id
    assert await stored(world, lambda session: len(session.scalars(select(Event).where(Event.name == "review_held")).all())) == 1
    await world.sandbox.close(second.id, world.modal(second).id, everything=True)
    for action in (Action.REVIEW_NO_SHOW, Action.REVIEW_MOVE, Action.REVIEW_HELD):
        await world.click(second, button(world, action, str(review.id)), action)
    assert f"Already written down by <@{first.id}>" in world.told(second)[-1]
    assert len(set(world.told(second)[-3:])) == 1


@on_sqlite
async def test_mistakes_come_back_inside_the_modal(world: World) -> None:
    question = message(world)
    assert (await world.click(JANA, question, Action.REVIEW_HELD)).ok
    wrong: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({}, {Input.AGREED: "What was agreed, or what did you note? A few words of either, please."}),
        (
            {Input.NOTE.value: "x", Input.MINUTES.value: ["yes"]},
            {Input.AGREED: "There is nothing to send: minutes say what was agreed and the tasks."},
        ),
        (
            row(1, "Call", None, None) | row(2, None, JANA.id, "2026-11-18") | {Input.MINUTES.value: []},
            {
                "task_owner:1": InputError.TEAMMATE_MISSING,
                "task_due:1": InputError.DATE_MISSING,
                "task_what:2": InputError.TASK_MISSING,
                "task_due:2": InputError.DAY_PAST,
            },
        ),
        (
            row(1, "Call", GUEST.id, "2028-11-18") | row(2, None, None, None),
            {
                "task_owner:1": InputError.TEAMMATE_NOT_OURS,
                "task_due:1": InputError.DATE_FAR,
            },
        ),
    ]
    for values, expected in wrong:
        assert (await world.submit(JANA, **values)).errors == expected, values
    nobody = await world.submit(JANA, **AGREED, **{Input.CAME.value: []}, **row(1, None, None, None))
    assert list(nobody.errors) == [Input.CAME]
    assert (await one_review(world)).state == "scheduled"
    assert await tasks(world) == []


@on_sqlite
async def test_another_task_loses_nothing_that_was_typed(world: World) -> None:
    question = message(world)
    assert (await world.click(JANA, question, Action.REVIEW_HELD)).ok
    view = world.modal(JANA)
    typed: dict[str, Any] = AGREED | row(2, "Call them", OLIVER.id, "2026-12-03") | {Input.MOOD.value: "2", Input.MINUTES.value: ["yes"]}
    for expected in (3, 4, 5):
        versions = view.versions
        assert (await world.sandbox.click_in_view(JANA.id, view.id, Action.REVIEW_MORE_TASKS.value, None, state=typed)).ok
        await until(partial(_is_newer, view, versions), "the form has changed")
        assert sum(one["block_id"].startswith(WHAT) for one in view.blocks if one["type"] == "input") == expected
        typed = {}
    assert not any(one["type"] == "actions" for one in view.blocks), "five are the most"
    assert element(world, Input.AGREED)["initial_value"] == AGREED["agreed"]
    assert (await world.submit(JANA, **row(5, "Write to them", JANA.id, "2026-12-04"))).ok
    assert [reason.cause["what"] for _, reason in await tasks(world)] == ["Call them", "Write to them"]
    review = await one_review(world)
    assert (review.note, review.mood) == ("They *hesitate*", 2)


@on_sqlite
async def test_only_who_has_to_do_with_it_answers(world: World) -> None:
    question = message(world)
    for action in (Action.REVIEW_HELD, Action.REVIEW_MOVE, Action.REVIEW_NO_SHOW):
        await world.click(WEI, question, action)
        assert world.told(WEI)[-1].startswith("Only Jana Nováková, who invited,"), action
        await world.click(GUEST, question, action)
        assert "Only full members" in world.told(GUEST)[-1], action
    assert world.sandbox.views(WEI.id) == world.sandbox.views(GUEST.id) == []
    await answered(world, question, LEAD, **AGREED)
    assert (await one_review(world)).closed_by == LEAD.id


@on_sqlite
async def test_who_moves_it_too_late_reads_who_was_first(world: World) -> None:
    question = message(world)
    assert (await world.click(LEAD, question, Action.REVIEW_MOVE)).ok
    await answered(world, question, **AGREED)
    late = await world.submit(LEAD, **own("2026-11-24", "11:00"))
    assert "was written down meanwhile by Jana Nováková. Copy your agenda" in next(iter(late.errors.values()))
    assert (await one_review(world)).state == "held"


@on_sqlite
async def test_moved_it_is_asked_anew(world: World) -> None:
    question = message(world)
    assert (await world.click(JANA, question, Action.REVIEW_MOVE)).ok
    assert element(world, Input.REVIEW_WHEN)["initial_option"]["value"] != "own", "its old time is over"
    assert (await world.submit(JANA, **own("2026-11-24", "11:00"))).ok
    await world.quiet()
    await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    moved = Card(question.message)
    assert "Call with <https://crm.example/accounts/1|Acme> was moved to <!date^" in moved.words
    assert moved.buttons == []
    review = await one_review(world)
    assert (review.state, review.sequence, review.asked_at) == ("scheduled", 1, None)
    assert direct(world, JANA)[0].buttons == ["Move…", "Cancel…"]
    world.clock.at = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert await ask(world) == {"asked": 1}
    again = message(world)
    assert (again.ts != question.ts, again.buttons) == (True, ["Held…", "Moved…", "No-show…"])
    await answered(world, again, **AGREED)
    assert "Call held" in Card(again.message).read


@on_sqlite
async def test_cancelled_meanwhile_closes_the_question(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=planned)
    await letters(world)
    assert (await world.click(JANA, message(world), Action.REVIEW_CANCEL)).ok
    world.clock.at = BEGINS + timedelta(hours=1)
    assert await ask(world) == {"asked": 1}
    question = message(world)
    assert (await world.submit(JANA, note="They never replied")).ok
    await world.quiet()
    assert f"was cancelled by <@{JANA.id}>" in Card(question.message).words
    assert await ask(world) == {}
    assert (await one_review(world)).state == "cancelled"


@on_sqlite
async def test_nobody_came(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN)
    question = await over(world, **{Input.REVIEW_PLACE.value: "Room 5"})
    outcome = await world.open_and_submit(JANA, question, Action.REVIEW_NO_SHOW, note="No word <from> them")
    assert outcome.ok, outcome
    payload = world.sandbox.deliveries[-1].parcel.payload
    await asyncio.gather(*(world.sandbox.courier.interact(payload) for _ in range(2)))
    await world.quiet()
    review = await one_review(world)
    assert (review.state, review.note, review.closed_by) == ("no_show", "No word <from> them", JANA.id)
    shown = Card(question.message)
    assert "Marta Silva, Jon Low did not come." in shown.words
    assert "No word &lt;from&gt; them" in shown.words
    assert shown.buttons == ["Plan again…"]
    assert "Marta Silva, Jon Low did not come, says" in (await world.card("Acme")).read
    names = await stored(world, lambda session: session.scalars(select(Event.name).order_by(Event.id)).all())
    assert names == ["review_scheduled", "review_no_show"]
    assert notices(world, "#cs-leads") == []
    assert (await world.click(JANA, shown, Action.REVIEW_AGAIN)).ok
    people = element(world, Input.REVIEW_CONTACTS)["initial_options"]
    assert [one["value"] for one in people] == [MARTA, JON]
    assert element(world, Input.REVIEW_PLACE)["initial_value"] == "Room 5"
    assert element(world, Input.REVIEW_AGENDA)["initial_value"] == review.agenda
    assert (await world.submit(JANA)).ok
    first, second = await reviews(world)
    assert (second.state, second.type, second.uid == first.uid) == ("scheduled", "call", False)
    world.clock.at = second.starts_at + timedelta(hours=1)
    assert await ask(world) == {"asked": 1}
    await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    assert (await world.open_and_submit(JANA, message(world), Action.REVIEW_NO_SHOW)).ok
    await until(lambda: notices(world, "#cs-leads"), "the managers hear of the second")
    assert "did not come to a meeting twice in a row" in notices(world, "#cs-leads")[0]


@on_sqlite
async def test_minutes_reach_only_those_who_may_be_written_to(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN)
    question = await over(world, **{Action.REVIEW_TEAMMATES.value: [OLIVER.id]})
    await change(world, Contact, Contact.id == MARTA, opted_out=True)
    await change(world, Contact, Contact.id == JON, unsubscribed_at=world.clock.at)
    told = len(await letters(world))
    filled: dict[str, Any] = {**AGREED, Input.MINUTES.value: ["yes"], Input.WRITE_BACK.value: []}
    await answered(world, question, JANA, **filled)
    assert {one.recipients[0] for one in (await letters(world))[told:]} == {"jon@acme.example", OLIVER.email}
    assert (
        await stored(world, lambda session: session.scalars(select(OutboxMessage).where(OutboxMessage.subject.like("writeback:%"))).all())
        == []
    )


@on_sqlite
async def test_without_crm_and_mail_no_boxes_are_offered(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.app.database.run(Session.add_all, [past("a1", world.clock.at - timedelta(hours=2), state="scheduled")])
    assert await ask(world) == {"asked": 1}
    question = message(world)
    assert (await world.click(JANA, question, Action.REVIEW_HELD)).ok
    named = {one["block_id"] for one in world.modal(JANA).blocks if one["type"] == "input"}
    assert not named & {Input.WRITE_BACK.value, Input.MINUTES.value}
    assert "For us: the customer" in world.modal_words(JANA)


@on_sqlite
async def test_the_next_one_counts_from_the_one_that_was_held(open_world: OpenWorld) -> None:
    def acme(crm: Company) -> None:
        crm.account("Acme", started_on="2026-08-10", arr=120_000)

    world = await open_world(accounts=acme, mail=True, settings={**OFFICE, **DUE, "workspace": {"timezone": "Europe/Prague"}})
    card = await world.card("Acme")
    assert "A QBR has been due for 10 days" in card.read
    await world.app.database.run(Session.add_all, [past("a1", BEGINS, state="no_show")])
    await world.app.database.run(Session.add_all, [past("a1", BEGINS + timedelta(days=1), state="scheduled")])
    world.clock.at = BEGINS + timedelta(days=1, hours=2)
    assert await ask(world) == {"asked": 1}
    ((held,),) = [[one for one in await reviews(world) if one.state == "scheduled"]]
    participant = Participant(review_id=held.id, email="ada@acme.example", name="Ada", contact_id="c1")
    await world.app.database.run(Session.add_all, [participant])
    await answered(world, message(world), **AGREED)
    assert "Review due · Held · " in (await world.card("Acme")).read
    world.clock.move(days=1)
    await world.sweep()
    due_again = BEGINS.date() + timedelta(days=1 + 90)
    world.clock.at = datetime(due_again.year, due_again.month, due_again.day, 10, tzinfo=UTC) - timedelta(days=31)
    assert (await world.sweep()).opened == 0
    world.clock.move(days=1)
    assert (await world.sweep()).opened == 1
    assert "A QBR falls due in 30 days" in (await world.card("Acme")).read
    assert "We import &lt;the&gt; first two months" in (await world.card("Acme")).words


async def test_a_meeting_whose_organizer_has_left_comes_to_whoever_looks_after_the_account(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=planned)
    (duty,) = [one for one in world.app.reviews if isinstance(getattr(one, "__self__", None), HandingOn)]
    assert await duty() == {"meetings_handed_on": 0}
    await change(world, Teammate, Teammate.slack_id == JANA.id, is_active=False)
    await change(world, Account, Account.id == "a1", owner_email=OLIVER.email)
    assert [await duty(), await duty()] == [{"meetings_handed_on": 1}, {"meetings_handed_on": 0}]
    world.app.worker.wake()
    await world.quiet()
    handed = message(world, OLIVER)
    assert (handed.buttons, "who invited, is no longer with us" in handed.read) == (["Move…", "Cancel…"], True)
    assert (await world.click(OLIVER, handed, Action.REVIEW_CANCEL)).ok
    assert (await world.submit(OLIVER)).ok
    await until(lambda: "Cancelled by <@U0OLIVER>" in message(world, OLIVER).words, "the message shows it")
    assert [one.state for one in await reviews(world)] == ["cancelled"]


@on_sqlite
async def test_what_has_changed_around_a_meeting_is_told_once_to_whomever_it_concerns(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=planned)
    (duty,) = [one for one in world.app.reviews if isinstance(getattr(one, "__self__", None), HandingOn)]

    async def told() -> int:
        (count,) = (await duty()).values()
        world.app.worker.wake()
        await world.quiet()
        return count

    await change(world, Account, Account.id == "a1", owner_email="nobody@ours.example")
    assert await told() == 0, "whoever is not in Slack hears nothing"
    await change(world, Account, Account.id == "a1", owner_email=OLIVER.email)
    day = world.clock.at
    world.clock.at = day.replace(hour=1)
    assert await told() == 0, "nor does anybody at night"
    world.clock.at = day
    assert [await told(), await told()] == [1, 0]
    theirs, organizers = message(world, OLIVER), message(world)
    assert theirs.buttons == ["Move…", "Cancel…"]
    for said in (theirs, organizers):
        assert f"<@{OLIVER.id}> looks after the account now, and has this message too. <@{JANA.id}> planned it before" in said.read
    await change(world, Account, Account.id == "a1", owner_email=JANA.email)
    assert await told() == 0, "it is her own"
    await change(world, Account, Account.id == "a1", churned_on=day.date())
    assert [await told(), await told()] == [1, 0]
    assert len(world.direct(JANA)) == 2
    assert "has churned: cancel the meeting, unless it is still to be held" in message(world).read
    assert (await world.click(JANA, message(world), Action.REVIEW_CANCEL)).ok
    assert (await world.submit(JANA)).ok
    await until(lambda: all("Cancelled by" in message(world, one).words for one in (JANA, OLIVER)), "both messages show it")
    assert await told() == 0
    await planned(world)
    assert await told() == 0, "that they have churned was known"
    assert "has churned" in message(world).read


@on_sqlite
async def test_without_anybody_who_looks_after_the_account_the_managers_are_asked(open_world: OpenWorld) -> None:
    world = await open_world(**PLAN, begin=planned)
    await change(world, Teammate, Teammate.slack_id == JANA.id, is_active=False)
    world.clock.at = BEGINS + timedelta(hours=2)
    assert await ask(world) == {"asked": 1}
    (question,) = [Card(one) for one in world.sandbox.messages("cs-leads") if "Held…" in Card(one).buttons]
    assert question.read.startswith("*Held?* The call with")
