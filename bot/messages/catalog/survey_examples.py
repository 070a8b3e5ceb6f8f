"""Examples of cards about answers, and of the form that closes the loop."""

from dataclasses import replace
from datetime import date

from bot.messages.catalog.cards import ReasonOnCard, RoomOnCard
from bot.messages.catalog.details import Loop, SurveyAnswer
from bot.messages.catalog.example_cast import ANNA, BEN, FACTS, HOSTILE, NORTHWIND, NOW, OWN, UNOWNED, hours
from bot.messages.catalog.facts import CardName, Cause, Did, HistoryLine, State
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.modals import DetailsModal, WhyModal
from bot.messages.catalog.surveys import CloseLoopModal, Favour, SurveyCard

CARD = CardName.SURVEY_ANSWERS
DETRACTOR = SurveyAnswer(
    response_id="5f0c9a",
    who="Marta Silva",
    role="Head of Operations",
    survey="nps-half-yearly",
    kind="nps",
    band="low",
    score=3,
    at=NOW - hours(1),
    comment="Exports take an hour, and nobody could tell us why.",
    before=9,
)
PROMOTER = replace(DETRACTOR, response_id="77ab10", who="Ola Nordmann", role="", band="high", score=10, comment="", before=10, versions=2)
PASSIVE = replace(DETRACTOR, response_id="1b44c2", who="Jon Price", role="Admin", band="middle", score=7, comment="Fine.", before=6)
EVIL = replace(
    DETRACTOR,
    who="<!channel> *Eve* & `co`",
    role="> boss <@U1>",
    comment="> <!here> *all* & _you_ <https://evil.example|click>\n• one\n" + "long & <winded> " * 60,
    themes=("*Price* <!channel>", "Speed"),
    versions=4,
)
CSAT = replace(DETRACTOR, kind="csat", survey="csat-onboarding", score=2, before=None, comment="")
CES = replace(DETRACTOR, kind="ces", survey="ces-ticket", score=6, band="high", before=4, comment="Quick.")
BEFORE = (
    replace(DETRACTOR, response_id="e1", score=9, band="high", at=NOW - hours(4400), comment="", before=None),
    replace(PASSIVE, response_id="e2", at=NOW - hours(4401), comment=""),
)
AGREED = Loop("A call with our exports team; a faster export by spring", ANNA, NOW - hours(1), date(2026, 12, 4))
SAD = Cause("", about="They answered 3 of 10, in the survey nps-half-yearly", title="NPS: detractor", card=CARD)
GLAD = replace(SAD, about="They answered 10 of 10, in the survey nps-half-yearly", title="NPS: promoter")
SEVERAL = replace(SAD, about="3 answers, the lowest 3 of 10, in the survey nps-half-yearly")
OPENED = HistoryLine(Did.OPENED, NOW - hours(1))
CHANGED = HistoryLine(Did.ANSWERED, NOW, to="Marta Silva", before=3, after=2)
ANOTHER = HistoryLine(Did.ANSWERED, NOW, to="Jon <Price>", after=7)
CLOSED = HistoryLine(Did.LOOP_CLOSED, NOW, ANNA, to="Marta Silva", note=AGREED.agreed)
OPEN = SurveyCard(
    alert_id=41,
    version=1,
    state=State.OPEN,
    account=NORTHWIND,
    cause=SAD,
    facts=replace(FACTS, trend=(), usage=None),
    since=NOW - hours(1),
    history=(OPENED,),
    answers=(DETRACTOR,),
    earlier=BEFORE,
    deadline=NOW + hours(47),
    take_by=NOW + hours(23),
)
HAPPY = replace(OPEN, cause=GLAD, answers=(PROMOTER,), earlier=(), deadline=None, favours=tuple(Favour))
MIXED = replace(OPEN, cause=SEVERAL, answers=(DETRACTOR, PASSIVE, PROMOTER), history=(OPENED, ANOTHER))
DONE = replace(OPEN, state=State.RESOLVED, outcome="agreed", closed_at=NOW, closed_by=ANNA, note=AGREED.agreed)
HOSTILE_CARD = replace(OPEN, account=HOSTILE, answers=(EVIL,) * 7, earlier=(EVIL,) * 3, history=(OPENED, replace(CLOSED, to="<!here>")))

