"""reactions.add, pins.*, bookmarks.*, conversations.canvases.create."""

import secrets

from bot.sandbox.api.access import member_of, message_in
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.errors import Refusal
from bot.sandbox.people import Json
from bot.sandbox.shapes import message_json
from bot.sandbox.workspace import Workspace


def add_reaction(workspace: Workspace, args: Arguments) -> Json:
    channel = member_of(workspace, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.required("timestamp", "no_item_specified"))
    name = args.required("name", "invalid_name").strip(":")
    users = message.reactions.setdefault(name, [])
    if workspace.identity.bot_user in users:
        raise Refusal("already_reacted")
    users.append(workspace.identity.bot_user)
    workspace.changed(message)
    return {}


def add_pin(workspace: Workspace, args: Arguments) -> Json:
    channel = member_of(workspace, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.required("timestamp", "no_item_specified"))
    if message.pinned:
        raise Refusal("already_pinned")
    message.pinned = True
    workspace.changed(message)
    return {}


def list_pins(workspace: Workspace, args: Arguments) -> Json:
    channel = member_of(workspace, args.required("channel", "channel_not_found"))
    pinned = [message for message in channel.messages.values() if message.pinned]
    return {"items": [{"type": "message", "message": message_json(workspace, message)} for message in pinned]}


def add_bookmark(workspace: Workspace, args: Arguments) -> Json:
    channel = member_of(workspace, args.required("channel_id", "channel_not_found"))
    kind, title = args.required("type", "invalid_bookmark_type"), args.required("title")
    if kind != "link":
        raise Refusal("invalid_bookmark_type")
    link = args.required("link", "invalid_link")
    bookmark = {"id": f"Bk{secrets.token_hex(4).upper()}", "channel_id": channel.id, "title": title, "link": link}
    channel.bookmarks.append(bookmark | {"type": kind, "emoji": args.text("emoji")})
    workspace.publish({"kind": "channel", "channel": channel.id})
    return {"bookmark": channel.bookmarks[-1]}


def list_bookmarks(workspace: Workspace, args: Arguments) -> Json:
    return {"bookmarks": member_of(workspace, args.required("channel_id", "channel_not_found")).bookmarks}


def create_canvas(workspace: Workspace, args: Arguments) -> Json:
    channel = member_of(workspace, args.required("channel_id", "channel_not_found"))
    if channel.canvas:
        raise Refusal("channel_canvas_already_exists")
    content = args.json("document_content", "invalid_arguments") or {}
    channel.canvas = {"id": f"F{secrets.token_hex(5).upper()}", "markdown": content.get("markdown", "")}
    workspace.publish({"kind": "channel", "channel": channel.id})
    return {"canvas_id": channel.canvas["id"]}


METHODS = {
    "bookmarks.add": add_bookmark,
    "bookmarks.list": list_bookmarks,
    "conversations.canvases.create": create_canvas,
    "pins.add": add_pin,
    "pins.list": list_pins,
    "reactions.add": add_reaction,
}
