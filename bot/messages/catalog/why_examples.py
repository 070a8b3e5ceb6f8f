"""Why, and why not."""

from bot.messages.catalog.example_cast import ANNA, BEN, CONDITIONS, FAILING, HOSTILE, NORTHWIND, NOW, READ, hours
from bot.messages.catalog.facts import State
from bot.messages.catalog.message import Message
from bot.messages.catalog.why import NotAsked, PlaybookVerdict, Verdict, WhyAnswer

VERDICTS = (
    PlaybookVerdict(
        "usage-drop",
        3,
        Verdict.OPEN_ALERT,
        CONDITIONS,
        state=State.TAKEN,
        since=NOW - hours(94),
    ),
    PlaybookVerdict("renewal-risk", 1, Verdict.NOT_MATCHING, FAILING),
    PlaybookVerdict("gone-silent", 1, Verdict.COOLDOWN, CONDITIONS, until=NOW + hours(200)),
    PlaybookVerdict("support-storm", 2, Verdict.BUDGET, CONDITIONS, until=NOW + hours(24), limit=5),
)
HELD = (
    PlaybookVerdict("usage-drop", 3, Verdict.STALE, CONDITIONS, source="Usage"),
    PlaybookVerdict("gone-silent", 1, Verdict.MASS_DROP, CONDITIONS),
    PlaybookVerdict("renewal-risk", 1, Verdict.WOULD_OPEN, CONDITIONS, until=NOW + hours(1)),
    PlaybookVerdict("support-storm", 1, Verdict.HOLDOUT, CONDITIONS),
    PlaybookVerdict("win-back", 1, Verdict.CHURNED),
)
NOT_ASKED = (
    NotAsked("Ada Nováková", "asked_lately", NOW + hours(90)),
    NotAsked("<!here> *Bo*", "unsubscribed"),
    *(NotAsked(f"Contact {number} " + "x" * 200, why) for number, why in enumerate(("a_year", "limit", "waiting", "bounced", "odd"))),
)
OF_PLAYS = (
    PlaybookVerdict(
        "onboarding-b2b",
        3,
        Verdict.RUNNING,
        since=NOW - hours(300),
        step="wait until active_users.recent >= 5, at most 1 week (step 2 of 7)",
        waiting="active_users.recent >= 5",
        until=NOW + hours(60),
        variant="video",
    ),
    PlaybookVerdict("gifts", 1, Verdict.RUNNING, since=NOW - hours(30), silent="shadow", step="wait 2 weeks", until=NOW + hours(60)),
    PlaybookVerdict("weekly-round", 1, Verdict.RUNNING, silent="holdout", waiting="event `<!here>`"),
    PlaybookVerdict("anniversary", 1, Verdict.ENDED, ended_at=NOW - hours(90), reason="goal", until=NOW + hours(9000)),
    PlaybookVerdict(
        "trial-ending",
        2,
        Verdict.COOLDOWN,
        until=NOW + hours(9),
        ended_at=NOW - hours(9),
        reason="taken_over",
        by=ANNA,
        step="wait 2 weeks",
    ),
    PlaybookVerdict("upsell", 1, Verdict.UNLESS, CONDITIONS, rule="tickets.breached > 0 AND note = '<`&'"),
    PlaybookVerdict("champion-thanks", 1, Verdict.LIMITS, CONDITIONS, rule="3 per 7d", until=NOW + hours(24)),
    PlaybookVerdict("renewal-risk", 1, Verdict.PAUSED, since=NOW - hours(2), by=BEN),
    PlaybookVerdict("new-idea", 1, Verdict.DRAFT),
    PlaybookVerdict("few-seats", 0, Verdict.BROKEN, rule="few-seats.yml:6: `when`, column 1: unknown signal `<seats>` (nearest: seats)"),
    PlaybookVerdict("ticket-thanks", 1, Verdict.NOT_TRIGGERED, trigger="on the event ticket_solved"),
    PlaybookVerdict("by-hand", 1, Verdict.NOT_TRIGGERED),
    PlaybookVerdict("nps-renewal", 1, Verdict.ASKED, since=NOW - hours(20), until=NOW + hours(90), not_asked=NOT_ASKED[:2]),
    PlaybookVerdict("nps-half-yearly", 1, Verdict.NOT_TRIGGERED, trigger="every 26w", not_asked=NOT_ASKED),
)

WHY_EXAMPLES: dict[str, Message] = {
    "why": WhyAnswer(now=NOW, account=NORTHWIND, playbooks=VERDICTS, usage=READ),
    "why-held": WhyAnswer(now=NOW, account=HOSTILE, playbooks=HELD),
    "why-plays": WhyAnswer(now=NOW, account=NORTHWIND, playbooks=OF_PLAYS),
    "why-nothing": WhyAnswer(now=NOW, account=NORTHWIND, playbooks=()),
}