SURVEY_EXAMPLES: dict[str, Message] = {
    "survey-card-detractor": OPEN,
    "survey-card-overdue": replace(OPEN, deadline=NOW - hours(2), overdue=True, take_by=None),
    "survey-card-promoter": HAPPY,
    "survey-card-promoter-thanked": replace(HAPPY, state=State.TAKEN, acting=ANNA, favours=()),
    "survey-card-promoter-asked-before": replace(HAPPY, favours=(Favour.THANKS,)),
    "survey-card-nobody-unhappy": replace(HAPPY, answers=(PASSIVE, PROMOTER)),
    "survey-card-several": MIXED,
    "survey-card-csat": replace(OPEN, cause=replace(SAD, title="CSAT: dissatisfied"), answers=(CSAT,), earlier=()),
    "survey-card-ces": replace(HAPPY, cause=replace(GLAD, title="CES: easy"), answers=(CES,)),
    "survey-card-changed": replace(OPEN, answers=(replace(DETRACTOR, score=2, versions=2),), history=(OPENED, CHANGED)),
    "survey-card-worse-again": replace(OPEN, reopens=NOW - hours(70)),
    "survey-card-themes": replace(OPEN, answers=(replace(DETRACTOR, themes=("Speed", "Support")),)),
    "survey-card-one-loop-closed": replace(MIXED, answers=(replace(DETRACTOR, loop=AGREED), PASSIVE), history=(OPENED, CLOSED)),
    "survey-card-joined-by-a-playbook": replace(OPEN, also=(ReasonOnCard(OWN, NOW - hours(1)),)),
    "survey-card-taken": replace(OPEN, state=State.TAKEN, acting=BEN, facts=replace(UNOWNED, usage=None, trend=())),
    "survey-card-snoozed": replace(OPEN, state=State.SNOOZED, snoozed_until=NOW + hours(72)),
    "survey-card-escalated": replace(OPEN, room=RoomOnCard("asked", ANNA, "C0ROOM", NOW + hours(5))),
    "survey-card-hostile": HOSTILE_CARD,
    "survey-card-of-somebody-gone": replace(OPEN, answers=(replace(DETRACTOR, who="", role=""),)),
    "survey-card-read-by-strangers": replace(
        MIXED, answers=(replace(EVIL, loop=AGREED), PASSIVE), history=(OPENED, CLOSED)
    ).for_strangers(),
    "survey-card-loop-closed": DONE,
    "survey-card-not-needed": replace(DONE, state=State.DISMISSED, outcome="known", note=""),
}
FORM = CloseLoopModal(alert_id=41, account=NORTHWIND, cause=SAD, key="k", answers=(DETRACTOR,))
SURVEY_MODALS: dict[str, Modal] = {
    "close-loop": FORM,
    "close-loop-several": replace(FORM, cause=SEVERAL, answers=(DETRACTOR, PASSIVE, PROMOTER)),
    "close-loop-hostile": replace(FORM, account=HOSTILE, answers=tuple(replace(EVIL, response_id=str(at)) for at in range(12))),
    "close-loop-hostile-alone": replace(FORM, account=HOSTILE, answers=(EVIL,)),
    "close-loop-without-words": replace(FORM, answers=(DETRACTOR.without_words(),)),
    "why-survey": WhyModal(alert_id=41, account=NORTHWIND, cause=SAD, now=NOW),
    "details-survey": DetailsModal(
        alert_id=41,
        account=NORTHWIND,
        cause=SAD,
        now=NOW,
        facts=FACTS,
        answers=(replace(DETRACTOR, loop=AGREED), PASSIVE),
        answered_before=BEFORE,
        history=(OPENED, CHANGED, CLOSED),
    ),
    "details-survey-hostile": DetailsModal(
        alert_id=41, account=HOSTILE, cause=SAD, now=NOW, answers=(replace(EVIL, comment="& <a> " * 830),) * 12, answered_before=(EVIL,) * 3
    ),
}
