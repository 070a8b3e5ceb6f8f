"""The app manifest: `manifest.yml` for Socket Mode, the same with addresses for HTTP mode, with the domains whose links unfold."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict

from bot.documents.check import check
from bot.documents.source import read_source
from bot.errors import Finding, InvalidInput, StaysailError
from bot.settings.crm_forms import Domains

FOR_LINKS = ("links:read", "links:write")
FILE = Path(__file__).parent.parent / "manifest.yml"


class _Crm(BaseModel):
    model_config = ConfigDict(extra="ignore")

    domains: Domains = ()


def read_domains(settings: Path) -> tuple[str, ...]:
    """`crm.domains` of a settings file; the rest of it need not be right yet, nor its variables be set."""
    if not settings.is_file():
        raise InvalidInput([Finding(str(settings), "there is no such file", "name it with --config or $STAYSAIL_CONFIG")])
    source = read_source(settings)
    section = (source.value or {}).get("crm")
    crm = check(_Crm, section, ("crm",), source) if isinstance(section, dict) else None
    if source.findings:
        raise InvalidInput(source.sorted_findings())
    return crm.domains if crm else ()


def manifest_text(http: str | None = None, file: Path = FILE, domains: Sequence[str] = ()) -> str:
    """`domains`: those of links that Slack tells the app of, which it may only be told of together. With nothing to add it is the file
    as it stands."""
    text = file.read_text(encoding="utf-8")
    if http is None and not domains:
        return text
    manifest = yaml.safe_load(text)
    if domains:
        _add_domains(manifest, domains)
    if http is not None:
        _add_addresses(manifest, _address(http))
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True)


def _add_domains(manifest: dict[str, dict[str, Any]], domains: Sequence[str]) -> None:
    manifest["features"]["unfurl_domains"] = list(domains)
    scopes, events = manifest["oauth_config"]["scopes"]["bot"], manifest["settings"]["event_subscriptions"]["bot_events"]
    scopes[:] = sorted([*scopes, *FOR_LINKS])
    events[:] = sorted([*events, "link_shared"])


def _address(http: str) -> str:
    parts = urlsplit(http)
    if parts.scheme != "https" or not parts.netloc:
        raise StaysailError(f"--http: found {http!r}; allowed: an address such as https://staysail.example")
    return f"{http.rstrip('/')}/slack/events"


def _add_addresses(manifest: dict[str, dict[str, object]], address: str) -> None:
    features, settings = manifest["features"], manifest["settings"]
    settings["socket_mode_enabled"] = False
    settings["interactivity"] = {"is_enabled": True, "request_url": address, "message_menu_options_url": address}
    settings["event_subscriptions"] |= {"request_url": address}  # type: ignore[operator]
    for command in features["slash_commands"]:  # type: ignore[attr-defined]
        command["url"] = address
