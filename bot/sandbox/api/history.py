"""conversations.history and conversations.replies."""

from bot.sandbox.api.access import member_of, page, require_kind
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.errors import Refusal
from bot.sandbox.messages import Message
from bot.sandbox.people import Json
from bot.sandbox.shapes import message_json
from bot.sandbox.workspace import Workspace


def history(workspace: Workspace, args: Arguments) -> Json:
    """Newest first, without answers in threads."""
    channel = member_of(workspace, args.required("channel", "channel_not_found"))
    require_kind(workspace, "conversations.history", channel)
    shown = [m for m in channel.messages.values() if m.in_channel and _in_range(m, args)]
    return _answer(workspace, sorted(shown, key=lambda m: m.ts, reverse=True), args)


def replies(workspace: Workspace, args: Arguments) -> Json:
    """The message itself first, then the answers, oldest first."""
    channel = member_of(workspace, args.required("channel", "channel_not_found"))
    require_kind(workspace, "conversations.replies", channel)
    parent = channel.messages.get(args.required("ts"))
    if parent is None:
        raise Refusal("thread_not_found")
    below = [m for m in channel.replies(parent.thread_ts or parent.ts) if _in_range(m, args)]
    return _answer(workspace, [parent, *below], args)


def _answer(workspace: Workspace, shown: list[Message], args: Arguments) -> Json:
    part, metadata = page(shown, args, cap=1000)
    with_metadata = args.flag("include_all_metadata")
    answer: Json = {
        "messages": [message_json(workspace, message, with_metadata) for message in part],
        "has_more": bool(metadata["next_cursor"]),
        "pin_count": 0,
    }
    return answer | ({"response_metadata": metadata} if metadata["next_cursor"] else {})


def _in_range(message: Message, args: Arguments) -> bool:
    """Both ends are left out unless `inclusive`."""
    try:
        ts, oldest = float(message.ts), float(args.text("oldest") or 0)
        latest = float(args.text("latest") or "inf")
    except ValueError:
        raise Refusal("invalid_ts_oldest") from None
    inside = oldest < ts < latest
    return inside or (args.flag("inclusive") and ts in (oldest, latest))


METHODS = {"conversations.history": history, "conversations.replies": replies}
