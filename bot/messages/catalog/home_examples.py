"""Home tabs, and accounts looked up in a conversation."""

from dataclasses import replace
from datetime import timedelta

from bot.messages.actions import HomeFilter
from bot.messages.catalog.answer_examples import ANSWER_EXAMPLES, LINES
from bot.messages.catalog.answers import AccountAnswer, Hit, RisksAnswer, TeamAnswer
from bot.messages.catalog.example_cast import ALDER, ANNA, HOSTILE, NORTHWIND, NOW, PETRA, QUILL, hours
from bot.messages.catalog.facts import Account, Money
from bot.messages.catalog.home import (
    AccountModal,
    AccountSummary,
    Day,
    DayLine,
    HomeClosed,
    HomeState,
    HomeView,
    RisksModal,
    SetupStep,
    TeamModal,
    TeamNumbers,
)
from bot.messages.catalog.look_up import AccountUnfurl, LogModal, NoteOrigin, SummaryAnswer, SummaryChoice
from bot.messages.catalog.message import Home, Message, Modal

GOOD = AccountSummary(NORTHWIND, ANNA, "adoption", "Team", 31.0, "active users", 0.4126, Money(48_000, "EUR"), 109, 1)
FINE = AccountSummary(ALDER, PETRA, "growth", "Enterprise", 92.5, "active users", 1.12, Money(120_000, "EUR"), 34)
BARE = AccountSummary(QUILL)
WILD = replace(
    GOOD, account=HOSTILE, plan="<!here> *x*", stage="<@U1>_y_", health="`red` <!channel>", metric="<http://x|y>", renewal_in=-3, open=1234
)
ANSWERS = {name: answer for name, answer in ANSWER_EXAMPLES.items() if isinstance(answer, AccountAnswer)}
DAY = Day(
    alerts=(
        DayLine(replace(LINES[0], take_by=NOW - hours(2)), late=True),
        DayLine(replace(LINES[1], owner=ANNA, acting=ANNA)),
        DayLine(replace(LINES[3], take_by=NOW + hours(4), also=2)),
    ),
    tasks=(DayLine(LINES[4]),),
    alerts_total=9,
    tasks_total=1,
    late=1,
    snoozed=2,
)
STEPS = (
    SetupStep("CRM, 1,240 accounts", True),
    SetupStep("Usage", True),
    SetupStep("Managers", False, "name those who see the whole team:", ("roles.managers",)),
    SetupStep("Signed links", False, "without them no letter can be unsubscribed from; set", ("STAYSAIL_SECRET", "STAYSAIL_URL")),
    SetupStep("<!channel>", False, "usage.<b>`x`* has no row since 12 Nov: look at the export"),
)
CSM = HomeView(now=NOW, day=DAY, accounts=(GOOD, FINE, BARE), total=3)
MANY = HomeView(
    now=NOW,
    day=Day(
        **{kind: tuple(DayLine(replace(LINES[3], alert_id=n, also=3), True) for n in range(6)) for kind in ("alerts", "tasks", "reviews")},
        alerts_total=812,
        tasks_total=71,
        reviews_total=7,
        late=890,
        snoozed=44,
    ),
    accounts=(WILD,) * 10,
    total=300,
    own=False,
    state=HomeState(HomeFilter.AT_RISK, '<!here> "x" & *y*', 2),
    team=TeamNumbers(890, 12, 700, 3, tuple(Money(10.0**n, f"C{n}X") for n in range(9)), (DayLine(LINES[3], True),) * 3),
    setup=STEPS * 4,
)
FIGURES = TeamNumbers(14, 9, 3, 1, (Money(812_000, "EUR"), Money(9e6, "CZK")), (DayLine(replace(LINES[0], owner=None)), DayLine(LINES[3])))
HOME_EXAMPLES: dict[str, Home] = {
    "csm": CSM,
    "manager": replace(CSM, team=FIGURES, own=False),
    "admin": replace(CSM, setup=STEPS[:4], team=TeamNumbers(0), day=Day(snoozed=1), accounts=(), total=0, own=False),
    "nothing": HomeView(now=NOW),
    "nothing-found": HomeView(now=NOW, state=HomeState(HomeFilter.RENEWING, "zzz")),
    "first-of-pages": replace(CSM, total=21, state=HomeState(HomeFilter.RENEWING)),
    "very-much": MANY,
    "closed": HomeClosed(why="Only full members of our workspace may do this: you are here as a guest. <!channel>"),
}
LOOK_UP_EXAMPLES: dict[str, Message] = {
    "unfurl": AccountUnfurl(summary=GOOD),
    "unfurl-guarded": AccountUnfurl(summary=replace(GOOD, arr=None), guarded=True),
    "unfurl-hostile": AccountUnfurl(summary=WILD),
    "summary": SummaryAnswer(summary=replace(FINE, arr=None)),
    "summary-hostile": SummaryAnswer(summary=WILD),
    "summary-choice": SummaryChoice(query="al", hits=(Hit(ALDER, "alder.example"), Hit(HOSTILE)), total=2),
    "summary-choice-of-many": SummaryChoice(query="<a&b>", hits=tuple(Hit(Account(str(n), f"Account {n}")) for n in range(100)), total=340),
}
OF_THE_TEAM: dict[str, Modal] = {
    **{f"home-{name}": RisksModal(answer=answer) for name, answer in ANSWER_EXAMPLES.items() if isinstance(answer, RisksAnswer)},
    **{f"home-{name}": TeamModal(answer=answer) for name, answer in ANSWER_EXAMPLES.items() if isinstance(answer, TeamAnswer)},
}
ORIGIN = NoteOrigin("C0ALERTS", "1795424400.000100", "3f9a5c21bd04")
LOOK_UP_MODALS: dict[str, Modal] = {
    **OF_THE_TEAM,
    **{f"home-{name}": AccountModal(answer=replace(answer, now=NOW + timedelta(hours=1))) for name, answer in ANSWERS.items()},
    "log": LogModal(origin=ORIGIN, text="They want SSO before the renewal", guess=NORTHWIND),
    "log-unknown": LogModal(origin=ORIGIN),
    "log-hostile": LogModal(origin=ORIGIN, text="<!channel> {{7*7}} \u202e" + "x" * 2900, guess=HOSTILE),
}
