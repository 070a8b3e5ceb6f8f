"""A Slack user, read from what Slack says of them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Member:
    """A Slack user as Slack describes them."""

    slack_id: str
    email: str | None
    name: str
    timezone: str | None
    is_guest: bool
    is_foreign: bool
    is_active: bool


def member_of(user: dict[str, Any], our_team: str) -> Member:
    profile = user.get("profile") or {}
    return Member(
        slack_id=user["id"],
        email=profile.get("email"),
        name=profile.get("real_name") or user.get("real_name") or user.get("name") or user["id"],
        timezone=user.get("tz"),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_foreign=bool(user.get("is_stranger")) or user.get("team_id", our_team) != our_team,
        is_active=not user.get("deleted", False),
    )
