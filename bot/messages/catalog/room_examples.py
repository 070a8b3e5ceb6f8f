"""Escalations, from the form to the closed room."""

from dataclasses import replace
from datetime import timedelta

from bot.messages.catalog.example_cast import (
    ANNA,
    BEN,
    CONTACTS,
    DROP,
    FACTS,
    HISTORY,
    HOSTILE,
    NORTHWIND,
    NOW,
    PETRA,
    QUIET,
    UNOWNED,
    hours,
)
from bot.messages.catalog.facts import State
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.modals import EarlierAlert
from bot.messages.catalog.rooms import (
    EscalateModal,
    Helper,
    Picture,
    RoomBrief,
    RoomCloseModal,
    RoomEnd,
    RoomReturnModal,
    RoomState,
    RoomWord,
    Share,
    Told,
    Urgency,
    Word,
)

NEED = "Their exports fail since Tuesday.\nCan you look at the logs with them this week?"
HOSTILE_NEED = "<!channel> *look* `here`\n> quoted\n![](@U0ANNA) [x](https://evil.example) " + "very long " * 150
URGENCIES = (
    Urgency("now", "Now: it burns", NOW + hours(1)),
    Urgency("today", "Within a day", NOW + hours(24)),
    Urgency("week", "This week", NOW + hours(72)),
)
FORM = EscalateModal(
    alert_id=7,
    account=NORTHWIND,
    cause=DROP,
    key="9f0c2a44d1",
    topics=("Integrations", "Security"),
    topic="Integrations",
    helpers=(Helper(BEN), Helper(ANNA, away=True)),
    whom=BEN,
    urgencies=URGENCIES,
)
EARLIER = (EarlierAlert(QUIET, State.RESOLVED, NOW - hours(3000), NOW - hours(2800), "saved", ANNA),)
PICTURE = Picture("F0CHART", "Active users, 13 weeks: 43 a day at first, 16 now")
TOLD = Told(FACTS, CONTACTS, EARLIER, HISTORY, ("Their admin is on leave until May",), PICTURE)
BRIEF = RoomBrief(
    room_id=3,
    state=RoomState.ASKED,
    account=NORTHWIND,
    cause=DROP,
    since=NOW - hours(94),
    asker=ANNA,
    specialist=BEN,
    urgency="Within a day",
    topic="Integrations",
    need=NEED,
    asked_at=NOW,
    answer_by=NOW + hours(24),
    zone="Europe/London",
    told=TOLD,
)
HOSTILE_BRIEF = replace(
    BRIEF,
    account=HOSTILE,
    need=HOSTILE_NEED,
    topic="<!here> & more",
    canvas=False,
    told=replace(TOLD, facts=UNOWNED, contacts=CONTACTS * 60, timeline=HISTORY * 30, earlier=EARLIER * 30, comments=(HOSTILE_NEED,) * 30),
    problems=("<!channel> could not be invited: *no*",) * 20,
)
END = RoomEnd(BEN, NOW + hours(30), "solved", "A proxy cut long answers.\nThey have changed it, and exports run.", "Look again on Monday")
SAID = RoomWord(word=Word.REMINDER, account=NORTHWIND, cause=DROP, channel_id="C0ROOM", who=ANNA, whom=BEN, need=NEED, due=NOW - hours(1))

ROOM_EXAMPLES: dict[str, Message] = {
    "room": BRIEF,
    "room-accepted": replace(BRIEF, state=RoomState.ACCEPTED, answered_at=NOW + timedelta(minutes=20)),
    "room-returned": replace(BRIEF, state=RoomState.RETURNED, answered_at=NOW + hours(2), told=Told()),
    "room-without-a-canvas": replace(
        BRIEF, canvas=False, told=replace(TOLD, picture=None), problems=("petra@ours.example is not in Slack, so they are not here.",)
    ),
    "room-hostile": HOSTILE_BRIEF,
    "room-closed": replace(BRIEF, state=RoomState.CLOSED, end=END),
    "room-closed-hostile": replace(HOSTILE_BRIEF, state=RoomState.CLOSED, end=replace(END, by=PETRA, summary=HOSTILE_NEED)),
    "room-word-reminder": SAID,
    "room-word-overdue": replace(SAID, word=Word.OVERDUE),
    "room-word-returned": replace(SAID, word=Word.RETURNED, who=BEN, note="I know nothing of their proxy", due=None),
    "room-word-passed-on": replace(SAID, word=Word.PASSED_ON, who=BEN, whom=ANNA, due=NOW + hours(3), note=HOSTILE_NEED),
    "room-word-summary": replace(SAID, word=Word.SUMMARY, end=END),
    "room-word-stuck": replace(
        SAID, word=Word.STUCK, channel_id=None, problem="the app lacks the permission groups:write: install it again from the manifest"
    ),
    "room-word-given-up": replace(SAID, word=Word.GIVEN_UP, account=HOSTILE, step="bookmark CRM", problem="Slack refused: invalid_link"),
}

ROOM_MODAL_EXAMPLES: dict[str, Modal] = {
    "escalate": FORM,
    "escalate-to-somebody-else": replace(FORM, whom=None, urgencies=tuple(replace(one, due=None) for one in URGENCIES)),
    "escalate-without-specialists": replace(FORM, topics=(), topic="", helpers=(), whom=None, offered=tuple(Share)[:4]),
    "escalate-hostile": replace(FORM, account=HOSTILE, topics=("<!channel> *x*" * 9,), topic="<!channel> *x*" * 9),
    "room-return": RoomReturnModal(room_id=3, account=NORTHWIND, cause=DROP, need=NEED),
    "room-return-again": RoomReturnModal(room_id=3, account=HOSTILE, cause=DROP, need=HOSTILE_NEED, returned=True),
    "room-close": RoomCloseModal(room_id=3, account=NORTHWIND, cause=DROP, to_crm=True),
    "room-close-without-a-crm": RoomCloseModal(room_id=3, account=HOSTILE, cause=DROP),
}
