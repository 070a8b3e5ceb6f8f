"""The workspace as JSON for the web page and for tests in other processes."""

from dataclasses import asdict
from typing import Any

from bot.sandbox.messages import Channel, Message
from bot.sandbox.people import Json, Person
from bot.sandbox.shapes import message_json, view_json
from bot.sandbox.workspace import Call, Workspace


def shown_message(workspace: Workspace, message: Message) -> Json:
    extra = {key: getattr(message, key) for key in ("channel", "versions", "only_for", "from_bot", "username", "pinned", "broadcast")}
    return message_json(workspace, message) | extra | {"in_channel": message.in_channel}


def shown_channel(channel: Channel) -> Json:
    keys = ("id", "name", "kind", "members", "is_archived", "is_ext_shared", "topic", "purpose", "bookmarks", "canvas")
    return {key: getattr(channel, key) for key in keys}


def shown_person(person: Person) -> Json:
    return asdict(person) | {"colour": person.colour}


def shown_call(call: Call) -> Json:
    return {"method": call.method, "args": _plain(call.args), "at": call.at, "result": call.result, "fault": call.fault}


def _plain(args: Json) -> Json:
    return {key: f"<{len(value)} bytes>" if isinstance(value, bytes) else value for key, value in args.items()}


def everything(workspace: Workspace) -> Json:
    """The whole workspace: people, channels with their messages, and what each person alone sees."""
    contents = workspace.contents
    return {
        "team": {"id": workspace.identity.team, "name": workspace.identity.team_name},
        "app": {"id": workspace.identity.app, "name": workspace.identity.app_name, "user": workspace.identity.bot_user},
        "people": [shown_person(person) for person in workspace.people.values()],
        "channels": [shown_channel(channel) for channel in workspace.channels.values()],
        "messages": [shown_message(workspace, m) for c in workspace.channels.values() for m in c.messages.values()],
        "ephemerals": [shown_message(workspace, m) for each in contents.ephemerals.values() for m in each.values()],
        "views": {user: [view_json(workspace, view) for view in stack] for user, stack in contents.stacks.items()},
        "homes": {user: view_json(workspace, view) for user, view in contents.homes.items()},
        "read": {f"{user}/{channel}": ts for (user, channel), ts in contents.read.items()},
        "usergroups": workspace.usergroups,
        "manifest": _page_part(workspace.manifest),
    }


def _page_part(manifest: Json | None) -> Json:
    features = (manifest or {}).get("features", {})
    return {
        "commands": features.get("slash_commands") or [],
        "shortcuts": features.get("shortcuts") or [],
        "home": manifest is None or bool(features.get("app_home", {}).get("home_tab_enabled")),
        "about": (manifest or {}).get("display_information", {}).get("description", ""),
    }


def shown_change(workspace: Workspace, change: Json) -> Json:
    """A change as the page gets it."""
    match change["kind"]:
        case "message":
            return {"kind": "message", "message": shown_message(workspace, change["message"])}
        case "channel":
            return {"kind": "channel", "channel": shown_channel(workspace.channels[change["channel"]])}
        case "views":
            return change | {"views": [view_json(workspace, view) for view in workspace.stack(change["user"])]}
        case "home":
            return change | {"view": view_json(workspace, workspace.contents.homes[change["user"]])}
        case "call":
            return {"kind": "call", "call": _summary(change["call"])}
    return change


def _summary(call: Call) -> dict[str, Any]:
    return {
        "method": call.method,
        "ok": call.result.get("ok"),
        "error": call.result.get("error"),
        "fault": call.fault,
        "at": call.at,
    }
