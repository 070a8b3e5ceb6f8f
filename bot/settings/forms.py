"""The sections of staysail.yml: their keys, and what each may hold."""

import re
from datetime import timedelta
from difflib import get_close_matches
from email.utils import parseaddr
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bot.connectors.ports import Aggregate
from bot.documents.words import shown, wrong
from bot.durations import Allowance, AllowanceField, Duration

CHANNEL = re.compile(r"#[^\s#,A-Z]{1,80}|[CG][A-Z0-9]{6,}")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        near = get_close_matches(str(name), available_timezones(), n=1, cutoff=0.5)  # the list is slow to make
        cure = "allowed: an IANA zone such as Europe/Prague" + (f"; nearest: {near[0]}" if near else "")
        raise wrong(f"found {shown(name)}", cure) from None


def _channel(name: Any) -> str:
    if not isinstance(name, str) or not CHANNEL.fullmatch(name):
        raise wrong(f"found {shown(name)}", 'allowed: "#channel-name" (in quotes, since # starts a comment) or a channel id')
    return name


def _source_url(text: str) -> str:
    """The text itself is never shown: it may hold a password."""
    allowed = "allowed: an SQLAlchemy URL such as sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise wrong("found no URL", allowed) from None
    name = url.drivername.replace("postgres", "postgresql", 1) if url.drivername == "postgres" else url.drivername
    try:
        url.set(drivername=name).get_dialect().import_dbapi()
    except NoSuchModuleError:
        raise wrong(f"found the unknown dialect `{name}`", allowed) from None
    except ImportError as error:
        raise wrong(f"the driver for `{name}` is not installed ({error})", f"install it; {allowed}") from None
    return text


Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Channel = Annotated[str, BeforeValidator(_channel)]
OptionalChannel = Annotated[str | None, BeforeValidator(_channel)]
SourceUrl = Annotated[str, AfterValidator(_source_url)]


class Workspace(Section):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, arbitrary_types_allowed=True)

    timezone: Zone = ZoneInfo("UTC")
    business_hours: str = "Mon-Fri 09:00-18:00"
    holidays: str | None = None


class Channels(Section):
    alerts: Channel
    managers: OptionalChannel = None
    admins: OptionalChannel = None
    routes: tuple[Any, ...] = ()


class Route(Section):
    """Alerts of accounts for which `when` holds go to the channel `to`; the first route that fits counts."""

    when: str
    to: Channel


class MetricForm(Section):
    source: str = Field(alias="from", min_length=1)
    account: str = Field(min_length=1)
    day: str = Field(min_length=1)
    value: str = Field(min_length=1)
    aggregate: Aggregate = "avg"
    recent: Duration = timedelta(days=14)
    baseline: Duration = timedelta(days=56)
    min_baseline: Duration | None = None
    label: str | None = None
    where: str | None = None


class Freshness(Section):
    """Data older than `stale_after`, or a drop of more than the share `mass_drop` at once, holds alerts."""

    stale_after: Duration = timedelta(days=2)
    mass_drop: float = Field(default=0.30, gt=0, le=1)


class UsageSettings(Freshness):
    url: SourceUrl
    metrics: dict[str, Any] = Field(min_length=1)
    timeout: Duration = timedelta(minutes=10)


def _mailbox(text: str) -> str:
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", address) or "\n" in text:
        raise wrong(f"found {shown(text)}", "allowed: an address such as cs@ours.example, or Customer success <cs@ours.example>")
    return text


Mailbox = Annotated[str, AfterValidator(_mailbox)]


def _smtp_url(text: str) -> str:
    """The text itself is never shown: it may hold a password."""
    allowed = "allowed: smtp://USER:PASSWORD@HOST:587, with ?tls=required if it must be encrypted, or smtps://USER:PASSWORD@HOST"
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0 and parts.query in ("", "tls=required")
    except ValueError:
        right = False
    if not right:
        raise wrong("found no address of a mail server", allowed)
    return text


class EmailSettings(Section):
    """`per_second` is for the whole server; `language` is that of letters to contacts whose own is unknown."""

    url: Annotated[str, AfterValidator(_smtp_url)]
    sender: Mailbox = Field(alias="from")
    tracking: Literal["none", "clicks"] = "none"
    per_second: float = Field(default=5, gt=0)
    language: str = Field(default="en", pattern=r"^[a-z]{2,3}(-[a-z0-9]+)?$")


def _web_address(text: str) -> str:
    if not re.match(r"https?://[^\s/]+", text):
        raise wrong(f"found {shown(text)}", "allowed: an address such as https://app.ours.example")
    return text


Links = dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Annotated[str, AfterValidator(_web_address)]]


