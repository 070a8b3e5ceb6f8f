"""Objects as Slack's answers and payloads show them."""

from bot.sandbox.messages import Channel, Message
from bot.sandbox.people import Json, Person, user_json
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace


def message_json(workspace: Workspace, message: Message, with_metadata: bool = True) -> Json:
    """A message as history and payloads show it; metadata only where Slack gives it."""
    identity = workspace.identity
    answer: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": identity.team,
    }
    if message.from_bot:
        answer |= {"bot_id": identity.bot, "app_id": identity.app, "bot_profile": identity.profile}
    for key in ("blocks", "attachments", "files"):
        if value := getattr(message, key):
            answer[key] = value
    if message.metadata and with_metadata:
        answer["metadata"] = message.metadata
    if message.edited_at:
        answer["edited"] = {"user": message.user, "ts": message.edited_at}
    if message.reactions:
        answer["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()]
    return answer | _thread(workspace, message)


def _thread(workspace: Workspace, message: Message) -> Json:
    replies = workspace.channels[message.channel].replies(message.ts)
    if message.thread_ts and message.thread_ts != message.ts:
        return {"thread_ts": message.thread_ts} | ({"subtype": "thread_broadcast"} if message.broadcast else {})
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
        "reply_users": users,
        "is_locked": False,
        "subscribed": False,
    }


def view_json(workspace: Workspace, view: View) -> Json:
    identity = workspace.identity
    return {
        "id": view.id,
        "team_id": identity.team,
        **view.body,
        "state": {"values": view.values},
        "hash": view.hash,
        "previous_view_id": view.previous,
        "root_view_id": view.root,
        "app_id": identity.app,
        "app_installed_team_id": identity.team,
        "bot_id": identity.bot,
    }


def person_json(workspace: Workspace, person: Person) -> Json:
    with_email = workspace.scopes is None or "users:read.email" in workspace.scopes
    return user_json(person, workspace.identity.team, with_email)


def channel_ref(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.payload_name()}


def team_ref(workspace: Workspace) -> Json:
    return {"id": workspace.identity.team, "domain": workspace.identity.domain}


def user_ref(workspace: Workspace, user: str) -> Json:
    person = workspace.people[user]
    return {
        "id": user,
        "username": person.name,
        "name": person.name,
        "team_id": person.team_id or workspace.identity.team,
    }
