"""The morning digest, the managers' week and a demoted playbook, in good times and bad."""

from dataclasses import replace
from datetime import timedelta

from bot.messages.catalog.answers import AlertLine
from bot.messages.catalog.digest import (
    ClosedLine,
    DemotionNotice,
    Digest,
    DigestLine,
    NoisyPlaybook,
    WaitingLine,
    Week,
    WeekFigures,
)
from bot.messages.catalog.example_cast import ALDER, ANNA, BEN, DROP, HOSTILE, NORTHWIND, NOW, OWN, QUIET, QUILL, TODAY, hours
from bot.messages.catalog.facts import CardName, Cause, Money, Precision, State
from bot.messages.catalog.message import Message
from bot.messages.catalog.playbooks import Count

OPEN = DigestLine(
    AlertLine(7, NORTHWIND, DROP, State.OPEN, NOW - hours(20), ANNA, arr=Money(48_000, "EUR"), take_by=NOW + hours(6), also=1)
)
TAKEN = DigestLine(AlertLine(8, ALDER, QUIET, State.TAKEN, NOW - hours(90), ANNA, acting=ANNA, arr=Money(31_000, "EUR")))
BACK = DigestLine(
    AlertLine(9, QUILL, OWN, State.SNOOZED, NOW - hours(200), ANNA, snoozed_until=NOW + hours(1)), stands_in_for=BEN, returns=True
)
SLEEPS = replace(BACK, alert=replace(BACK.alert, snoozed_until=NOW + hours(70)), returns=False, stands_in_for=None)
CALL = Cause("onboarding-b2b", card=CardName.TASK, task="Call and set it up together")
TASK = DigestLine(AlertLine(10, NORTHWIND, CALL, State.OPEN, NOW - hours(50), ANNA, deadline=NOW - hours(3)), overdue=True)
NO_CARD = DigestLine(AlertLine(11, QUILL, OWN, State.OPEN, NOW - hours(4), ANNA, quiet=True))
LONG = replace(CALL, task="<!here> *x* " * 60)
WORST = DigestLine(
    AlertLine(12, HOSTILE, LONG, State.OPEN, NOW, ANNA, arr=Money(1, "<b>"), deadline=NOW, also=40, quiet=True), stands_in_for=BEN
)
RECOVERED = ClosedLine(ALDER, QUIET, State.RECOVERED, "recovered")
BY_BEN = ClosedLine(QUILL, DROP, State.RESOLVED, "saved", BEN)
GONE = ClosedLine(HOSTILE, OWN, State.ENDED, "churned")

DIGEST = Digest(
    day=TODAY,
    lines=(OPEN, TAKEN, BACK, TASK, NO_CARD),
    total=5,
    arr=(Money(79_000, "EUR"),),
    waiting=(WaitingLine(ALDER, "usage-drop"),),
    waiting_total=1,
    closed=(RECOVERED, BY_BEN),
    closed_total=2,
)
PRECISION = Precision(5, 20, 0.11186, 0.4687)
WEEK = Week(
    since=NOW - timedelta(days=7),
    until=NOW,
    this=WeekFigures(
        opened=12,
        taken=9,
        closed=(Count("saved", 3), Count("recovered", 3), Count("seasonal", 2)),
        saved=(Money(168_000, "EUR"),),
        improved=(Money(20_000, "EUR"), Money(240_000, "CZK")),
        median_to_take=timedelta(hours=5),
    ),
    before=WeekFigures(opened=9, taken=9, closed=(Count("saved", 1),), median_to_take=timedelta(hours=26)),
    open_now=14,
    at_risk=(Money(412_000, "EUR"),),
    noisy=(NoisyPlaybook("gone-silent", PRECISION, demoted=True), NoisyPlaybook("renewal-risk", Precision(6, 14, 0.2138, 0.6741))),
)
DEMOTED = DemotionNotice(playbook="gone-silent", precision=PRECISION, least=0.3, since=NOW)

DIGEST_EXAMPLES: dict[str, Message] = {
    "digest": DIGEST,
    "digest-with-one": Digest(day=TODAY, lines=(replace(OPEN, alert=replace(OPEN.alert, arr=None)),), total=1),
    "digest-after-a-click": replace(DIGEST, lines=(SLEEPS, TAKEN), total=2, arr=(), waiting=(), waiting_total=0),
    "digest-of-what-settled": Digest(day=TODAY, closed=(RECOVERED,), closed_total=1),
    "digest-of-nothing": Digest(day=TODAY),
    "digest-of-many": Digest(
        day=TODAY,
        lines=(WORST,) * 12,
        total=340,
        arr=(Money(9e12, "EUR"),) * 9,
        waiting=(WaitingLine(HOSTILE, "<!channel>" * 20),) * 9,
        waiting_total=600,
        closed=(GONE,) * 9,
        closed_total=99,
    ),
    "week": WEEK,
    "week-in-a-shared-channel": replace(WEEK, this=replace(WEEK.this, saved=(), improved=()), at_risk=(), shared=True),
    "week-of-little": Week(since=WEEK.since, until=NOW, this=WeekFigures(opened=1), before=WeekFigures()),
    "week-of-much": replace(
        WEEK,
        this=replace(WEEK.this, closed=tuple(Count(f"<{n}>", n) for n in range(1, 30)), saved=(Money(1e12, "<x>"),) * 9),
        noisy=(NoisyPlaybook("<!here>" * 30, PRECISION),) * 20,
    ),
    "demotion": DEMOTED,
    "demotion-restored": replace(DEMOTED, restored_at=NOW + hours(2), restored_by=BEN),
    "demotion-hostile": replace(DEMOTED, playbook="<!channel> *x*" * 30),
}