class LimitSettings(Section):
    """`contact` and `account`: how many letters within how long, across all playbooks."""

    cards_a_day: int = Field(default=5, ge=1, strict=True)
    posts_per_second: float = Field(default=1, gt=0)
    contact: AllowanceField = Allowance(3, timedelta(days=7))
    account: AllowanceField = Allowance(6, timedelta(days=7))


class TakeByForm(Section):
    """An alert of at least this `priority` is to be taken within this business time of its owner; `1d` is one business day."""

    priority: float | None = None
    within: Duration


class AlertSettings(Section):
    """`group`: an account's alerts share one card, or each playbook has its own. `deadlines`: the first that fits counts.

    `worse_by`: by how much worse than at its closing an alert must be to open again before its time. A playbook whose cards were
    useful less often than `min_precision` loses them to the digest.
    """

    group: Literal["account", "playbook"] = "account"
    deadlines: tuple[TakeByForm, ...] = (TakeByForm(within=timedelta(days=1)),)
    worse_by: float = Field(default=0.2, gt=0, le=10)
    min_precision: float = Field(default=0.3, ge=0, le=1)


def _time_of_day(value: Any) -> str:
    """YAML takes an unquoted 12:30 for a number in base 60."""
    text = f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        raise wrong(f"found {shown(value)}", 'allowed: a time of day such as "08:30"')
    return text.rjust(5, "0")


TimeOfDay = Annotated[str, BeforeValidator(_time_of_day)]


class DigestSettings(Section):
    """`at` is the time of day where each person is; the managers' week comes on `week_day` at the workspace's."""

    at: TimeOfDay = "08:30"
    week_day: Literal["Mon", "Tue", "Wed", "Thu", "Fri"] = "Mon"
    enabled: bool = True


class AwaySettings(Section):
    """`stand_ins`: who looks after whose accounts, by e-mail address. `emoji`: Slack statuses that mean somebody is away."""

    stand_ins: dict[str, str] = Field(default_factory=dict)
    emoji: tuple[str, ...] = (":palm_tree:", ":face_with_thermometer:")


class UrgencyForm(Section):
    label: str = Field(min_length=1, max_length=60)
    within: Duration


URGENCIES = {
    "now": UrgencyForm(label="Now: it burns", within=timedelta(hours=1)),
    "today": UrgencyForm(label="Within a day", within=timedelta(days=1)),
    "week": UrgencyForm(label="This week", within=timedelta(days=3)),
}


class RoomSettings(Section):
    """Escalations. `specialists`: by topic, the e-mail addresses of those who help; `urgencies`: business time until an answer is due."""

    private: bool = True
    prefix: str = Field(default="acct", pattern=r"^[a-z0-9][a-z0-9_-]{0,19}$")
    specialists: dict[Annotated[str, Field(min_length=1, max_length=60)], tuple[str, ...]] = Field(default_factory=dict)
    urgencies: dict[str, UrgencyForm] = Field(default=URGENCIES, min_length=1, max_length=10)
    bookmarks: dict[str, Annotated[str, AfterValidator(_web_address)]] = Field(default_factory=dict, max_length=20)


class HealthRuleForm(Section):
    when: str = Field(min_length=1)
    points: float = Field(gt=0, le=1000, strict=True)


class RoleSettings(Section):
    """E-mail addresses, or Slack user groups as `@handle`.

    `money`: who sees it, all of the team or only those who look after the account.
    """

    admins: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    money: Literal["team", "owners"] = "team"


class Document(Section):
    """The top level of staysail.yml; each section is checked by its own model."""

    workspace: dict[str, Any] = Field(default_factory=dict)
    channels: dict[str, Any]
    crm: dict[str, Any]
    usage: dict[str, Any] | None = None
    email: dict[str, Any] | None = None
    limits: dict[str, Any] = Field(default_factory=dict)
    roles: dict[str, Any] = Field(default_factory=dict)
    alerts: dict[str, Any] = Field(default_factory=dict)
    digest: dict[str, Any] = Field(default_factory=dict)
    away: dict[str, Any] = Field(default_factory=dict)
    rooms: dict[str, Any] = Field(default_factory=dict)
    surveys: dict[str, Any] = Field(default_factory=dict)
    meetings: dict[str, Any] = Field(default_factory=dict)
    reviews: tuple[Any, ...] = ()
    segments: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, Any] = Field(default_factory=dict)
    health: dict[str, Any] = Field(default_factory=dict)
    letters: str | None = None
    links: Links = Field(default_factory=dict)
    playbooks: str | None = None
    enable: tuple[str, ...] = ("usage-drop",)
    sweep_every: Duration = timedelta(hours=1)
