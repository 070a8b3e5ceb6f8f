"""Accounts as they stand before a meeting: one of which much is known, one of which nothing is, and one full of hostile words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.messages.catalog.example_cast import FALLING, HOSTILE, NORTHWIND, TODAY
from bot.messages.catalog.review_picture import Answered, Before, Happened, Line, Picture, Point, Promised

STEADY = (31.0, 30, 33, 35, 34, 38, 41, 40, 44, 47, 46, 51, 53)
EVIL = "> <!here> *all* & _you_ `co` ~no~ <https://evil.example|click> {{7*7}}\n• one\n\u202egnp.exe " + "long & <winded> " * 400


def weekly(values: tuple[float | None, ...]) -> tuple[tuple[date, float | None], ...]:
    """The weeks that end before the day of the picture."""
    return tuple((TODAY - timedelta(days=7 * (len(values) - at)), value) for at, value in enumerate(values))


KNOWN = Picture(
    review_id=7,
    account_id=NORTHWIND.id,
    account=NORTHWIND.name,
    url=NORTHWIND.url or "",
    type="qbr",
    at=datetime(2026, 11, 24, 9, tzinfo=UTC),
    zone="Europe/Prague",
    language="en",
    organizer="Anna Lind",
    company="Ours",
    taken_on=TODAY,
    since=date(2026, 8, 27),
    people=("Ola Nordmann", "Eva Malá"),
    agenda="- How your team uses the product, and what has changed of late\n- What was agreed in August\n- What comes next",
    before=Before(
        type="qbr",
        on=date(2026, 8, 27),
        agreed="Roll out to the Brno office by November\nA training for new admins",
        note="A good talk, they want more people in",
        mood=4,
        people=("Ola Nordmann", "Eva Malá"),
    ),
    goals="Monthly reports without spreadsheets by the end of the year",
    stage="adoption",
    plan="Team",
    seats=60,
    seats_used=17.5,
    seats_unit="a day",
    arr=48_000,
    currency="EUR",
    renewal_on=date(2027, 1, 29),
    health=54.2,
    lines=(
        Line("active_users", "Active users", "a day", weekly(FALLING), 40.4),
        Line("reports_run", "Reports run", "", weekly(STEADY), 38.9),
        Line("api_calls", "API calls", "", weekly((1240, 1190, 1260, 1255, 1201, 1230, 1244, 1250, 1199, 1221, 1240, 1235, 1242)), 1232),
        Line("exports", "Exports", "", weekly((4, 5, None, 4, 6, 5, 4, 5, 5, 4, 3, 4, 4)), 4.8),
    ),
    answers=(
        Answered(
            "nps-half-yearly",
            "nps",
            3,
            date(2026, 11, 12),
            "Eva Malá",
            "Exports take an hour, and nobody could tell us why.",
            ("Reports and exports",),
            "low",
            "A call with our exports team",
            date(2026, 12, 4),
        ),
        Answered("csat-onboarding", "csat", 5, date(2026, 10, 2), "Ola Nordmann", "The training was great.", (), "high"),
    ),
    themes=("Reports and exports", "Speed"),
    promises=(
        Promised("Send the guide to single sign-on", "Anna Lind", date(2026, 11, 12), overdue=True, agreed=True),
        Promised("Ask the product team about faster exports", "Ben Okafor", date(2026, 12, 4), agreed=True),
    ),
    kept=("Book the training for new admins",),
    kept_agreed=("Book the training for new admins",),
    alerts=(
        Happened("Usage drop: active users 41 → 17", date(2026, 11, 16)),
        Happened("Health drop", date(2026, 9, 14), "recovered by itself"),
    ),
    escalations=(Happened("Integrations: the order import stops at night", date(2026, 10, 20), "agreed with the customer"),),
    points=(
        Point("A promise of ours is overdue", "“Send the guide to single sign-on”, Anna Lind, was due 12 Nov"),
        Point("Somebody there is unhappy", "Eva Malá answered NPS 3 on 12 Nov: “Exports take an hour, and nobody could tell us why.”"),
        Point("Usage is down", "Active users: 18 a day of late, 57 % below the usual 40"),
    ),
)
UNKNOWN = Picture(
    review_id=8,
    account_id="a-1190",
    account="Quill Press",
    url="",
    type="call",
    at=datetime(2026, 11, 24, 15, 30, tzinfo=UTC),
    zone="America/New_York",
    language="en",
    organizer="Ben Okafor",
    company="",
    taken_on=TODAY,
    since=date(2026, 8, 25),
)
EVERYTHING = replace(
    KNOWN,
    people=tuple(f"Person {at} of a long list" for at in range(40)),
    lines=tuple(Line(f"metric_{at}", f"Metric {at}", "a day", weekly(FALLING), 10.0 + at) for at in range(30)),
    answers=KNOWN.answers * 20,
    themes=tuple(f"Theme {at}" for at in range(30)),
    promises=KNOWN.promises * 20,
    kept=KNOWN.kept * 40,
    alerts=KNOWN.alerts * 20,
    escalations=KNOWN.escalations * 20,
    tickets=(("tickets.open", 3), ("tickets.breached", 1)),
)
LOUD = replace(
    KNOWN,
    account=HOSTILE.name,
    url=HOSTILE.url or "",
    type="<!channel>",
    zone="<@U1>/*x*",
    people=(EVIL, "<@U1>"),
    before=Before("qbr", date(2026, 8, 27), "\n".join([EVIL] * 30), EVIL, 9, (EVIL,)),
    goals=EVIL,
    stage=EVIL,
    plan=EVIL,
    lines=(Line("x", EVIL, EVIL, weekly(FALLING), 40.0), Line("y", "", "", weekly((None,) * 13), None)),
    answers=(Answered(EVIL, EVIL, 3, date(2026, 11, 12), EVIL, EVIL, (EVIL, EVIL), "low", EVIL),) * 9,
    themes=(EVIL,) * 9,
    promises=(Promised(EVIL, EVIL, date(2026, 11, 12), overdue=True),) * 9,
    kept=(EVIL,) * 9,
    alerts=(Happened(EVIL, date(2026, 11, 1), EVIL),) * 9,
    escalations=(Happened(EVIL, date(2026, 11, 1)),) * 9,
    tickets=((EVIL, 3),),
    points=(Point(EVIL, EVIL),) * 3,
    missing=(EVIL,),
)
