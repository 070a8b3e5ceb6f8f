"""The app manifest: `manifest.yml` for Socket Mode, the same with addresses for HTTP mode."""

from pathlib import Path
from urllib.parse import urlsplit

import yaml

from bot.errors import StaysailError

FILE = Path(__file__).parent.parent / "manifest.yml"


def manifest_text(http: str | None = None, file: Path = FILE) -> str:
    text = file.read_text()
    if http is None:
        return text
    parts = urlsplit(http)
    if parts.scheme != "https" or not parts.netloc:
        raise StaysailError(f"--http: found {http!r}; allowed: an address such as https://staysail.example")
    address = f"{http.rstrip('/')}/slack/events"
    manifest = yaml.safe_load(text)
    settings = manifest["settings"]
    settings["socket_mode_enabled"] = False
    settings["interactivity"] |= {"request_url": address, "message_menu_options_url": address}
    settings["event_subscriptions"] |= {"request_url": address}
    for command in manifest["features"]["slash_commands"]:
        command["url"] = address
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True)
