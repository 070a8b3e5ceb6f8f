"""Who may call, and what they may reach: tokens, scopes, channels, pages of a list."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.errors import Refusal
from bot.sandbox.messages import Channel, Message
from bot.sandbox.people import Json
from bot.sandbox.scopes import NEEDED
from bot.sandbox.workspace import Workspace

Item = TypeVar("Item")
PAGE = 1000


def require_scope(workspace: Workspace, any_of: Sequence[str]) -> None:
    """Refuses with `missing_scope` when none of these scopes was granted."""
    if workspace.scopes is None or not any_of or workspace.scopes.intersection(any_of):
        return
    provided = ",".join(sorted(workspace.scopes))
    raise Refusal("missing_scope", needed=any_of[0], provided=provided)


def require_kind(workspace: Workspace, method: str, channel: Channel) -> None:
    """The scope must fit the kind of channel: `groups:history` for private ones, and so on."""
    prefix = channel.scope_prefix + ":"
    require_scope(workspace, [scope for scope in NEEDED[method] if scope.startswith(prefix)])


def is_member(workspace: Workspace, channel: Channel) -> bool:
    return workspace.identity.bot_user in channel.members


def visible(workspace: Workspace, channel_id: str) -> Channel:
    """A channel by id. A private one that the bot is not in does not exist for it."""
    channel = workspace.channels.get(channel_id)
    if channel is None or (channel.kind != "public" and not is_member(workspace, channel)):
        raise Refusal("channel_not_found")
    return channel


def member_of(workspace: Workspace, channel_id: str) -> Channel:
    channel = visible(workspace, channel_id)
    if not is_member(workspace, channel):
        raise Refusal("not_in_channel")
    return channel


def destination(workspace: Workspace, name: str) -> Channel:
    """Where a message goes: a channel id, a person's id (their DM with the bot), `#name` or `name`."""
    if name in workspace.people and name != workspace.identity.bot_user:
        return workspace.direct_message(name)
    plain = name.removeprefix("#")
    by_name = next((c.id for c in workspace.channels.values() if c.name == plain and c.kind != "im"), name)
    return visible(workspace, name if name in workspace.channels else by_name)


def may_post(workspace: Workspace, channel: Channel) -> None:
    if channel.is_archived:
        raise Refusal("is_archived")
    everywhere = workspace.scopes is None or "chat:write.public" in workspace.scopes
    if not is_member(workspace, channel) and not (channel.kind == "public" and everywhere):
        raise Refusal("not_in_channel")


def message_in(channel: Channel, ts: str) -> Message:
    message = channel.messages.get(ts)
    if message is None:
        raise Refusal("message_not_found")
    return message


def page(everything: Sequence[Item], args: Arguments, default: int = 100, cap: int = PAGE) -> tuple[Sequence[Item], Json]:
    """One page of a list and the `response_metadata` that leads to the next."""
    start, limit = _offset(args.text("cursor")), args.number("limit", default)
    if not 0 < limit <= cap:
        raise Refusal("invalid_limit")
    end = start + limit
    following = base64.b64encode(f"offset:{end}".encode()).decode() if end < len(everything) else ""
    return everything[start:end], {"next_cursor": following}


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("offset:"))
    except ValueError:
        raise Refusal("invalid_cursor") from None
