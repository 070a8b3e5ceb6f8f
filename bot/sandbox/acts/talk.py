"""Writing a message, a slash command, opening the App Home, and any other event."""

import re
import secrets
from urllib.parse import urlsplit

from bot.sandbox.acts.outcome import Outcome, not_sent, outcome, toast
from bot.sandbox.api.content import checked_blocks
from bot.sandbox.api.views import home_enabled
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.errors import ActImpossible, Refusal
from bot.sandbox.messages import Channel, Message
from bot.sandbox.people import Json
from bot.sandbox.shapes import team_ref, view_json
from bot.sandbox.workspace import Workspace


def escaped(workspace: Workspace, text: str, labels: bool = False) -> str:
    """Text as Slack keeps what a person typed: entities, `<@U…>`, `<#C…>`; labels as with `should_escape`."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    by_name = {person.name: person for person in workspace.people.values()}
    channels = {channel.name: channel for channel in workspace.channels.values() if channel.name}

    def mention(match: re.Match[str]) -> str:
        person = by_name.get(match[1])
        return match[0] if person is None else f"<@{person.id}{'|' + person.name if labels else ''}>"

    def link(match: re.Match[str]) -> str:
        channel = channels.get(match[1])
        return match[0] if channel is None else f"<#{channel.id}|{channel.name if labels else ''}>"

    text = re.sub(r"(?<!\S)@([\w.-]*\w)", mention, text)
    return re.sub(r"(?<!\S)#([\w-]+)", link, text)


class Talk:
    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self._workspace = workspace
        self._courier = courier

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Outcome:
        declared = self._declared(command)
        if declared is None:
            toast(self._workspace, user, f"{command} is not a valid command.")
            return not_sent("unknown_command")
        typed = escaped(self._workspace, text, labels=True) if declared.get("should_escape") else text
        receipt = await self._courier.command(self._form(user, self._channel(channel), command, typed))
        result = outcome(self._workspace, user, receipt, f"{command} failed because the app did not respond")
        if result.ok and result.body:
            self._answer(user, channel, result.body)
        return result

    def _declared(self, command: str) -> Json | None:
        if self._workspace.manifest is None:
            return {}
        commands: list[Json] = self._workspace.manifest.get("features", {}).get("slash_commands") or []
        return next((one for one in commands if one["command"] == command), None)

    def _form(self, user: str, channel: Channel, command: str, text: str) -> Json:
        workspace, team = self._workspace, team_ref(self._workspace)
        reply = workspace.tickets.reply(user, channel.id)
        return {
            "token": "sandbox-verification-token",
            "team_id": team["id"],
            "team_domain": team["domain"],
            "channel_id": channel.id,
            "channel_name": channel.payload_name(),
            "user_id": user,
            "user_name": workspace.people[user].name,
            "command": command,
            "text": text,
            "api_app_id": workspace.identity.app,
            "is_enterprise_install": "false",
            "response_url": f"{workspace.base_url}/sandbox/response/{reply}",
            "trigger_id": workspace.tickets.trigger(user),
        }

    def _answer(self, user: str, channel: str, body: Json | str) -> None:
        """The acknowledgement's text or JSON, ephemeral unless `in_channel`."""
        shown = {"text": body} if isinstance(body, str) else body
        try:
            respond(self._workspace, user, channel, shown)
        except Refusal as refusal:
            toast(self._workspace, user, f"The app answered with {refusal.error}")

    async def post(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Outcome:
        """A person writes. `body` of the outcome is the message's ts."""
        where = self._channel(channel)
        if where.is_archived:
            return not_sent("is_archived")
        kept = escaped(self._workspace, text)
        message = Message(where.id, self._workspace.new_ts(), user, kept, thread_ts=thread_ts, from_bot=False)
        self._workspace.store(message)
        for event in self._events_of(message, where):
            await self.event(event)
        return Outcome(True, "acked", message.ts)

    def _events_of(self, message: Message, channel: Channel) -> list[Json]:
        bot = self._workspace.identity.bot_user
        if bot not in channel.members:
            return []
        common: Json = {"user": message.user, "ts": message.ts, "text": message.text, "channel": channel.id}
        common |= {
            "team": self._workspace.identity.team,
            "event_ts": message.ts,
            "client_msg_id": secrets.token_hex(16),
        }
        if message.thread_ts:
            common["thread_ts"] = message.thread_ts
        kind = {"public": "channel", "private": "group", "im": "im"}[channel.kind]
        events = [common | {"type": "message", "channel_type": kind}]
        if f"<@{bot}>" in message.text and channel.kind != "im":
            events.append(common | {"type": "app_mention"})
        return events + self._links(message, channel)

    def _links(self, message: Message, channel: Channel) -> list[Json]:
        domains = ((self._workspace.manifest or {}).get("features", {}).get("unfurl_domains")) or []
        found = [(url, urlsplit(url).hostname or "") for url in re.findall(r"https?://[^\s>|]+", message.text)]
        links = [{"url": url, "domain": d} for url, host in found for d in domains if host == d or host.endswith("." + d)]
        event = {
            "type": "link_shared",
            "user": message.user,
            "channel": channel.id,
            "message_ts": message.ts,
            "unfurl_id": f"{channel.id}.{message.ts}",
            "is_bot_user_member": True,
            "links": links,
        }
        if message.thread_ts:
            event["thread_ts"] = message.thread_ts
        return [event | {"source": "conversations_history", "event_ts": message.ts}] if links else []

    async def open_home(self, user: str, tab: str = "home") -> Outcome:
        """`app_home_opened`; the view is in the event when one was published before."""
        channel = self._workspace.direct_message(user)
        home = self._workspace.contents.homes.get(user)
        event: Json = {"type": "app_home_opened", "user": user, "channel": channel.id, "tab": tab}
        event["event_ts"] = self._workspace.new_ts()
        if tab == "home" and home:
            event["view"] = view_json(self._workspace, home)
        if tab == "home" and not home_enabled(self._workspace):
            return not_sent("home_tab_not_enabled")
        return await self.event(event)

    async def event(self, event: Json) -> Outcome:
        """Any event. One that the manifest does not subscribe to is `not_sent`."""
        if not self._subscribed(event):
            return not_sent("not_subscribed")
        identity = self._workspace.identity
        payload = {
            "token": "sandbox-verification-token",
            "team_id": identity.team,
            "api_app_id": identity.app,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(self._workspace.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": identity.team,
                    "user_id": identity.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": self._is_shared(event),
            "event_context": secrets.token_hex(8),
        }
        receipt = await self._courier.event(payload)
        return Outcome(receipt.acked, str(receipt.status), receipt.body, receipt.milliseconds)

    def _is_shared(self, event: Json) -> bool:
        where = event.get("channel")
        channel = self._workspace.channels.get(where) if isinstance(where, str) else None
        return bool(channel and channel.is_ext_shared)

    def _subscribed(self, event: Json) -> bool:
        if self._workspace.manifest is None:
            return True
        settings = self._workspace.manifest.get("settings", {})
        subscribed = settings.get("event_subscriptions", {}).get("bot_events") or []
        kinds = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
        name = kinds.get(event.get("channel_type", ""), "") if event["type"] == "message" else event["type"]
        return name in subscribed

    def _channel(self, channel: str) -> Channel:
        if channel not in self._workspace.channels:
            raise ActImpossible(f"no channel {channel}")
        return self._workspace.channels[channel]


def respond(workspace: Workspace, user: str, channel: str, body: Json, thread_ts: str | None = None) -> Message:
    """A message as an answer to a command or through a response URL: ephemeral unless `in_channel`."""
    text, blocks = body.get("text") or "", checked_blocks(body.get("blocks"))
    if not text and not blocks and not body.get("attachments"):
        raise Refusal("no_text")
    public = body.get("response_type") == "in_channel"
    message = Message(channel, workspace.new_ts(), workspace.identity.bot_user, text, blocks or [])
    message.thread_ts = body.get("thread_ts") or thread_ts
    message.metadata = body.get("metadata")
    message.only_for = None if public else user
    return workspace.store(message)
