"""The plain facts that messages are made of. Datetimes are aware; a date is a day in the workspace's zone."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

SignalValue = bool | int | float | str | date | datetime | None


@dataclass(frozen=True)
class Account:
    id: str
    name: str
    url: str | None = None


@dataclass(frozen=True)
class Person:
    """Someone of ours. Without a `slack_id` they are named, by name or e-mail, as not being in Slack."""

    slack_id: str | None = None
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Money:
    amount: float
    currency: str | None = None


@dataclass(frozen=True)
class Change:
    """A metric against its own baseline. `unit` follows the numbers ("a day"); `ratio` is recent / baseline."""

    metric: str
    recent: float | None = None
    baseline: float | None = None
    ratio: float | None = None
    days_silent: int | None = None
    unit: str = "a day"
    recent_days: int = 14
    baseline_days: int = 56


@dataclass(frozen=True)
class Condition:
    """One term of a playbook's `when`, as written, with the value it met. `holds` None: the value is unknown.

    `withheld`: the value is not for this reader.
    """

    text: str
    signal: str
    value: SignalValue
    holds: bool | None
    read_at: datetime | None = None
    withheld: bool = False


class Reason(StrEnum):
    """Which sentence tells the story. A team's own playbook is CUSTOM: told by its `about` and its conditions."""

    DROP = "drop"
    SILENT = "silent"
    RENEWAL = "renewal"
    CUSTOM = "custom"


class CardName(StrEnum):
    """The cards that alerts may have; each has its words in `templates/_cards.j2`. A task comes from a step of its own; answers to
    surveys need no playbook."""

    CHURN_RISK = "churn-risk"
    ONBOARDING_CHECK = "onboarding-check"
    CHECK_IN = "check-in"
    HEALTH_DROP = "health-drop"
    TRIAL_ENDING = "trial-ending"
    GOOD_NEWS = "good-news"
    UNHAPPY_ANSWER = "unhappy-answer"
    SURVEY_ANSWERS = "survey-answers"
    REVIEW_DUE = "review-due"
    TASK = "task"


@dataclass(frozen=True)
class Cause:
    """Why an alert stands, and which card shows it. `title` overrides the template's own words; `about` and `conditions` speak for
    CUSTOM, `task` (what is to be done, as the playbook's author wrote it) for a task, `review` (a type of meeting) and `due_in` (days until
    it is due, negative: overdue) for a review that nobody has planned. A task that was agreed in a meeting says in which (`meeting` is its
    type, `met_at` when it was), and who set it."""

    playbook: str
    reason: Reason = Reason.CUSTOM
    what: Change | None = None
    about: str = ""
    conditions: tuple[Condition, ...] = ()
    title: str = ""
    renewal_in: int | None = None
    card: CardName = CardName.CHURN_RISK
    task: str = ""
    review: str = ""
    due_in: int | None = None
    meeting: str = ""
    met_at: datetime | None = None
    set_by: Person | None = None


class State(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    RECOVERED = "recovered"
    ENDED = "ended"


class Did(StrEnum):
    """What happened to an alert, in its history."""

    OPENED = "opened"
    TAKEN = "taken"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    RETURNED = "returned"
    WOKEN = "woken"
    WORSENED = "worsened"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    RECOVERED = "recovered"
    REOPENED = "reopened"
    ENDED = "ended"
    TAKEN_OVER = "taken_over"
    JOINED = "joined"
    REASON_ENDED = "reason_ended"
    WROTE = "wrote"
    WITHDREW = "withdrew"
    ESCALATED = "escalated"
    ROOM_ACCEPTED = "room_accepted"
    ROOM_RETURNED = "room_returned"
    ROOM_CLOSED = "room_closed"
    MOVED = "moved"
    REMINDED = "reminded"
    TASK_SET = "task_set"
    WRITTEN_BACK = "written_back"
    WRITE_BACK_REFUSED = "write_back_refused"
    WRITE_BACK_FAILED = "write_back_failed"
    WRITE_BACK_UNDONE = "write_back_undone"
    ANSWERED = "answered"
    LOOP_CLOSED = "loop_closed"
    SCHEDULED = "scheduled"
    REVIEW_MOVED = "review_moved"
    REVIEW_CANCELLED = "review_cancelled"
    REVIEW_HELD = "review_held"
    REVIEW_NO_SHOW = "review_no_show"
    THEMED = "themed"


@dataclass(frozen=True)
class HistoryLine:
    """`who` None: Staysail itself. `whom`: the assignee, or the teammate acted for. `outcome`: an Outcome or DismissReason.

    `step`: where the play stood when somebody took over. `to`: somebody who is no teammate, by name. `playbook`: the reason's own.
    `meeting`: the type of the review that it is about. `undoing`: what stood in the CRM was to be taken back.
    """

    did: Did
    at: datetime
    who: Person | None = None
    whom: Person | None = None
    until: datetime | None = None
    outcome: str = ""
    before: float | None = None
    after: float | None = None
    note: str = ""
    step: str = ""
    to: str = ""
    playbook: str = ""
    meeting: str = ""
    undoing: bool = False


@dataclass(frozen=True)
class Worse:
    """Recent value when the alert opened, and now."""

    at_open: float
    now: float


@dataclass(frozen=True)
class DataAge:
    """How fresh a source is: its newest day and when it was read."""

    up_to: date | None
    read_at: datetime | None
    source: str = "Usage"


@dataclass(frozen=True)
class Signal:
    """`live`: nothing was read for it, it is what Staysail itself knows at this moment."""

    name: str
    value: SignalValue
    source: str
    read_at: datetime | None = None
    live: bool = False


@dataclass(frozen=True)
class Contact:
    name: str
    role: str = ""
    email: str = ""
    opted_out: bool = False


@dataclass(frozen=True)
class AccountFacts:
    """What is known about a customer. Money is None for a reader who may not see it. `today` counts the days left."""

    today: date
    arr: Money | None = None
    renewal_on: date | None = None
    plan: str = ""
    seats: int | None = None
    stage: str = ""
    owner: Person | None = None
    usage: DataAge | None = None
    trend: tuple[float | None, ...] = field(default=())
    trend_metric: str = "active users"
    trend_unit: str = "a day"

    @property
    def renewal_in(self) -> int | None:
        """Days until the renewal; negative when it has passed."""
        return (self.renewal_on - self.today).days if self.renewal_on else None


class Side(StrEnum):
    """Who reads of moved alerts: the new owner, the one before, or the managers, when the new one cannot be reached."""

    NEW = "new"
    OLD = "old"
    MANAGERS = "managers"


@dataclass(frozen=True)
class Precision:
    """How many of a playbook's last verdicts said useful; `low` and `high` are the ends of the share's 95 % interval."""

    useful: int
    verdicts: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.useful / self.verdicts if self.verdicts else 0.0
