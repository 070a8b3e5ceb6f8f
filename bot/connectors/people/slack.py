"""The workspace's people and channels, from Slack."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NotSent
from bot.slack_api import asked, pages
from bot.team.channels import Seen
from bot.team.member import Member, member_of

PAGE = 500
PAGES = 100


class SlackPeople:
    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._team: str | None = None

    async def everyone(self) -> list[Member]:
        team = await self._our_team()
        answers = pages(lambda cursor: self._client.users_list(limit=PAGE, cursor=cursor), "the list of people", PAGES)
        return [member_of(user, team) async for answer in answers for user in _listed(answer, "members") if not user.get("is_bot")]

    async def one(self, slack_id: str) -> Member:
        answer = await asked(self._client.users_info(user=slack_id), slack_id)
        return member_of(answer["user"], await self._our_team())

    async def groups(self, handles: Sequence[str]) -> dict[str, list[str]]:
        answer = await asked(self._client.usergroups_list(include_users=True), "the user groups")
        return {
            group["handle"].lower(): group.get("users", []) for group in _listed(answer, "usergroups") if group["handle"].lower() in handles
        }

    async def channels(self) -> list[Seen]:
        kinds = "public_channel,private_channel"
        answers = pages(
            lambda cursor: self._client.conversations_list(types=kinds, limit=PAGE, cursor=cursor), "the list of channels", PAGES
        )
        return [_seen(channel) async for answer in answers for channel in _listed(answer, "channels")]

    async def _our_team(self) -> str:
        if self._team is None:
            self._team = str((await asked(self._client.auth_test(), "Slack"))["team_id"])
        return self._team


def _listed(answer: Any, name: str) -> list[Any]:
    """An answer without its list is no empty list: whatever was known before must not be forgotten for it."""
    found = answer.get(name)
    if not isinstance(found, list):
        raise NotSent(f"Slack answered without `{name}`")
    return found


def _seen(channel: Mapping[str, Any]) -> Seen:
    external = bool(channel.get("is_ext_shared") or channel.get("is_pending_ext_shared"))
    return Seen(channel["id"], channel["name"], bool(channel.get("is_private")), external, bool(channel.get("is_archived")))
