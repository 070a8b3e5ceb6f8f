"""The audit trail: who did what when."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from bot.messages.actions import AdminSection, Callback
from bot.messages.catalog.admin import AdminAnswer
from bot.messages.catalog.facts import Account, Person
from bot.messages.catalog.message import Modal

LONGEST = 200


@dataclass(frozen=True)
class AuditSearch:
    """What is looked for. `who` is a Slack user or `staysail`, `what` a deed or a group of deeds, `about` a part of an account's name or a
    playbook's name, `since` the first day.
    """

    who: str = ""
    what: str = ""
    about: str = ""
    since: date | None = None

    def value(self, page: int) -> str:
        """For a button. `read_audit_value` is its inverse."""
        since = self.since.isoformat() if self.since else ""
        return json.dumps([page, self.who, self.what, self.about[:LONGEST], since], ensure_ascii=False)


def read_audit_value(value: str) -> tuple[AuditSearch, int]:
    page, who, what, about, since = json.loads(value)
    return AuditSearch(who, what, about, date.fromisoformat(since) if since else None), int(page)


@dataclass(frozen=True)
class AuditLine:
    """`who` None: Staysail itself. `before` and `after`: what a setting was and is; `whom`: for or with whom; `why`: a note, a reason."""

    at: datetime
    what: str
    who: Person | None = None
    account: Account | None = None
    playbook: str = ""
    whom: Person | None = None
    setting: str = ""
    before: str | None = None
    after: str | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditAnswer(AdminAnswer):
    """One page, newest first. `more`: there is a next one. `from_day`: how far back was looked, when that was not asked for."""

    PAGE_SIZE: ClassVar[int] = 20
    template: ClassVar[str] = "audit"
    section: AdminSection = AdminSection.AUDIT
    search: AuditSearch = AuditSearch()
    lines: tuple[AuditLine, ...] = ()
    page: int = 1
    more: bool = False
    from_day: date | None = None


@dataclass(frozen=True, kw_only=True)
class AuditSearchModal(Modal):
    """`groups`: what can be chosen. `reply_to` is where the answer is shown in place of the one before."""

    template: ClassVar[str] = "audit-search"
    callback: ClassVar[Callback] = Callback.AUDIT_SEARCH
    search: AuditSearch = AuditSearch()
    reply_to: str = ""

    @property
    def metadata(self) -> str:
        return json.dumps({"reply_to": self.reply_to})
