"""The audit trail, searched. Newest first along the index of time, or that of an account; a search for a person or a deed alone goes back
`FAR` and no further, unless it says since when: there may be millions of traces.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from bot.clock import day_of, start_of
from bot.durations import parse_duration
from bot.functions import any_case
from bot.messages import catalog as m
from bot.messages.render import words_of
from bot.settings.changeable import CHANGEABLE
from models import Account, Teammate, Trace

STAYSAIL: Final = "staysail"
FAR: Final = timedelta(days=90)
MOST_ACCOUNTS: Final = 50
NOTES: Final = ("note", "why", "reason", "problem")


def deeds() -> Mapping[str, tuple[str, str]]:
    """Every deed: its group, and in words."""
    return words_of("_deeds.j2", "DEEDS")


def groups() -> Mapping[str, str]:
    return words_of("_deeds.j2", "GROUPS")


def read_words(session: Session, text: str, now: datetime, zone: ZoneInfo) -> m.AuditSearch:
    """What somebody types after `/stay audit`: a person, a deed or group of deeds, a date or length of time; the rest is an account."""
    who, what, since, rest = "", "", None, []
    for word in text.split():
        if day := _day(word, now, zone):
            since = day
        elif not what and (deed := _deed(word.lower())):
            what = deed
        elif not who and (person := _person(session, word)):
            who = person
        else:
            rest.append(word)
    return m.AuditSearch(who, what, " ".join(rest), since)


def _day(word: str, now: datetime, zone: ZoneInfo) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        pass
    try:
        return day_of(now - parse_duration(word), zone)
    except ValueError:
        return None


def _deed(word: str) -> str:
    """A group by the first word of its own, or a deed by its name."""
    group = next((name for name, label in groups().items() if word in (name, label.lower().split()[0])), "")
    return group or (word if word in deeds() else "")


def _person(session: Session, word: str) -> str:
    """A mention, an e-mail address, or a name that one of us alone bears."""
    if word.lower() == STAYSAIL:
        return STAYSAIL
    if mentioned := re.fullmatch(r"<@([A-Z0-9]+)(\|[^>]*)?>", word):
        return mentioned[1]
    name = word.removeprefix("@").lower()
    pattern = f"%{_liked(name)}%"
    fits = or_(Teammate.email == name, any_case(Teammate.name).like(pattern, escape="/"))
    found = session.execute(select(Teammate.slack_id, Teammate.name, Teammate.email).where(fits, ~Teammate.is_foreign).limit(20)).all()
    exact = [row.slack_id for row in found if row.email == name or name in row.name.lower().split()]
    return exact[0] if len(exact) == 1 else ""


def _liked(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def conditions(session: Session, search: m.AuditSearch, now: datetime, zone: ZoneInfo) -> tuple[list[ColumnElement[bool]], date | None]:
    """What a trace must fulfil, and the first day that is looked at when the search itself names none."""
    found: list[ColumnElement[bool]] = []
    if search.who:
        found.append(Trace.actor == search.who)
    if search.what:
        names = [search.what] if search.what in deeds() else [name for name, (group, _) in deeds().items() if group == search.what]
        found.append(Trace.what.in_(names))
    if search.about:
        found.append(_about(session, search.about))
    if search.since:
        return [*found, Trace.at >= start_of(search.since, zone)], None
    if not found or search.about:
        return found, None
    far = day_of(now - FAR, zone)
    return [*found, Trace.at >= start_of(far, zone)], far


def _about(session: Session, text: str) -> ColumnElement[bool]:
    """Accounts, also those that are gone; or else a playbook of just that name."""
    wanted = text.lower()
    name = any_case(Account.name)
    fits = or_(Account.id == text, name.like(f"%{_liked(wanted)}%", escape="/"))
    accounts = session.scalars(select(Account.id).where(fits).order_by(name != wanted, Account.name).limit(MOST_ACCOUNTS)).all()
    return Trace.account_id.in_(accounts) if accounts else Trace.playbook == wanted


def newest_first(where: Sequence[ColumnElement[bool]]) -> Select[Trace]:
    return select(Trace).where(*where).order_by(Trace.at.desc(), Trace.id.desc())


def audit_page(session: Session, search: m.AuditSearch, page: int, now: datetime, zone: ZoneInfo, said: str = "") -> m.AuditAnswer:
    where, far = conditions(session, search, now, zone)
    size = m.AuditAnswer.PAGE_SIZE
    traces = session.scalars(newest_first(where).offset((page - 1) * size).limit(size + 1)).all()
    wanted = {trace.account_id for trace in traces if trace.account_id}
    accounts = {account.id: account for account in session.scalars(select(Account).where(Account.id.in_(wanted)))} if wanted else {}
    lines = tuple(_line(trace, accounts.get(trace.account_id or "")) for trace in traces[:size])
    return m.AuditAnswer(search=search, lines=lines, page=page, more=len(traces) > size, from_day=far, said=said)


def _line(trace: Trace, account: Account | None) -> m.AuditLine:
    detail = trace.detail
    setting = CHANGEABLE.get(str(detail.get("setting", "")))
    whom = detail.get("whom")
    return m.AuditLine(
        at=trace.at,
        what=trace.what,
        who=None if trace.actor == STAYSAIL else m.Person(slack_id=trace.actor),
        account=m.Account(account.id, account.name, account.url) if account else None,
        playbook=trace.playbook or "",
        whom=m.Person(slack_id=whom) if isinstance(whom, str) and whom else None,
        setting=setting.label if setting else str(detail.get("setting", "")),
        before=_one_line(detail, "from") if "setting" in detail else None,
        after=_one_line(detail, "to") if "setting" in detail else None,
        why=next((str(detail[name]) for name in NOTES if detail.get(name)), ""),
    )


def _one_line(detail: Mapping[str, Any], name: str) -> str:
    return ", ".join(str(detail.get(name) or "").splitlines())
