"""What a row's channel says about its way: `mailto:…` is mail, `https://…` or `http://…` a webhook,
`caldav:…` the calendar of whoever has the address, anything else Slack."""

from sqlalchemy import ColumnElement, case, literal

from models import OutboxMessage

SLACK, MAIL, WEBHOOK, CALENDAR = "slack", "mailto", "http", "caldav"


def scheme_of(channel: str) -> str:
    if channel.startswith("mailto:"):
        return MAIL
    if channel.startswith(f"{CALENDAR}:"):
        return CALENDAR
    return WEBHOOK if channel.startswith(("http://", "https://")) else SLACK


def is_slack() -> ColumnElement[bool]:
    """No Slack channel or user has a colon in its name."""
    return ~OutboxMessage.channel.contains(":")


def queue() -> ColumnElement[str]:
    """Rows that wait in one line: those of a channel; all mail, since each letter has an address of its own."""
    return case((OutboxMessage.channel.startswith(f"{MAIL}:"), literal(MAIL)), else_=OutboxMessage.channel)
