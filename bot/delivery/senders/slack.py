"""Slack as a place to send to."""

from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.sender import Posted, Terms
from bot.errors import Undeliverable
from bot.messages.render import Rendered
from bot.slack_api import asked, pages

EVENT = "staysail_outbox"
SKEW = timedelta(seconds=5)
PAGE = 100
PAGES = 20


class SlackSender:
    """`client` must not repeat requests by itself: only the outbox knows whether a repeat is safe."""

    terms = Terms()

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        # The SDK asks the logger's own level, where none means all: it would write out every request for a log that drops it.
        client.logger.setLevel(client.logger.getEffectiveLevel())
        self._channels: dict[str, str] = {}

    async def post(self, channel: str, message: Rendered, outbox_id: str) -> Posted:
        metadata = {"event_type": EVENT, "event_payload": {"id": outbox_id}}
        answer = await asked(
            self._client.chat_postMessage(
                channel=self._channels.get(channel, channel),
                text=message.text,
                blocks=message.blocks,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
            ),
            channel,
        )
        posted = Posted(answer["channel"], answer["ts"])
        if channel.startswith(("#", "C", "G")):
            self._channels[channel] = posted.channel_id
        return posted

    async def close(self) -> None:
        """The client's session belongs to others."""

    async def update(self, where: Posted, message: Rendered, outbox_id: str) -> Posted:
        metadata = {"event_type": EVENT, "event_payload": {"id": outbox_id}}
        call = self._client.chat_update(channel=where.channel_id, ts=where.ts, text=message.text, blocks=message.blocks, metadata=metadata)
        await asked(call, where.channel_id)
        return where

    async def find(self, channel: str, outbox_id: str, since: datetime) -> Posted | None:
        channel_id = await self._channel_id(channel)
        oldest = f"{(since - SKEW).timestamp():.6f}"
        async for message in self._history(channel_id, oldest):
            metadata = message.get("metadata") or {}
            if metadata.get("event_type") == EVENT and (metadata.get("event_payload") or {}).get("id") == outbox_id:
                return Posted(channel_id, message["ts"])
        return None

    async def _history(self, channel_id: str, oldest: str) -> Any:
        wanted: dict[str, Any] = {"channel": channel_id, "oldest": oldest, "limit": PAGE, "include_all_metadata": True}
        async for answer in pages(lambda cursor: self._client.conversations_history(**wanted, cursor=cursor), channel_id, PAGES):
            for message in answer["messages"]:
                yield message

    async def _channel_id(self, channel: str) -> str:
        """Names and people are taken for posting, but only ids of conversations for reading back."""
        if channel.startswith(("U", "W")):
            return await self._conversation_with(channel)
        if not channel.startswith("#"):
            return channel
        if channel not in self._channels:
            await self._learn_channels()
        if channel not in self._channels:
            raise Undeliverable(f"there is no channel {channel} that Staysail can see: create it, or invite the app with /invite")
        return self._channels[channel]

    async def _conversation_with(self, user: str) -> str:
        if user not in self._channels:
            answer = await asked(self._client.conversations_open(users=user), user)
            self._channels[user] = answer["channel"]["id"]
        return self._channels[user]

    async def _learn_channels(self) -> None:
        kinds = "public_channel,private_channel"
        answers = pages(
            lambda cursor: self._client.conversations_list(types=kinds, limit=1000, cursor=cursor), "the list of channels", PAGES
        )
        async for answer in answers:
            self._channels |= {f"#{channel['name']}": channel["id"] for channel in answer["channels"]}
