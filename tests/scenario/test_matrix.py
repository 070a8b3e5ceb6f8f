"""Every button, and who may press it: one table. It is checked at the click, whatever the message shows."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages.actions import Action
from bot.sandbox.messages import Message
from bot.sandbox.server import Person
from handlers.slack.listeners import CLICKS
from models import Account, Alert, Dispatch, Play, Review, Room, Theme, Writeback
from tests.cast import ADMIN, GONE, GUEST, JANA, LEAD, OLIVER, STRANGER, WEI
from tests.factories import World, words
from tests.scenario.conftest import OpenWorld, on_sqlite

# Jana is the account's CSM and asked for help, Oliver is the specialist, Wei has nothing to do with it.
TEAM = {JANA, OLIVER, WEI, LEAD, ADMIN}
ADMINS = {ADMIN}
MANAGERS = {LEAD, ADMIN}
HELPERS = {OLIVER, LEAD, ADMIN}
CONCERNED = {JANA, OLIVER, LEAD, ADMIN}
IN_CHARGE = {JANA, LEAD, ADMIN}
ITS_READER = {JANA}

MAY: dict[Action, set[Person]] = {  # rooms first: whoever has taken the alert is concerned
    Action.ROOM_ACCEPT: HELPERS,
    Action.ROOM_RETURN: HELPERS,
    Action.ROOM_CLOSE: CONCERNED,
    Action.ALERT_TAKE: TEAM,
    Action.ALERT_SNOOZE: TEAM,
    Action.ALERT_WAKE: TEAM,
    Action.ALERT_DISMISS: TEAM,
    Action.ALERT_RESOLVE: TEAM,
    Action.ALERT_DETAILS: TEAM,
    Action.ALERT_WHY: TEAM,
    Action.ALERT_ASSIGN: TEAM,
    Action.ALERT_WRITE: TEAM,
    Action.ALERT_ESCALATE: TEAM,
    Action.ALERT_TASK: TEAM,
    Action.REVIEW_SKIP: TEAM,
    Action.SURVEY_THEME: TEAM,
    Action.SURVEY_CLOSE_LOOP: TEAM,
    Action.SURVEY_THANKS: TEAM,
    Action.SURVEY_REFERENCE: TEAM,
    Action.SURVEY_PRAISE: TEAM,
    Action.REVIEW_SCHEDULE: TEAM,
    Action.REVIEW_TYPE: TEAM,
    Action.REVIEW_LENGTH: TEAM,
    Action.REVIEW_LANGUAGE: TEAM,
    Action.REVIEW_CONTACTS: TEAM,
    Action.REVIEW_TEAMMATES: TEAM,
    Action.REVIEW_DATE: TEAM,
    Action.REVIEW_TIME: TEAM,
    Action.REVIEW_MOVE: IN_CHARGE | {WEI},  # who invited
    Action.REVIEW_CANCEL: IN_CHARGE | {WEI},
    Action.REVIEW_HELD: IN_CHARGE | {WEI},
    Action.REVIEW_NO_SHOW: IN_CHARGE | {WEI},
    Action.REVIEW_AGAIN: IN_CHARGE | {WEI},
    Action.REVIEW_MORE_TASKS: TEAM,
    Action.REVIEWS_SHOW: TEAM,
    Action.REVIEWS_PREVIOUS: TEAM,
    Action.REVIEWS_NEXT: TEAM,
    Action.WRITE_LETTER: TEAM,
    Action.WRITE_CONTACT: TEAM,
    Action.WRITE_LANGUAGE: TEAM,
    Action.WRITE_ANEW: TEAM,
    Action.WRITE_PREVIEW: TEAM,
    Action.WRITE_WITHDRAW: IN_CHARGE,  # it is Jana's
    Action.ROOM_TOPIC: TEAM,
    Action.ROOM_WHOM: TEAM,
    Action.WRITEBACK_UNDO: IN_CHARGE,
    Action.WRITEBACK_AGAIN: ITS_READER,
    Action.PRECISION_RESTORE: ADMINS,
    Action.AWAY_END: TEAM,
    Action.HOME_FILTER: TEAM,
    Action.HOME_SEARCH: TEAM,
    Action.HOME_PREVIOUS: TEAM,
    Action.HOME_NEXT: TEAM,
    Action.HOME_ACCOUNT: TEAM,
    Action.HOME_TEAM: MANAGERS,
    Action.HOME_RISKS: TEAM,
    Action.HOME_DISMISS_SETUP: ADMINS,
    Action.ADMIN_SECTION: ADMINS,
    Action.ADMIN_EDIT: ADMINS,
    Action.ADMIN_RESET: ADMINS,
    Action.ADMIN_DROP: ADMINS,
    Action.ADMIN_PREVIOUS: ADMINS,
    Action.ADMIN_NEXT: ADMINS,
    Action.AUDIT_SEARCH: ADMINS,
    Action.AUDIT_PREVIOUS: ADMINS,
    Action.AUDIT_NEXT: ADMINS,
    Action.AUDIT_CSV: ADMINS,
    Action.BREAKER_RELEASE: ADMINS,
    Action.BREAKER_KEEP: ADMINS,
    Action.OUTBOX_RESEND: ADMINS,
    Action.ACCOUNT_PICK: TEAM,
    Action.RISKS_PREVIOUS: TEAM,
    Action.RISKS_NEXT: TEAM,
    Action.PLAY_START: IN_CHARGE,
    Action.PLAY_TAKE_OVER: TEAM,
    Action.PLAYBOOK_OPEN: TEAM,
    Action.PLAYBOOK_PAUSE: ADMINS,
    Action.PLAYBOOK_RESUME: ADMINS,
    Action.PLAYBOOK_PROMOTE: ADMINS,
    Action.PLAYBOOK_DRY_RUN: ADMINS,
    Action.PLAYBOOKS_PREVIOUS: TEAM,
    Action.PLAYBOOKS_NEXT: TEAM,
    Action.THEME_ANSWER: TEAM,
    Action.THEME_ANSWERS: TEAM,
    Action.THEME_ANSWERS_PREVIOUS: TEAM,
    Action.THEME_ANSWERS_NEXT: TEAM,
    Action.THEME_CLOSE: TEAM,
    Action.THEME_REOPEN: TEAM,
    Action.THEMES_PREVIOUS: TEAM,
    Action.THEMES_NEXT: TEAM,
    Action.THEMES_UNMARKED: TEAM,
    Action.THEMES_UNMARKED_PREVIOUS: TEAM,
    Action.THEMES_UNMARKED_NEXT: TEAM,
}
WRITE = {"read": "SELECT plan AS note FROM accounts WHERE id = :id", "write": "UPDATE accounts SET plan = :note WHERE id = :id"}
REFUSALS = ("Only ", "Your Slack account is closed")


def test_the_table_is_whole() -> None:
    assert set(MAY) == set(CLICKS)


def furnish(session: Session, now: object) -> dict[str, str]:
    """A room and a change of the CRM's record for Acme's alert; what each kind of button names."""
    account = session.scalars(select(Account).where(Account.name == "Acme")).one()
    alert = session.scalars(select(Alert).where(Alert.account_id == account.id)).one()
    base = {"account_id": account.id, "alert_id": alert.id}
    room = Room(key="room", state="asked", asked_by=JANA.id, asked_at=now, specialist=OLIVER.id, urgency="today", need="Help", **base)
    undo_until = now + timedelta(minutes=5)  # type: ignore[operator]
    what = {"by": JANA.id, "at": now, "old": {}, "new": {"note": "x"}, "written_at": now, "undo_until": undo_until}
    change = Writeback(key="w", state="written", **what, **base)
    refused = Writeback(key="r", state="refused", found={"note": "y"}, **what, **base)
    theme = Theme(name="Reports", examples=[], created_at=now, created_by=JANA.id)
    letter = Dispatch(kind="letter", key="l", recipient="c@x.example", content={"by": JANA.id, "alert": None}, created_at=now)
    session.add_all([room, change, refused, theme, letter])
    starts = now + timedelta(days=1)  # type: ignore[operator]
    who = {"organizer": WEI.id, "organizer_email": WEI.email, "organizer_name": "Somebody", "created_by": WEI.id}
    when = {"starts_at": starts, "minutes": 30, "zone": "Europe/Prague", "created_at": now, "changed_at": now}
    review = Review(key="v", uid="v", type="call", state="scheduled", **who, **when, **base)
    session.add(review)
    session.flush()
    session.add(Dispatch(kind="waiting", key=f"waiting:{letter.id}", recipient=JANA.id, content={}, created_at=now))
    play = session.scalars(select(Play.id).where(Play.account_id == account.id)).one()
    values = {
        "alert": alert.id,
        "survey": alert.id,
        "theme": theme.id,
        "room": room.id,
        "write.withdraw": letter.id,
        "writeback": change.id,
        "writeback.again": refused.id,
        "play.take_over": play,
        "home.account": account.id,
        "review.skip": alert.id,
        "review.schedule": alert.id,
        "review": review.id,
        "reviews.show": "mine",
    }
    return {name: str(value) for name, value in values.items()} | {"account.pick": account.id, "play.start": f"usage-drop:{account.id}"}


async def press(world: World, person: Person, action: Action, value: str) -> str:
    """What the person is told, in a message or a modal; empty when nothing is said."""
    workspace = world.sandbox.workspace
    button = {"type": "button", "action_id": action.value, "value": value, "text": {"type": "plain_text", "text": "?"}}
    block = {"type": "actions", "block_id": "pick:account:", "elements": [button]}
    message = workspace.store(Message("C0ALERTS", workspace.new_ts(), workspace.identity.bot_user, "?", [block]))
    before = len(world.sandbox.ephemerals(person.id))
    assert (await world.sandbox.click(person.id, message.channel, message.ts, action.value)).ok, action
    told = [words(one.blocks) or one.text for one in world.sandbox.ephemerals(person.id)[before:]]
    for view in world.sandbox.views(person.id):
        told.append(words(view.body["blocks"]))
        await world.sandbox.close(person.id, view.id, everything=True)
        break
    return told[-1] if told else ""


@on_sqlite
@pytest.mark.parametrize("person", [JANA, OLIVER, WEI, LEAD, ADMIN, GUEST, STRANGER, GONE], ids=lambda person: person.name)
async def test_everybody_may_do_what_the_table_says_and_no_more(open_world: OpenWorld, person: Person) -> None:
    world = await open_world(mail=True, settings={"crm": {"write": WRITE}})
    await world.card("Acme")
    values = await world.app.database.run(furnish, world.clock())
    wrong = {}
    for action, allowed in MAY.items():
        if allowed == TEAM and person in TEAM - {WEI}:
            continue  # what she may who has nothing to do with it, her colleagues may
        value = values.get(action.value) or values.get(action.value.split(".")[0]) or "1"
        told = await press(world, person, action, value)
        if told.startswith(REFUSALS) == (person in allowed):
            wrong[action] = told
    assert wrong == {}
