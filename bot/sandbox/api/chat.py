"""chat.*: post, update, delete, ephemeral, permalink, unfurl."""

from bot.sandbox.api.access import destination, is_member, may_post, message_in, visible
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.content import Content, checked_blocks, read_content
from bot.sandbox.api.pictures import refuse_strange_pictures
from bot.sandbox.blocks.walk import with_ids
from bot.sandbox.errors import Refusal
from bot.sandbox.messages import Channel, Message
from bot.sandbox.people import Json
from bot.sandbox.shapes import message_json
from bot.sandbox.workspace import Workspace


def post_message(workspace: Workspace, args: Arguments) -> Json:
    channel = destination(workspace, args.required("channel", "channel_not_found"))
    may_post(workspace, channel)
    content = _content(workspace, args)
    message = _message(workspace, channel, content, args)
    message.broadcast = args.flag("reply_broadcast")
    message.username = args.text("username") or None
    workspace.store(message)
    return {"channel": channel.id, "ts": message.ts, "message": message_json(workspace, message)}


def _content(workspace: Workspace, args: Arguments) -> Content:
    content = read_content(args)
    refuse_strange_pictures(workspace, content.blocks)
    return content


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
    apply(workspace, message, _content(workspace, args))
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
    message = _message(workspace, channel, _content(workspace, args), args)
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
    """Shows blocks below the person's message, named by channel and ts or by the `unfurl_id` and `source` of the event."""
    message = _unfurled(workspace, args)
    unfurls = args.json("unfurls", "invalid_unfurls_format")
    if not isinstance(unfurls, dict) and "metadata" not in args:
        raise Refusal("missing_unfurls")
    for url, shown in (unfurls or {}).items():
        if url not in message.text:
            raise Refusal("cannot_unfurl_url")
        shown["blocks"] = with_ids(checked_blocks(shown.get("blocks")) or [])
    message.attachments = [
        {"id": number, "from_url": url, "app_unfurl_url": url, "is_app_unfurl": True, "app_id": workspace.identity.app, **shown}
        for number, (url, shown) in enumerate((unfurls or {}).items(), 1)
    ]
    workspace.changed(message)
    return {}


def _unfurled(workspace: Workspace, args: Arguments) -> Message:
    if args.text("unfurl_id"):
        args.required("source", "missing_source")
        channel, _, ts = args.text("unfurl_id").partition(".")
    else:
        channel, ts = visible(workspace, args.required("channel", "missing_channel")).id, args.required("ts", "missing_ts")
    message = workspace.find_message(channel, ts)
    if message is None:
        raise Refusal("cannot_find_message")
    return message


METHODS = {
    "chat.delete": delete,
    "chat.getPermalink": permalink,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.unfurl": unfurl,
    "chat.update": update,
}
