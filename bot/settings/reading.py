"""Reads staysail.yml, section by section, so that every mistake is found in one go."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.accounts.business_hours import BusinessHours
from bot.connectors.ports import Metric
from bot.documents.check import check
from bot.documents.source import Source, Way, read_source
from bot.errors import Finding, InvalidInput
from bot.settings.crm_forms import CrmSettings
from bot.settings.customer_forms import MeetingSettings, SurveySettings
from bot.settings.forms import (
    AlertSettings,
    AwaySettings,
    Channels,
    DigestSettings,
    Document,
    EmailSettings,
    LimitSettings,
    MetricForm,
    RoleSettings,
    RoomSettings,
    Route,
    UsageSettings,
    Workspace,
)
from bot.settings.model import Environment, Settings
from bot.settings.named import read_fields, read_health, read_reviews, read_segments
from bot.settings.overrides import Changed, lay_over

Model = TypeVar("Model", bound=BaseModel)
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
MIN_BASELINE = timedelta(days=28)
CARE: dict[str, Any] = {
    "alerts": AlertSettings,
    "digest": DigestSettings,
    "away": AwaySettings,
    "rooms": RoomSettings,
    "surveys": SurveySettings,
    "meetings": MeetingSettings,
}
"""Sections that may all be left out."""


def config_path(option: Path | None, variables: Mapping[str, str] = os.environ) -> Path:
    return option or Path(variables.get("STAYSAIL_CONFIG") or "staysail.yml")


def load_settings(path: Path, variables: Mapping[str, str] = os.environ, overrides: Sequence[Changed] = ()) -> Settings:
    """InvalidInput carries every finding."""
    if not path.is_file():
        raise InvalidInput([Finding(str(path), "there is no such file", "name it with --config or $STAYSAIL_CONFIG")])
    source = read_source(path)
    if not source.value:
        raise InvalidInput(source.findings or [Finding(str(path), "the file is empty", "add the sections channels and crm")])
    source.value = _expand(source.value, (), source, variables)
    return read_settings(source, Environment.read(variables), overrides)


def read_settings(file: Source, environment: Environment, overrides: Sequence[Changed] = ()) -> Settings:
    """The settings that a file as read and these changes give. InvalidInput carries every finding."""
    laid = lay_over(file, overrides)
    settings = _Reader(laid).settings(environment)
    if laid.findings or settings is None:
        raise InvalidInput(laid.sorted_findings())
    return replace(settings, file=file, changed={change.key: change for change in overrides})


def laid_over(settings: Settings, overrides: Sequence[Changed]) -> Settings:
    """The same file with these changes instead of those that were in force. One that does not fit (any more) is ignored, and says why."""
    file, environment = settings.file, settings.environment
    try:
        return read_settings(file, environment, overrides)
    except InvalidInput:
        pass
    found, fitting, ignored = read_settings(file, environment), list[Changed](), list[Finding]()
    for change in sorted(overrides, key=lambda change: change.at):
        try:
            found = read_settings(file, environment, [*fitting, change])
            fitting.append(change)
        except InvalidInput as error:
            problem = "; ".join(finding.problem for finding in error.findings)
            cure = f"{error.findings[0].cure}; until then the file counts".removeprefix("; ")
            ignored.append(Finding(change.place, f"no longer fits and is ignored: {problem}", cure, fatal=False))
    return replace(found, ignored=tuple(ignored))


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
        email = self._email(raw.get("email"), environment)
        limits = self._section(LimitSettings, raw.get("limits", {}), "limits")
        roles = self._section(RoleSettings, raw.get("roles", {}), "roles")
        care: dict[str, Any] = {name: self._section(form, raw.get(name, {}), name) for name, form in CARE.items()}
        hours = self._hours(workspace) if workspace else None
        asking = self._survey_hours(workspace, care["surveys"]) if workspace and hours and care["surveys"] else None
        metrics = self._metrics(usage) if usage else {}
        named = self._named(raw, document)
        if not all(care.values()) or self._source.findings:
            return None
        if not (document and workspace and hours and asking and channels and crm and limits and roles):
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
            survey_hours=asking,
            email=email,
            letters=folder / document.letters if document.letters else None,
            links=document.links,
            playbooks=folder / document.playbooks if document.playbooks else None,
            enable=document.enable,
            sweep_every=document.sweep_every,
            **care,
            **named,
        )

    def _named(self, raw: dict[str, Any], document: Document | None) -> dict[str, Any]:
        """What conditions name, and what is said by conditions."""
        source = self._source
        return {
            "segments": read_segments(raw.get("segments", {}), source),
            "fields": read_fields(raw.get("fields", {}), source),
            "health": read_health(raw.get("health", {}), source),
            "reviews": read_reviews(document.reviews if document else (), source),
        }

    def _email(self, raw: dict[str, Any] | None, environment: Environment) -> EmailSettings | None:
        email = self._section(EmailSettings, raw, "email")
        if email and email.tracking == "clicks" and not (environment.staysail_url and environment.staysail_secret):
            cure = "set STAYSAIL_URL to the address of these pages and STAYSAIL_SECRET, or leave `tracking` out"
            self._source.wrong(("email", "tracking"), "`tracking`: clicks need signed links that lead back here", cure)
        return email

    def _hours(self, workspace: Workspace) -> BusinessHours | None:
        key = "business_hours"
        try:
            BusinessHours.parse(workspace.business_hours, str(workspace.timezone))
            key = "holidays"
            return BusinessHours.parse(workspace.business_hours, str(workspace.timezone), workspace.holidays)
        except ValueError as error:
            self._source.wrong(("workspace", key), str(error))
            return None

    def _survey_hours(self, workspace: Workspace, surveys: SurveySettings) -> BusinessHours | None:
        try:
            return BusinessHours.parse(surveys.hours, str(workspace.timezone), workspace.holidays)
        except ValueError as error:
            self._source.wrong(("surveys", "hours"), str(error))
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
