"""Who and what the examples are about."""

from datetime import UTC, date, datetime, timedelta

from bot.messages.catalog.facts import (
    Account,
    AccountFacts,
    Cause,
    Change,
    Condition,
    Contact,
    DataAge,
    Did,
    HistoryLine,
    Money,
    Person,
    Reason,
    Signal,
)

NOW = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


ANNA = Person("U0ANNA", "Anna Lind", "anna@ours.example")
BEN = Person("U0BEN", "Ben Okafor", "ben@ours.example")
PETRA = Person(None, "Petra Nová", "petra@ours.example")

NORTHWIND = Account("a-1041", "Northwind Traders", "https://crm.example/accounts/a-1041")
ALDER = Account("a-1107", "Alder & Sons", "https://crm.example/accounts/a-1107")
QUILL = Account("a-1190", "Quill Press")
HOSTILE = Account(
    "a-666",
    "<!channel> & *Co* {{7*7}}\n\u202egnp.exe " + "very long " * 30,
    "https://crm.example/?q=<@U1>|x y\"'",
)

READ = DataAge(date(2026, 11, 22), NOW - hours(2))
FALLING = (43.0, 41, 44, 40, 42, 41, 43, 39, 38, 33, 27, 19, 16)
SILENT = (22.0, 24, 21, None, 25, 23, 24, 22, 23, 20, 12, 0, 0)

FACTS = AccountFacts(
    today=TODAY,
    arr=Money(48_000, "EUR"),
    renewal_on=date(2027, 3, 12),
    plan="Team",
    seats=60,
    stage="adoption",
    owner=ANNA,
    usage=READ,
    trend=FALLING,
)
UNOWNED = AccountFacts(
    today=TODAY,
    arr=Money(240_000, "CZK"),
    renewal_on=date(2026, 12, 27),
    stage="growth",
    usage=READ,
    trend=SILENT,
)

DROP = Cause("usage-drop", Reason.DROP, Change("active users", 17.0, 41.2, 0.4126))
YOUNG = Cause("usage-drop", Reason.DROP, Change("active users", 17.0))
QUIET = Cause("gone-silent", Reason.SILENT, Change("active users", 0, 23.1, 0, days_silent=12))
RENEWAL = Cause("renewal-risk", Reason.RENEWAL, Change("active users", 8.1, 13, 0.62), renewal_in=34)
CONDITIONS = (
    Condition("active_users.ratio < 0.6", "active_users.ratio", 0.4126, True, NOW - hours(2)),
    Condition(
        "active_users.baseline >= 5",
        "active_users.baseline",
        41.2,
        True,
        NOW - hours(2),
    ),
    Condition("stage IN ('adoption', 'growth')", "stage", "adoption", True, NOW - hours(30)),
)
FAILING = (
    Condition("active_users.ratio < 0.6", "active_users.ratio", 0.83, False, NOW - hours(2)),
    Condition("nps.last <= 6", "nps.last", None, None),
)
OWN = Cause(
    "support-storm",
    about="Many open tickets and a poor last score",
    conditions=(
        Condition("open_tickets >= 5", "open_tickets", 7, True, NOW - hours(1)),
        Condition("nps.last <= 6", "nps.last", 4, True, NOW - hours(300)),
    ),
)

HISTORY = (
    HistoryLine(Did.OPENED, NOW - hours(94)),
    HistoryLine(Did.ASSIGNED, NOW - hours(93), BEN, ANNA, note="You know them best"),
    HistoryLine(
        Did.SNOOZED,
        NOW - hours(90),
        ANNA,
        until=NOW - hours(24),
        note="Their admin is on leave",
    ),
    HistoryLine(Did.RETURNED, NOW - hours(24)),
    HistoryLine(Did.WORSENED, NOW - hours(22), before=26, after=17),
    HistoryLine(Did.TAKEN, NOW - hours(1), BEN, ANNA),
)

SIGNALS = (
    Signal("active_users.recent", 17.0, "Usage", NOW - hours(2)),
    Signal("active_users.baseline", 41.2, "Usage", NOW - hours(2)),
    Signal("active_users.ratio", 0.4126, "Usage", NOW - hours(2)),
    Signal("active_users.days_silent", 0, "Usage", NOW - hours(2)),
    Signal("active_users.last_day", date(2026, 11, 22), "Usage", NOW - hours(2)),
    Signal("renewal_days", 109, "CRM", NOW - hours(1)),
    Signal("csm_notes", "likes *stars* & <angles>", "CRM", NOW - hours(30)),
    Signal("sso_enabled", True, "CRM", NOW - hours(1)),
    Signal("nps.last", None, "Surveys"),
)
CONTACTS = (
    Contact("Marta Silva", "Head of Operations", "marta_silva@northwind.example"),
    Contact("Jon <admin>", email="jon@northwind.example", opted_out=True),
)
