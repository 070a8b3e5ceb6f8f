"""Settings: the environment and staysail.yml, read once into frozen values. Every error names file, line and key."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from bot.accounts.business_hours import BusinessHours
from bot.connectors.ports import Aggregate, Metric
from bot.documents.check import check
from bot.documents.source import Source, Way, read_source
from bot.documents.words import shown, wrong
from bot.durations import Duration
from bot.errors import Finding, InvalidInput

Model = TypeVar("Model", bound=BaseModel)
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
MIN_BASELINE = timedelta(days=28)
CHANNEL = re.compile(r"#[^\s#,A-Z]{1,80}|[CG][A-Z0-9]{6,}")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

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


class CrmSettings(Section):
    kind: Literal["sql"] = "sql"
    url: SourceUrl
    accounts: str = Field(min_length=1)
    contacts: str | None = None
    timeout: Duration = timedelta(minutes=5)


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


class EmailSettings(Section):
    url: str = Field(pattern=r"^smtps?://.+")
    sender: str = Field(alias="from", min_length=3)


class LimitSettings(Section):
    cards_a_day: int = Field(default=5, ge=1, strict=True)
    posts_per_second: float = Field(default=1, gt=0)


class RoleSettings(Section):
    """E-mail addresses, or Slack user groups as `@handle`."""

    admins: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()


class Document(Section):
    """The top level of staysail.yml; each section is checked by its own model."""

    workspace: dict[str, Any] = Field(default_factory=dict)
    channels: dict[str, Any]
    crm: dict[str, Any]
    usage: dict[str, Any] | None = None
    email: dict[str, Any] | None = None
    limits: dict[str, Any] = Field(default_factory=dict)
    roles: dict[str, Any] = Field(default_factory=dict)
    playbooks: str | None = None
    enable: tuple[str, ...] = ("usage-drop",)
    sweep_every: Duration = timedelta(hours=1)


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
class Settings:
    """Everything that was said in staysail.yml and the environment."""

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
    playbooks: Path | None
    enable: tuple[str, ...]
    sweep_every: timedelta

    @property
    def freshness(self) -> Freshness:
        return self.usage or Freshness()

    @property
    def zone(self) -> ZoneInfo:
        return self.workspace.timezone

    @property
    def admin_channel(self) -> str:
        return self.channels.admins or self.channels.managers or self.channels.alerts


def config_path(option: Path | None, variables: Mapping[str, str] = os.environ) -> Path:
    return option or Path(variables.get("STAYSAIL_CONFIG") or "staysail.yml")


def load_settings(path: Path, variables: Mapping[str, str] = os.environ) -> Settings:
    """InvalidInput carries every finding."""
    if not path.is_file():
        raise InvalidInput([Finding(str(path), "there is no such file", "name it with --config or $STAYSAIL_CONFIG")])
    source = read_source(path)
    if not source.value:
        raise InvalidInput(source.findings or [Finding(str(path), "the file is empty", "add the sections channels and crm")])
    source.value = _expand(source.value, (), source, variables)
    settings = _Reader(source).settings(Environment.read(variables))
    if source.findings or settings is None:
        raise InvalidInput(source.sorted_findings())
    return settings


def _expand(value: Any, way: Way, source: Source, variables: Mapping[str, str]) -> Any:
    """Puts variables in for `${NAME}`."""
    if isinstance(value, dict):
        return {key: _expand(item, (*way, key), source, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, (*way, at), source, variables) for at, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in VARIABLE.findall(value):
        if name not in variables:
            source.wrong(way, f"the variable {name} is not set", f"set {name} in the environment")
            source.misread.add(source.place(way))
    return VARIABLE.sub(lambda match: variables.get(match[1], ""), value)


class _Reader:
    """Checks each section by its own model, so that all mistakes are found in one go."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def _section(self, model: type[Model], value: Any, *way: str | int) -> Model | None:
        return check(model, value, way, self._source) if value is not None else None

    def settings(self, environment: Environment) -> Settings | None:
        document = self._section(Document, self._source.value)
        # A section that is no mapping has been reported with the document.
        raw = {key: value for key, value in self._source.value.items() if isinstance(value, dict)}
        workspace = self._section(Workspace, raw.get("workspace", {}), "workspace")
        channels = self._section(Channels, raw.get("channels"), "channels")
        routes = [self._section(Route, route, "channels", "routes", at) for at, route in enumerate(channels.routes if channels else ())]
        crm = self._section(CrmSettings, raw.get("crm"), "crm")
        usage = self._section(UsageSettings, raw.get("usage"), "usage")
        self._section(EmailSettings, raw.get("email"), "email")
        limits = self._section(LimitSettings, raw.get("limits", {}), "limits")
        roles = self._section(RoleSettings, raw.get("roles", {}), "roles")
        hours = self._hours(workspace) if workspace else None
        metrics = self._metrics(usage) if usage else {}
        if not (document and workspace and hours and channels and crm and limits and roles) or self._source.findings:
            return None
        folder = Path(self._source.name).parent
        return Settings(
            path=Path(self._source.name),
            environment=environment,
            workspace=workspace,
            hours=hours,
            channels=channels,
            routes=tuple(route for route in routes if route),
            crm=crm,
            usage=usage,
            metrics=metrics,
            limits=limits,
            roles=roles,
            playbooks=folder / document.playbooks if document.playbooks else None,
            enable=document.enable,
            sweep_every=document.sweep_every,
        )

    def _hours(self, workspace: Workspace) -> BusinessHours | None:
        key = "business_hours"
        try:
            BusinessHours.parse(workspace.business_hours, str(workspace.timezone))
            key = "holidays"
            return BusinessHours.parse(workspace.business_hours, str(workspace.timezone), workspace.holidays)
        except ValueError as error:
            self._source.wrong(("workspace", key), str(error))
            return None

    def _metrics(self, usage: UsageSettings) -> dict[str, Metric]:
        metrics = {}
        for name, value in usage.metrics.items():
            way = ("usage", "metrics", name)
            if not re.fullmatch(r"[a-z_][a-z0-9_]*", str(name)):
                self._source.wrong(way, f"the metric's name `{name}` cannot be used in a condition", "allowed: a-z, 0-9 and _")
            form = self._section(MetricForm, value if value is not None else {}, *way)
            if form and self._whole_days(form, way):
                metrics[name] = _metric(name, form)
        return metrics

    def _whole_days(self, form: MetricForm, way: Way) -> bool:
        for key in ("recent", "baseline", "min_baseline"):
            length: timedelta | None = getattr(form, key)
            if length is None:
                continue
            if length < timedelta(days=1) or length % timedelta(days=1):
                self._source.wrong((*way, key), f"`{key}`: found less than, or not, whole days", "allowed: days or weeks, such as 14d")
                return False
        if form.min_baseline and form.min_baseline > form.baseline:
            self._source.wrong((*way, "min_baseline"), "`min_baseline` is longer than `baseline`", "make it shorter")
            return False
        return True


def _metric(name: str, form: MetricForm) -> Metric:
    return Metric(
        name=name,
        table=form.source,
        account=form.account,
        day=form.day,
        value=form.value,
        aggregate=form.aggregate,
        recent_days=form.recent.days,
        baseline_days=form.baseline.days,
        min_baseline_days=(form.min_baseline or min(MIN_BASELINE, form.baseline)).days,
        label=form.label or name.replace("_", " ").capitalize(),
        where=form.where,
    )
