"""What the reader of staysail.yml cannot know: whether channels, people and signals that a change names are there."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.errors import InvalidInput, SendFailed
from bot.playbooks.known import known_signals
from bot.playbooks.loading import ROUTES, load_routes
from bot.settings import Settings
from bot.settings.changeable import value_of
from bot.slack_api import asked, pages
from bot.team.directory import Directory, is_ours
from bot.team.roles import group_handles
from models import Teammate

ID = re.compile(r"[CG][A-Z0-9]{6,}")
PATIENCE: Final = 2.0
"""Seconds for Slack to answer: a form must be answered within three."""
PAGE: Final = 1000
PAGES: Final = 1000
"""More than within that patience."""


class Checks:
    """Checks of a change against the world, each mistake a sentence: what was found, what is allowed."""

    def __init__(self, client: AsyncWebClient, database: Database, directory: Directory) -> None:
        self._client, self._database, self._directory = client, database, directory

    async def mistakes(self, key: str, before: Settings, after: Settings, day: date) -> list[str]:
        if key == ROUTES:
            found = await self._database.read(_route_mistakes, after, day)
            return found or await self._channels({route.to for route in after.routes} - {route.to for route in before.routes})
        if key.startswith("channels."):
            name = value_of(after, key)
            return await self._channels({name} if name else set())
        if key in ("roles.admins", "roles.managers"):
            return await self._roles(value_of(after, key))
        if key == "away.stand_ins":
            return await self._database.read(_stand_in_mistakes, after.away.stand_ins)
        return []

    async def admins(self, settings: Settings) -> set[str]:
        """The Slack users who would be admins."""
        names = {name.lower() for name in settings.roles.admins}
        groups = await self._directory.groups([name[1:] for name in names if name.startswith("@")])
        return await self._database.read(_members, names, {one for ids in groups.values() for one in ids})

    async def _roles(self, names: tuple[str, ...]) -> list[str]:
        wrong = [name for name in names if not re.fullmatch(r"@[^\s@]+|[^\s@]+@[^\s@]+", name)]
        if wrong:
            return [f"found `{name}` (allowed: an e-mail address, or a Slack user group as @handle)" for name in wrong]
        handles = group_handles_of(names)
        groups = await self._directory.groups(handles)
        missing = [f"Slack knows no user group @{handle}, or nobody is in it" for handle in handles if not groups.get(handle)]
        return missing + await self._database.read(_unknown, [name for name in names if not name.startswith("@")])

    async def _channels(self, names: Iterable[str]) -> list[str]:
        try:
            async with asyncio.timeout(PATIENCE):
                return [problem for name in sorted(names) if (problem := await self._channel(name))]
        except TimeoutError:
            return ["Slack has too many channels to find it by its name in time (cure: give the channel's id)"]
        except SendFailed as error:
            return [f"Slack did not say whether the channel is there. Please try again. ({error})"]

    async def _channel(self, name: str) -> str | None:
        """Why nothing could be posted there, in words."""
        channel = await self._by_id(name) if ID.fullmatch(name) else await self._by_name(name.removeprefix("#"))
        if channel is None:
            return f"Slack shows the app no channel {name} (create it, correct the name, or /invite the app there if it is private)"
        if channel.get("is_archived"):
            return f"{name} is archived (unarchive it, or name another channel)"
        if channel.get("is_private") and not channel.get("is_member"):
            return f"the app is not in {name}, which is private (type /invite @Staysail there)"
        return None

    async def _by_id(self, channel_id: str) -> dict[str, Any] | None:
        try:
            answer = await asked(self._client.conversations_info(channel=channel_id), channel_id)
        except SendFailed as error:
            if "channel_not_found" in str(error):
                return None
            raise
        return dict(answer["channel"])

    async def _by_name(self, name: str) -> dict[str, Any] | None:
        answers = pages(
            lambda cursor: self._client.conversations_list(types="public_channel,private_channel", limit=PAGE, cursor=cursor),
            "the list of channels",
            PAGES,
        )
        async for answer in answers:
            for channel in answer["channels"]:
                if channel.get("name") == name:
                    return dict(channel)
        return None


def group_handles_of(names: Iterable[str]) -> list[str]:
    return [name[1:].lower() for name in names if name.startswith("@")]


def new_handles(before: Settings, after: Settings) -> bool:
    """Whether user groups must be read that nobody has asked for so far."""
    return bool(set(group_handles(after.roles)) - set(group_handles(before.roles)))


def _route_mistakes(session: Session, settings: Settings, day: date) -> list[str]:
    signals, found = known_signals(session, settings, day), list[str]()
    for line, route in enumerate(settings.routes, 1):
        try:
            load_routes(replace(settings, routes=(route,)), signals)
        except InvalidInput as error:
            found += [f"line {line}, {finding.problem}" + (f" ({finding.cure})" if finding.cure else "") for finding in error.findings]
    return found


def _emails(session: Session) -> set[str]:
    return {email for email in session.scalars(select(Teammate.email).where(is_ours())) if email}


def _unknown(session: Session, emails: Iterable[str]) -> list[str]:
    known = _emails(session)
    return [_nobody(email, known) for email in emails if email.lower() not in known]


def _nobody(email: str, known: Iterable[str]) -> str:
    near = get_close_matches(email.lower(), list(known), n=1)
    return f"Slack knows no member of ours with the address {email}" + (f" (nearest: {near[0]})" if near else "")


def _stand_in_mistakes(session: Session, stand_ins: dict[str, str]) -> list[str]:
    alone = [f"{away} cannot stand in for themselves" for away, stand_in in stand_ins.items() if away.lower() == stand_in.lower()]
    return alone + _unknown(session, [*stand_ins, *stand_ins.values()])


def _members(session: Session, names: set[str], in_groups: set[str]) -> set[str]:
    ours = session.execute(select(Teammate.slack_id, Teammate.email).where(is_ours()))
    return {slack_id for slack_id, email in ours if email in names or slack_id in in_groups}
