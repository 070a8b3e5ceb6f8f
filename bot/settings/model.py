"""Settings as everything else sees them: frozen, checked, passed down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.accounts.business_hours import BusinessHours
from bot.accounts.catalogue import Kind
from bot.connectors.ports import Metric
from bot.documents.source import Source
from bot.errors import Finding
from bot.settings.crm_forms import CrmSettings
from bot.settings.customer_forms import MeetingSettings, SurveySettings
from bot.settings.forms import (
    AlertSettings,
    AwaySettings,
    Channels,
    DigestSettings,
    EmailSettings,
    Freshness,
    LimitSettings,
    RoleSettings,
    RoomSettings,
    Route,
    UsageSettings,
    Workspace,
)
from bot.settings.overrides import Changed


@dataclass(frozen=True)
class Environment:
    """What the process is told by variables; secrets live only here."""

    database_url: str = "sqlite:///staysail.db"
    slack_bot_token: str | None = None
    slack_app_token: str | None = None
    slack_signing_secret: str | None = None
    slack_api_url: str = "https://slack.com/api/"
    staysail_secret: str | None = None
    staysail_url: str | None = None

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Environment":
        found = {name: variables[name.upper()] for name in cls.__dataclass_fields__ if variables.get(name.upper())}
        if "slack_api_url" in found:
            found["slack_api_url"] = found["slack_api_url"].rstrip("/") + "/"
        return cls(**found)


@dataclass(frozen=True)
class Written:
    """An expression of staysail.yml, not yet compiled. `place` is its file and line with the key: `staysail.yml:7: segments.big`."""

    text: str
    place: str


@dataclass(frozen=True)
class OwnField:
    """A value of an account that playbooks may set."""

    kind: Kind
    place: str


@dataclass(frozen=True)
class HealthRule:
    """`points` for accounts for which `when` holds."""

    when: Written
    points: float


@dataclass(frozen=True)
class Cadence:
    """How often accounts for which `when` holds have a review of a type; all lengths are whole days."""

    type: str
    when: Written
    every: int
    ahead: int
    sooner_when: Written | None = None


@dataclass(frozen=True)
class Settings:
    """Everything that was said in staysail.yml and the environment, and what admins changed in Slack.

    `file` is staysail.yml as it was read; `changed` are the changes in force by key; `ignored` says which ones do not fit, and why.
    """

    path: Path
    environment: Environment
    workspace: Workspace
    hours: BusinessHours
    channels: Channels
    routes: tuple[Route, ...]
    crm: CrmSettings
    usage: UsageSettings | None
    metrics: Mapping[str, Metric]
    limits: LimitSettings
    roles: RoleSettings
    alerts: AlertSettings
    digest: DigestSettings
    away: AwaySettings
    rooms: RoomSettings
    surveys: SurveySettings
    meetings: MeetingSettings
    survey_hours: BusinessHours
    email: EmailSettings | None
    letters: Path | None
    links: Mapping[str, str]
    playbooks: Path | None
    enable: tuple[str, ...]
    sweep_every: timedelta
    segments: Mapping[str, Written]
    fields: Mapping[str, OwnField]
    health: Mapping[str, tuple[HealthRule, ...]]
    """By stage; `default` for all others."""
    reviews: tuple[Cadence, ...] = ()
    file: Source = field(default_factory=lambda: Source(""), repr=False, compare=False)
    changed: Mapping[str, Changed] = field(default_factory=dict)
    ignored: tuple[Finding, ...] = ()

    @property
    def freshness(self) -> Freshness:
        return self.usage or Freshness()

    @property
    def zone(self) -> ZoneInfo:
        return self.workspace.timezone

    @property
    def admin_channel(self) -> str:
        return self.channels.admins or self.manager_channel

    @property
    def manager_channel(self) -> str:
        return self.channels.managers or self.channels.alerts

    @property
    def survey_folder(self) -> Path | None:
        """Where one's own surveys stand."""
        return self.path.parent / self.surveys.folder if self.surveys.folder else None

    @property
    def deck_template(self) -> Path | None:
        """One's own template of decks; None: ours."""
        return self.path.parent / self.meetings.deck if self.meetings.deck else None

    @property
    def company(self) -> str:
        """What questions call us: `surveys.company`, else the name in `email.from`, else the domain of its address."""
        name, address = parseaddr(self.email.sender) if self.email else ("", "")
        return self.surveys.company or name or address.rpartition("@")[2]
