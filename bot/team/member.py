"""A Slack user, read from what Slack says of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.accounts.business_hours import known_zone


@dataclass(frozen=True)
class Member:
    """A Slack user as Slack describes them. `status_emoji` as `:palm_tree:`; `status_until` None: the status does not run out."""

    slack_id: str
    email: str | None
    name: str
    timezone: str | None
    is_guest: bool
    is_foreign: bool
    is_active: bool
    status_emoji: str | None = None
    status_until: datetime | None = None


def member_of(user: dict[str, Any], our_team: str) -> Member:
    profile = user.get("profile") or {}
    return Member(
        slack_id=user["id"],
        email=profile.get("email"),
        name=profile.get("real_name") or user.get("real_name") or user.get("name") or user["id"],
        timezone=known_zone(user.get("tz")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_foreign=bool(user.get("is_stranger")) or user.get("team_id", our_team) != our_team,
        is_active=not user.get("deleted", False),
        status_emoji=profile.get("status_emoji") or None,
        status_until=_moment(profile.get("status_expiration")),
    )


def _moment(seconds: Any) -> datetime | None:
    """Slack writes 0 for a status that does not run out."""
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < 2**33 else None
