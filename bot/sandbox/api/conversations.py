"""conversations.*: what there is, who is in it, and what the bot may change."""

import re
import secrets

from bot.sandbox.api.access import is_member, member_of, page, require_kind, require_scope, visible
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.errors import Refusal
from bot.sandbox.messages import Channel, channel_json
from bot.sandbox.people import Json
from bot.sandbox.workspace import Workspace

KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}
READ_SCOPE = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}


def list_all(workspace: Workspace, args: Arguments) -> Json:
    types = args.names("types") or ["public_channel"]
    if unknown := [one for one in types if one not in KINDS]:
        raise Refusal("invalid_types", types=unknown)
    for one in types:
        require_scope(workspace, [READ_SCOPE[one]])
    kinds = {KINDS[one] for one in types}
    found = [c for c in workspace.channels.values() if c.kind in kinds and _listed(workspace, c, args)]
    return _channels(workspace, found, args)


def _listed(workspace: Workspace, channel: Channel, args: Arguments) -> bool:
    if args.flag("exclude_archived") and channel.is_archived:
        return False
    return channel.kind == "public" or is_member(workspace, channel)


def _channels(workspace: Workspace, found: list[Channel], args: Arguments) -> Json:
    part, metadata = page(found, args)
    shown = [channel_json(channel, workspace.identity.bot_user) for channel in part]
    return {"channels": shown, "response_metadata": metadata}


def of_user(workspace: Workspace, args: Arguments) -> Json:
    user = args.text("user") or workspace.identity.bot_user
    workspace.person(user)
    kinds = {KINDS.get(one) for one in args.names("types") or ["public_channel"]}
    found = [c for c in workspace.channels.values() if user in c.members and c.kind in kinds and _listed(workspace, c, args)]
    return _channels(workspace, found, args)


def info(workspace: Workspace, args: Arguments) -> Json:
    channel = visible(workspace, args.required("channel", "channel_not_found"))
    require_kind(workspace, "conversations.info", channel)
    return _shown(workspace, channel)


def members(workspace: Workspace, args: Arguments) -> Json:
    channel = visible(workspace, args.required("channel", "channel_not_found"))
    require_kind(workspace, "conversations.members", channel)
    part, metadata = page(channel.members, args)
    return {"members": list(part), "response_metadata": metadata}


def create(workspace: Workspace, args: Arguments) -> Json:
    name, private = args.text("name"), args.flag("is_private")
    require_scope(workspace, ["groups:write" if private else "channels:manage"])
    _check_name(workspace, name)
    bot = workspace.identity.bot_user
    kind = "private" if private else "public"
    channel = Channel(f"C{secrets.token_hex(5).upper()}", name, kind, bot, int(workspace.now()), [bot])
    workspace.channels[channel.id] = channel
    return _changed(workspace, channel)


def _check_name(workspace: Workspace, name: str) -> None:
    if not name:
        raise Refusal("invalid_name_required")
    if len(name) > 80:
        raise Refusal("invalid_name_maxlength")
    if not re.search(r"[a-z0-9]", name.lower()):
        raise Refusal("invalid_name_punctuation")
    if not re.fullmatch(r"[a-z0-9_\-]+", name):
        raise Refusal("invalid_name_specials")
    if any(channel.name == name for channel in workspace.channels.values()):
        raise Refusal("name_taken")


def invite(workspace: Workspace, args: Arguments) -> Json:
    """With `force` good ids go in though others are bad; else the first bad one refuses all."""
    channel = member_of(workspace, args.required("channel", "channel_not_found"))
    require_kind(workspace, "conversations.invite", channel)
    _refuse_archived(channel)
    users = args.names("users")
    if not users:
        raise Refusal("no_user")
    if len(users) > 100:
        raise Refusal("too_many_users")
    problems = [{"user": u, "ok": False, "error": e} for u in users if (e := _invitation_problem(workspace, channel, u))]
    bad = {problem["user"] for problem in problems}
    if problems and not (args.flag("force") and len(bad) < len(users)):
        raise Refusal(str(problems[0]["error"]), errors=problems)
    channel.members.extend(user for user in users if user not in bad)
    return _changed(workspace, channel) | ({"errors": problems} if problems else {})


def _invitation_problem(workspace: Workspace, channel: Channel, user: str) -> str:
    if user not in workspace.people:
        return "user_not_found"
    if user == workspace.identity.bot_user:
        return "cant_invite_self"
    if user in channel.members:
        return "already_in_channel"
    return "ura_max_channels" if workspace.people[user].is_ultra_restricted else ""


def join(workspace: Workspace, args: Arguments) -> Json:
    channel = visible(workspace, args.required("channel", "channel_not_found"))
    if channel.kind != "public":
        raise Refusal("method_not_supported_for_channel_type")
    _refuse_archived(channel)
    if is_member(workspace, channel):
        return _shown(workspace, channel) | {"warning": "already_in_channel"}
    channel.members.append(workspace.identity.bot_user)
    return _changed(workspace, channel)


def open_direct(workspace: Workspace, args: Arguments) -> Json:
    users = args.names("users")
    if "channel" in args:
        return {"channel": {"id": visible(workspace, args.text("channel")).id}}
    if not users:
        raise Refusal("users_list_not_supplied")
    if len(users) > 1:
        raise Refusal("method_not_supported_for_channel_type")
    workspace.person(users[0])
    channel = workspace.direct_message(users[0])
    full = channel_json(channel, workspace.identity.bot_user)
    return {"channel": full if args.flag("return_im") else {"id": channel.id}}


def set_topic(workspace: Workspace, args: Arguments) -> Json:
    channel = _changeable(workspace, args, "conversations.setTopic")
    channel.topic = args.text("topic")
    return _changed(workspace, channel)


def set_purpose(workspace: Workspace, args: Arguments) -> Json:
    channel = _changeable(workspace, args, "conversations.setPurpose")
    channel.purpose = args.text("purpose")
    return _changed(workspace, channel) | {"purpose": channel.purpose}


def archive(workspace: Workspace, args: Arguments) -> Json:
    channel = member_of(workspace, args.required("channel", "channel_not_found"))
    require_kind(workspace, "conversations.archive", channel)
    if channel.is_archived:
        raise Refusal("already_archived")
    channel.is_archived = True
    _changed(workspace, channel)
    return {}


def _changeable(workspace: Workspace, args: Arguments, method: str) -> Channel:
    channel = member_of(workspace, args.required("channel", "channel_not_found"))
    require_kind(workspace, method, channel)
    _refuse_archived(channel)
    if len(args.text("topic") + args.text("purpose")) > 250:
        raise Refusal("too_long")
    return channel


def _refuse_archived(channel: Channel) -> None:
    if channel.is_archived:
        raise Refusal("is_archived")


def _changed(workspace: Workspace, channel: Channel) -> Json:
    workspace.publish({"kind": "channel", "channel": channel.id})
    return _shown(workspace, channel)


def _shown(workspace: Workspace, channel: Channel) -> Json:
    return {"channel": channel_json(channel, workspace.identity.bot_user)}


METHODS = {
    "conversations.archive": archive,
    "conversations.create": create,
    "conversations.info": info,
    "conversations.invite": invite,
    "conversations.join": join,
    "conversations.list": list_all,
    "conversations.members": members,
    "conversations.open": open_direct,
    "conversations.setPurpose": set_purpose,
    "conversations.setTopic": set_topic,
    "users.conversations": of_user,
}
