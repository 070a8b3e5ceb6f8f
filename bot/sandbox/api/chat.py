"""chat.*: post, update, delete, ephemeral, permalink, unfurl."""

from bot.sandbox.api.access import destination, is_member, may_post, message_in, visible
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.content import Content, read_content
from bot.sandbox.errors import Refusal
from bot.sandbox.messages import Channel, Message
from bot.sandbox.people import Json
from bot.sandbox.shapes import message_json
from bot.sandbox.workspace import Workspace


def post_message(workspace: Workspace, args: Arguments) -> Json:
    channel = destination(workspace, args.required("channel", "channel_not_found"))
    may_post(workspace, channel)
    content = read_content(args)
    message = _message(workspace, channel, content, args)
    message.broadcast = args.flag("reply_broadcast")
    message.username = args.text("username") or None
    workspace.store(message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(workspace, message)}


def _message(workspace: Workspace, channel: Channel, content: Content, args: Arguments) -> Message:
    thread = args.text("thread_ts") or None
    if thread and thread not in channel.messages:
        raise Refusal("thread_not_found")
    return Message(
        channel=channel.id,
        ts=workspace.new_ts(),
        user=workspace.identity.bot_user,
        text=content.text or "",
        blocks=content.blocks or [],
        attachments=content.attachments or [],
        metadata=content.metadata,
        thread_ts=thread,
    )


def update(workspace: Workspace, args: Arguments) -> Json:
    channel = visible(workspace, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.required("ts", "message_not_found"))
    if not message.from_bot:
        raise Refusal("cant_update_message")
    if channel.is_archived:
        raise Refusal("is_archived")
    apply(workspace, message, read_content(args))
    shown = message_json(workspace, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def apply(workspace: Workspace, message: Message, content: Content) -> None:
    """Text without blocks takes the old blocks away; blocks without text keep the old text."""
    if content.blocks is not None or content.text is not None:
        message.blocks = content.blocks or []
    if content.text is not None:
        message.text = content.text
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata or None
    if not content.blocks:
        message.edited_at = workspace.new_ts()
    message.versions += 1
    workspace.store(message)


def delete(workspace: Workspace, args: Arguments) -> Json:
    channel = visible(workspace, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.required("ts", "message_not_found"))
    if not message.from_bot:
        raise Refusal("cant_delete_message")
    workspace.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(workspace: Workspace, args: Arguments) -> Json:
    channel = destination(workspace, args.required("channel", "channel_not_found"))
    user = args.required("user")
    if channel.is_archived:
        raise Refusal("is_archived")
    if not is_member(workspace, channel):
        raise Refusal("channel_not_found" if channel.kind == "private" else "not_in_channel")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    message = _message(workspace, channel, read_content(args), args)
    message.only_for = user
    workspace.store(message)
    return {"message_ts": message.ts}


def permalink(workspace: Workspace, args: Arguments) -> Json:
    channel = visible(workspace, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.required("message_ts", "message_not_found"))
    link = f"https://{workspace.identity.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def unfurl(workspace: Workspace, args: Arguments) -> Json:
    """Attaches the unfurled blocks to the person's message."""
    channel = visible(workspace, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.required("ts", "cannot_find_message"))
    unfurls = args.json("unfurls", "invalid_unfurls_format")
    if not isinstance(unfurls, dict) and "metadata" not in args:
        raise Refusal("missing_unfurls")
    message.attachments = [{"from_url": url, **shown} for url, shown in (unfurls or {}).items()]
    workspace.changed(message)
    return {}


METHODS = {
    "chat.delete": delete,
    "chat.getPermalink": permalink,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.unfurl": unfurl,
    "chat.update": update,
}
