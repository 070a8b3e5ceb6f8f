"""The question whether a meeting was held, what it shows afterwards, and its forms."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.answers import AccountAnswer
from bot.messages.catalog.example_cast import ANNA, FACTS, HOSTILE, NORTHWIND, NOW, hours
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.review_due import LastReview
from bot.messages.catalog.review_examples import EVIL
from bot.messages.catalog.review_held import AgreedTask, Attendee, HeldMessage, HeldModal, NoShowModal, TaskRow
from bot.messages.catalog.reviews import Invited, NextReview, ReviewType
from bot.messages.catalog.writing import Language

MARTA, OURS = Invited("Marta Silva", "marta@northwind.example"), Invited("Anna Lind", "anna@ours.example", "U0ANNA")
JON = Invited("Jon Low", "jon@northwind.example")
QUESTION = HeldMessage(
    review_id=7, state="scheduled", type=ReviewType.QBR, account=NORTHWIND, at=NOW - hours(2), minutes=60, invited=(MARTA, JON, OURS)
)
HELD = replace(
    QUESTION,
    state="held",
    came=(MARTA, OURS),
    absent=(JON,),
    decisions="- Roll out to the second site\n- We train its admins",
    note="They like where it is going.\nTheir director wants numbers.",
    mood=4,
    tasks=(AgreedTask("Send the list of fields", ANNA, date(2026, 12, 3)), AgreedTask("Book the training", ANNA, date(2026, 12, 10))),
    who=ANNA,
    said_at=NOW,
)
NO_SHOW = replace(QUESTION, state="no_show", absent=(MARTA, JON), note="No word from them.", who=ANNA, said_at=NOW)
EVILS = tuple(Invited(EVIL, f"x{number}@x.example") for number in range(30))
PEOPLE = (Attendee(1, "Marta Silva"), Attendee(2, "Jon Low", answer="declined"), Attendee(3, "Anna Lind", ours=True))
FORM = HeldModal(
    review_id=7,
    type=ReviewType.QBR,
    account=NORTHWIND,
    at=NOW - hours(2),
    people=PEOPLE,
    came=(1, 3),
    crm=True,
    minutes=False,
    language=Language("cs", "Czech"),
)

REVIEW_HELD_EXAMPLES: dict[str, Message] = {
    "review-held-question": QUESTION,
    "review-held": HELD,
    "review-held-in-few-words": replace(HELD, absent=(), note="", mood=None, tasks=()),
    "review-no-show": NO_SHOW,
    "review-question-moved": replace(QUESTION, state="moved", at=NOW + hours(48)),
    "review-question-cancelled": replace(QUESTION, state="cancelled", who=ANNA, said_at=NOW),
    "review-held-hostile": replace(
        HELD,
        account=HOSTILE,
        came=EVILS,
        absent=EVILS,
        decisions="<!channel> *x*\n" * 200,
        note=">" + EVIL,
        tasks=(AgreedTask(EVIL, ANNA, date(2026, 12, 3)),) * 5,
    ),
    "account-with-meetings": AccountAnswer(
        now=NOW,
        account=NORTHWIND,
        facts=FACTS,
        review=NextReview(ReviewType.EBR, NOW + hours(200), ANNA, ("Marta Silva",)),
        held=LastReview(ReviewType.QBR, date(2026, 11, 2), "Roll out to the second site", people=("Marta Silva", "Jon Low")),
    ),
    "account-with-hostile-meetings": AccountAnswer(
        now=NOW, account=HOSTILE, facts=FACTS, held=LastReview("x", date(2026, 11, 2), "<!channel>\n" * 300, people=(EVIL,) * 30)
    ),
    "review-no-show-hostile": replace(NO_SHOW, account=HOSTILE, absent=EVILS, note="<!here>\n" * 200),
}
REVIEW_HELD_MODALS: dict[str, Modal] = {
    "review-held": FORM,
    "review-held-without-crm": replace(FORM, crm=None, minutes=None, people=PEOPLE[:1], came=(1,)),
    "review-held-filled": replace(
        FORM,
        decisions="We import the first two months.",
        note="They were in a hurry.",
        mood=2,
        minutes=True,
        rows=(TaskRow("Send the list", "U0ANNA", "2026-12-03"), TaskRow(), TaskRow(), TaskRow(), TaskRow("x")),
    ),
    "review-held-hostile": replace(
        FORM,
        account=HOSTILE,
        people=tuple(Attendee(number, EVIL) for number in range(120)),
        came=tuple(range(120)),
        decisions="<!channel> & *b*\n" * 300,
        rows=(TaskRow(EVIL * 2, None, None),) * 9,
        language=Language("xx", EVIL),
    ),
    "review-no-show": NoShowModal(review_id=7, type=ReviewType.QBR, account=NORTHWIND, at=NOW - hours(2), people=PEOPLE[:2]),
    "review-no-show-hostile": NoShowModal(
        review_id=7, type="x", account=HOSTILE, at=NOW, people=tuple(Attendee(number, EVIL) for number in range(30))
    ),
}
