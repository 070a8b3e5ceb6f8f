"""Who and what a workspace starts with: people and rooms, and the shape in which Slack tells of a person."""

import colorsys
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    real_name: str
    email: str
    tz: str = "Europe/Prague"
    title: str = ""
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    team_id: str | None = None
    is_bot: bool = False
    deleted: bool = False
    locale: str = "en-GB"

    @property
    def colour(self) -> str:
        """Six hex digits, the same for the same id, dark enough for white letters."""
        hue = zlib.crc32(self.id.encode()) % 360 / 360
        return "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, 0.37, 0.48))


@dataclass(frozen=True)
class Room:
    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    members: tuple[str, ...] = ()
    bot_in: bool = True
    topic: str = ""
    is_ext_shared: bool = False


def user_json(person: Person, home_team: str, with_email: bool = True) -> Json:
    """A user object as `users.info` returns it; without `users:read.email` the address is missing."""
    offset = datetime.now(UTC).astimezone(ZoneInfo(person.tz)).utcoffset()
    first, _, last = person.real_name.partition(" ")
    profile: Json = {
        "title": person.title,
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "first_name": first,
        "last_name": last,
        "team": person.team_id or home_team,
    }
    if with_email and not person.is_bot:
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": person.team_id or home_team,
        "name": person.name,
        "deleted": person.deleted,
        "color": person.colour,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "is_stranger": person.is_stranger,
        "updated": 1_700_000_000,
    }
