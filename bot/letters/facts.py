"""What a letter may say: the facts that its templates see, and the letter as it was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.letters.clean import first_name
from models import Account, Contact

YEAR = 365.2425


@dataclass(frozen=True)
class ContactFacts:
    name: str
    email: str
    role: str = ""
    first_name: str = ""


@dataclass(frozen=True)
class AccountFacts:
    """`years` is how many years the account has been a customer, to the nearest."""

    name: str
    plan: str | None = None
    seats: int | None = None
    stage: str | None = None
    started_on: date | None = None
    renewal_on: date | None = None
    years: int | None = None


@dataclass(frozen=True)
class CsmFacts:
    name: str
    email: str


@dataclass(frozen=True)
class LetterFacts:
    """`today` is the day in the workspace's zone; `signals` are by name, such as `active_users.recent`; `csm` None: nobody is known.

    `extra` holds by name what only some letters say (`needs` in letter.yml), and what no customer wrote.
    """

    contact: ContactFacts
    account: AccountFacts
    today: date
    csm: CsmFacts | None = None
    signals: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, contact: Contact, account: Account, today: date, csm: CsmFacts | None = None, signals: Mapping[str, Any] | None = None
    ) -> "LetterFacts":
        person = ContactFacts(contact.name, contact.email or "", contact.role or "", first_name(contact.name))
        return cls(person, _account(account, today), today, csm, signals or {})

    def plain(self) -> dict[str, Any]:
        """As templates see them: mappings of plain values."""
        people = {"contact": vars(self.contact), "account": vars(self.account), "csm": vars(self.csm) if self.csm else None}
        return people | {"today": self.today, "signals": self.signals}


def _account(account: Account, today: date) -> AccountFacts:
    started = account.started_on
    return AccountFacts(
        name=account.name,
        plan=account.plan,
        seats=account.seats,
        stage=account.stage,
        started_on=started,
        renewal_on=account.renewal_on,
        years=round((today - started).days / YEAR) if started else None,
    )


@dataclass(frozen=True)
class Draft:
    """A letter that a person may still change: no footer, no HTML yet."""

    subject: str
    text: str
    language: str


@dataclass(frozen=True)
class Written:
    """A letter as it is sent, but for the links of its footer, which get the dispatch's number when it leaves."""

    subject: str
    text: str
    html: str
    language: str
    essential: bool
