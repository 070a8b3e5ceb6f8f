"""`/stay admin` and its forms, in good times and bad."""

from dataclasses import replace
from datetime import timedelta

from bot.messages.actions import AdminSection
from bot.messages.catalog.admin import (
    AdminBreakers,
    AdminConnectors,
    AdminDropModal,
    AdminEditModal,
    AdminLetters,
    AdminOverview,
    AdminSettings,
    ConnectorLine,
    SettingLine,
)
from bot.messages.catalog.answers import DeadLetter, SourceLine
from bot.messages.catalog.audit import AuditAnswer, AuditLine, AuditSearch, AuditSearchModal
from bot.messages.catalog.cards import BreakerKind, BreakerNotice, Decision
from bot.messages.catalog.example_cast import ALDER, ANNA, BEN, HOSTILE, NORTHWIND, NOW, READ, hours
from bot.messages.catalog.facts import DataAge
from bot.messages.catalog.message import Message, Modal

HOOK = "https://hooks.slack.example/actions/T0/1/abc"
CARDS = SettingLine("limits.cards_a_day", "New cards a day", ("7",), "0f" * 8, "staysail.yml, line 14", ANNA, NOW - hours(30), "5")
CONTACT = SettingLine("limits.contact", "Letters to one contact", ("3 per 1w",), "1f" * 8)
ADMINS = SettingLine("roles.admins", "Admins", ("anna@ours.example", "@cs-admins"), "2f" * 8, "staysail.yml, line 15")
ROUTES = SettingLine(
    "channels.routes",
    "Routes",
    tuple(f"segment = '<!channel>{n}' AND `arr` > {n} -> #cs-{n}" for n in range(12)),
    "3f" * 8,
    by=ANNA,
    at=NOW,
)
IGNORED = "channels.routes (changed in Slack by <!here> *x*): no longer fits and is ignored: unknown signal `industry`"
DEAD = DeadLetter(
    "9f0c2a44d1", "Alder & Sons: usage-drop", "#cs-enterprise", "not_in_channel: type /invite @Staysail there", NOW - hours(5)
)
STALE = BreakerNotice(
    breaker_id=3,
    kind=BreakerKind.STALE,
    playbooks=("usage-drop",),
    since=NOW - hours(20),
    source="usage.active_users",
    newest=READ.up_to,
    age_days=4,
    limit_days=2,
)
DROP = BreakerNotice(
    breaker_id=4,
    kind=BreakerKind.MASS_DROP,
    playbooks=("usage-drop",),
    since=NOW - hours(2),
    would_open=90,
    eligible=200,
    limit_share=0.3,
    decision=Decision(False, BEN, NOW - hours(1)),
)
GOOD, BAD = SourceLine("crm.accounts", DataAge(None, NOW - hours(1), "CRM"), 1240), SourceLine("usage.x", READ, 90, "no such <table>", True)
LETTERS = AdminLetters(letters=(DEAD, replace(DEAD, outbox_id="a1", what=HOSTILE.name, why="<!channel> " * 60)), total=2)
LINES = (
    AuditLine(NOW - hours(1), "setting_changed", ANNA, setting="New cards a day", before="5", after="7"),
    AuditLine(NOW - hours(2), "setting_reset", ANNA, setting="Routes", before="arr > 1 -> #x", after=""),
    AuditLine(NOW - hours(3), "assigned", BEN, NORTHWIND, "usage-drop", ANNA, why="knows them best"),
    AuditLine(NOW - hours(4), "opened", None, ALDER, "usage-drop"),
    AuditLine(NOW - hours(4), "not_asked", None, ALDER, "nps-renewal", why="a_year"),
    AuditLine(NOW - hours(5), "unheard_of", BEN, HOSTILE, "<!here>", why="=1+1 <!channel> `*" * 20),
)
AUDIT = AuditAnswer(lines=LINES)
EDIT = AdminEditModal(
    key=CARDS.key, label=CARDS.label, hint="How many new cards an owner gets at most.", typed="5", shown=CARDS.shown, reply_to=HOOK
)

ADMIN_EXAMPLES: dict[str, Message] = {
    "admin": AdminOverview(changed=(CARDS,)),
    "admin-in-trouble": AdminOverview(changed=(ROUTES,) * 30, ignored=(IGNORED,) * 9, sources_bad=1, held=2, dead=1234, waiting=3),
    "admin-limits": AdminSettings(section=AdminSection.LIMITS, lines=(CARDS, CONTACT), said="Saved: “New cards a day” counts from now on."),
    "admin-roles": AdminSettings(section=AdminSection.ROLES, lines=(ADMINS, replace(ADMINS, value=(), place=""))),
    "admin-of-very-much": AdminSettings(
        section=AdminSection.CHANNELS, lines=(replace(ROUTES, in_file="x" * 400),) * 20, ignored=(IGNORED,) * 9
    ),
    "admin-connectors": AdminConnectors(
        now=NOW,
        sources=(ConnectorLine(GOOD), ConnectorLine(BAD, 4, ("row 7: <!channel> `arr` is not a number",) * 9)),
        lines=(replace(CONTACT, key="usage.stale_after", label="Usage counts as old after", value=("2d",)),),
    ),
    "admin-connectors-of-many": AdminConnectors(now=NOW, sources=(ConnectorLine(BAD),) * 40),
    "admin-connectors-none": AdminConnectors(now=NOW),
    "admin-breakers": AdminBreakers(held=(STALE, DROP), total=2),
    "admin-breakers-of-many": AdminBreakers(held=tuple(replace(STALE, breaker_id=n) for n in range(10)), total=12),
    "admin-breakers-none": AdminBreakers(),
    "admin-letters": LETTERS,
    "admin-letters-of-many": replace(
        LETTERS, letters=tuple(replace(DEAD, outbox_id=f"d{n}") for n in range(8)), total=99, page=3, said="Dropped."
    ),
    "admin-letters-past-the-end": AdminLetters(total=9, page=7),
    "admin-letters-none": AdminLetters(),
    "audit": AUDIT,
    "audit-searched": replace(
        AUDIT,
        search=AuditSearch("U0ANNA", "settings", HOSTILE.name, (NOW - timedelta(days=9)).date()),
        lines=LINES * 4,
        page=2,
        more=True,
    ),
    "audit-by-staysail": replace(AUDIT, search=AuditSearch("staysail", "opened"), from_day=(NOW - timedelta(days=90)).date()),
    "audit-nothing-found": AuditAnswer(search=AuditSearch(about="<!here>")),
    "audit-empty": AuditAnswer(),
}
ADMIN_MODALS: dict[str, Modal] = {
    "admin-edit": EDIT,
    "admin-edit-lines": replace(
        EDIT, key=ROUTES.key, label=ROUTES.label, hint="One a line. " * 20, typed="\n".join(ROUTES.value), lines=True, optional=True
    ),
    "admin-edit-choice": replace(
        EDIT, key="roles.money", label="Who sees money", typed="team", choices=(("team", "Everybody"), ("owners", "Owners"))
    ),
    "admin-edit-changed-meanwhile": replace(EDIT, warning="This was changed meanwhile.", now="9", by=BEN),
    "admin-drop": AdminDropModal(letter=DEAD, reply_to=HOOK),
    "admin-drop-hostile": AdminDropModal(letter=replace(DEAD, what=HOSTILE.name, where="<!here>", why="*x* " * 200), reply_to=HOOK),
    "audit-search": AuditSearchModal(reply_to=HOOK),
    "audit-search-again": AuditSearchModal(search=AuditSearch("U0ANNA", "settings", "Alder", NOW.date()), reply_to=HOOK),
}
