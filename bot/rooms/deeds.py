"""What each step does in Slack. Every deed may be repeated: what stands already counts as done, and what may stand is looked up first."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.connectors.ports import Usage
from bot.details.charts import Uploads, series_of
from bot.errors import SendFailed, SlowDown, SourceFailed, Uncertain, Undeliverable
from bot.rooms.answers import reason_of, refused_people
from bot.rooms.steps import Deed
from bot.slack_api import asked

SKEW = timedelta(minutes=5)
PAGE, PAGES = 200, 50
HERE_ALREADY = frozenset({"already_in_channel", "cant_invite_self"})
WHY = {
    "user_not_found": "Slack does not know them",
    "ura_max_channels": "a guest of one channel only",
    "is_restricted": "a guest who may not be invited",
    "org_user_not_in_team": "not in this workspace",
    "user_disabled": "their Slack account is closed",
    "cant_invite": "Slack does not allow it",
}


class NameTaken(Exception):
    """A channel of that name is there already, and it is not this room's."""


@dataclass(frozen=True)
class Order:
    """One step for one room. `since`: when it was first tried without a clear answer; None: it never was.

    `given` is what the deed needs beyond that; each deed says what.
    """

    deed: Deed
    channel: str
    since: datetime | None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What the step gave, to be kept. `refused`: who could not be invited, and why."""

    gave: Any = True
    refused: Mapping[str, str] = field(default_factory=dict)


class Hands:
    """The step's tools. `usage` None: no charts are drawn here."""

    def __init__(self, client: AsyncWebClient, usage: Usage | None = None) -> None:
        self._client, self._usage, self._uploads = client, usage, Uploads(client)
        self._bot: str | None = None
        self._deeds: Mapping[Deed, Callable[[Order], Awaitable[Outcome]]] = {
            Deed.CHANNEL: self._make_channel,
            Deed.INVITE: self._invite,
            Deed.TOPIC: self._set_topic,
            Deed.BOOKMARK: self._bookmark,
            Deed.CHART: self._draw,
            Deed.CANVAS: self._write_canvas,
            Deed.PIN: self._pin,
            Deed.ARCHIVE: self._archive,
        }

    async def do(self, order: Order) -> Outcome:
        """Raises SendFailed of the right kind, or NameTaken."""
        return await self._deeds[order.deed](order)

    async def _make_channel(self, order: Order) -> Outcome:
        """`name`, `private`, `others`: ids of channels that are other rooms'."""
        name, private = order.given["name"], order.given["private"]
        if order.since and (found := await self._find_channel(order)):
            return Outcome(found)
        try:
            answer = await asked(self._client.conversations_create(name=name, is_private=private), f"#{name}")
        except SendFailed as error:
            if reason_of(error) != "name_taken":
                raise
            if order.since and (found := await self._find_channel(order)):  # the first try arrived after the first look
                return Outcome(found)
            raise NameTaken from error
        return Outcome(answer["channel"]["id"])

    async def _find_channel(self, order: Order) -> str | None:
        """A channel of that name which the app made since the first try, and which is no other room's."""
        assert order.since is not None
        bot, cursor = await self._own_id(), None
        earliest = (order.since - SKEW).timestamp()
        kind = "private_channel" if order.given["private"] else "public_channel"
        for _ in range(PAGES):
            call = self._client.users_conversations(types=kind, exclude_archived=True, limit=PAGE, cursor=cursor)
            answer = await self._looked(call)
            for channel in answer["channels"]:
                same = channel["name"] == order.given["name"] and channel["creator"] == bot and channel["created"] >= earliest
                if same and channel["id"] not in order.given["others"]:
                    return str(channel["id"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        return None

    async def _own_id(self) -> str:
        if self._bot is None:
            self._bot = str((await self._looked(self._client.auth_test()))["user_id"])
        return self._bot

    async def _looked(self, call: Awaitable[Any]) -> Any:
        """A look that fails leaves the doubt as it was."""
        try:
            return await asked(call, "the list of channels")
        except (Uncertain, SlowDown):
            raise
        except SendFailed as error:
            if reason_of(error) is None:
                raise
            raise Uncertain(f"it may be done already, and cannot be looked up: {error}") from error

    async def _invite(self, order: Order) -> Outcome:
        """`people`: who is not in it yet."""
        people: Sequence[str] = order.given["people"]
        try:
            call = self._client.conversations_invite(channel=order.channel, users=list(people), force=True)
            refused = (await asked(call, order.channel)).get("errors") or ()
        except SendFailed as error:
            refused = refused_people(error)
            if not refused and reason_of(error) not in HERE_ALREADY:
                raise
        return Outcome(list(people), {str(one.get("user")): _why(one) for one in refused if one.get("error") not in HERE_ALREADY})

    async def _set_topic(self, order: Order) -> Outcome:
        await asked(self._client.conversations_setTopic(channel=order.channel, topic=order.given["topic"]), order.channel)
        return Outcome()

    async def _bookmark(self, order: Order) -> Outcome:
        """`title` and `link`."""
        title, link = order.given["title"], order.given["link"]
        if order.since:
            there = (await self._looked(self._client.bookmarks_list(channel_id=order.channel)))["bookmarks"]
            if any((one["title"], one["link"]) == (title, link) for one in there):
                return Outcome()
        await asked(self._client.bookmarks_add(channel_id=order.channel, title=title, type="link", link=link), order.channel)
        return Outcome()

    async def _draw(self, order: Order) -> Outcome:
        """`account`, `metric`, `day`. A picture is never worth a room: without one its numbers are told in words."""
        if self._usage is None:
            return Outcome({})
        account, day = order.given["account"], date.fromisoformat(order.given["day"])
        try:
            charts = await asyncio.to_thread(series_of, self._usage, account, day, [order.given["metric"]])
        except SourceFailed:
            return Outcome({})
        (file,) = await self._uploads.of(account, charts)
        return Outcome({"file": file, "alt": charts[0].alt})

    async def _write_canvas(self, order: Order) -> Outcome:
        """`text`: Markdown. A canvas that stands there after an uncertain try is the one that it made."""
        document = {"type": "markdown", "markdown": order.given["text"]}
        try:
            answer = await asked(self._client.conversations_canvases_create(channel_id=order.channel, document_content=document), "")
        except SendFailed as error:
            if order.since and reason_of(error) == "channel_canvas_already_exists":
                return Outcome({"id": ""})
            raise
        return Outcome({"id": answer["canvas_id"]})

    async def _pin(self, order: Order) -> Outcome:
        """`ts` of the brief; empty when it could not be posted."""
        if not order.given["ts"]:
            raise Undeliverable("the brief could not be posted: /stay status says why")
        try:
            await asked(self._client.pins_add(channel=order.channel, timestamp=order.given["ts"]), order.channel)
        except SendFailed as error:
            if reason_of(error) != "already_pinned":
                raise
        return Outcome()

    async def _archive(self, order: Order) -> Outcome:
        try:
            await asked(self._client.conversations_archive(channel=order.channel), order.channel)
        except SendFailed as error:
            if reason_of(error) not in ("already_archived", "is_archived", "channel_not_found"):
                raise
        return Outcome()


def _why(one: Mapping[str, Any]) -> str:
    reason = str(one.get("error") or "")
    return WHY.get(reason, reason.replace("_", " "))
