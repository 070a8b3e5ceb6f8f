"""The views. Those about an alert carry its id as private metadata."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from bot.messages.actions import Callback, alert_metadata
from bot.messages.catalog.details import LiveFacts, MailLine, NoteLine, SurveyAnswer
from bot.messages.catalog.facts import (
    Account,
    AccountFacts,
    Cause,
    Condition,
    Contact,
    HistoryLine,
    Person,
    Signal,
    State,
)
from bot.messages.catalog.message import Modal
from bot.messages.catalog.playbooks import PlayLine


@dataclass(frozen=True, kw_only=True)
class AlertModal(Modal):
    """A view about one alert."""

    callback: ClassVar[Callback]
    alert_id: int
    account: Account
    cause: Cause

    @property
    def metadata(self) -> str:
        return alert_metadata(self.alert_id)


@dataclass(frozen=True, kw_only=True)
class SnoozeModal(AlertModal):
    template: ClassVar[str] = "snooze"
    callback: ClassVar[Callback] = Callback.ALERT_SNOOZE
    earliest: date


@dataclass(frozen=True, kw_only=True)
class DismissModal(AlertModal):
    """`crm`: the fields of the CRM's record that can be written; none: nothing is asked about it."""

    template: ClassVar[str] = "dismiss"
    callback: ClassVar[Callback] = Callback.ALERT_DISMISS
    crm: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResolveModal(AlertModal):
    """`crm`: the fields of the CRM's record that can be written; none: nothing is asked about it."""

    template: ClassVar[str] = "resolve"
    callback: ClassVar[Callback] = Callback.ALERT_RESOLVE
    crm: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AssignModal(AlertModal):
    """`current`: who has it now, preselected when in Slack and not the reader (`mine`), who means somebody else."""

    template: ClassVar[str] = "assign"
    callback: ClassVar[Callback] = Callback.ALERT_ASSIGN
    current: Person | None = None
    mine: bool = False


@dataclass(frozen=True)
class EarlierAlert:
    cause: Cause
    state: State
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: str = ""
    who: Person | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DetailsModal(AlertModal):
    """Everything known. Signals may come in any order; they are grouped by source. `live`: what the sources told that were asked.

    `answers` are those that the alert is about, `answered_before` the account's other ones, newest first.
    `withheld`: the reader may not see money, nor what people wrote about the account, so none of it is here.
    """

    template: ClassVar[str] = "details"
    callback: ClassVar[Callback] = Callback.ALERT_DETAILS
    now: datetime
    signals: tuple[Signal, ...] = ()
    contacts: tuple[Contact, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    earlier: tuple[EarlierAlert, ...] = ()
    facts: AccountFacts | None = None
    live: LiveFacts = field(default_factory=LiveFacts)
    plays: tuple[PlayLine, ...] = ()
    mail: tuple[MailLine, ...] = ()
    notes: tuple[NoteLine, ...] = ()
    answers: tuple[SurveyAnswer, ...] = ()
    answered_before: tuple[SurveyAnswer, ...] = ()
    withheld: bool = False


@dataclass(frozen=True)
class WhyReason:
    """What one playbook saw, or no longer sees. `ended_at`: this reason has ended."""

    playbook: str
    version: int
    fired_at: datetime
    conditions: tuple[Condition, ...]
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class WhyModal(AlertModal):
    """What fired, reason by reason. A task that a person set has none."""

    template: ClassVar[str] = "why-modal"
    callback: ClassVar[Callback] = Callback.ALERT_WHY
    now: datetime
    reasons: tuple[WhyReason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoticeModal(Modal):
    """One sentence. `{who}` and `{at}` in it stand for the mention and the time."""

    template: ClassVar[str] = "notice"
    callback: ClassVar[Callback] = Callback.NOTICE
    text: str
    title: str = "Staysail"
    who: Person | None = None
    at: datetime | None = None
