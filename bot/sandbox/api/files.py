"""files.getUploadURLExternal and files.completeUploadExternal: the address, then the bytes, then the message."""

import secrets

from bot.sandbox.api.access import destination, may_post
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.errors import Refusal
from bot.sandbox.messages import Message
from bot.sandbox.people import Json
from bot.sandbox.workspace import Upload, Workspace


def upload_url(workspace: Workspace, args: Arguments) -> Json:
    name = args.required("filename")
    if args.number("length", 0) <= 0:
        raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: length"]})
    file_id = f"F{secrets.token_hex(5).upper()}"
    workspace.contents.uploads[file_id] = Upload(file_id, name)
    return {"upload_url": f"{workspace.base_url}/sandbox/upload/{file_id}", "file_id": file_id}


def complete(workspace: Workspace, args: Arguments) -> Json:
    files = args.json("files", "invalid_arguments") or []
    uploads = [_finished(workspace, one) for one in files]
    if not uploads:
        raise Refusal("invalid_arguments")
    shown = [file_json(upload, workspace.base_url) for upload in uploads]
    for name in [*args.names("channel_id"), *args.names("channels")]:
        channel = destination(workspace, name)
        may_post(workspace, channel)
        message = Message(channel.id, workspace.new_ts(), workspace.identity.bot_user, args.text("initial_comment"))
        message.files, message.thread_ts = shown, args.text("thread_ts") or None
        workspace.store(message)
    return {"files": shown}


def _finished(workspace: Workspace, one: Json) -> Upload:
    upload = workspace.contents.uploads.get(one.get("id", ""))
    if upload is None or not upload.content:
        raise Refusal("file_not_found")
    upload.title = one.get("title") or upload.name
    return upload


def file_json(upload: Upload, base: str) -> Json:
    return {
        "id": upload.id,
        "name": upload.name,
        "title": upload.title,
        "mimetype": upload.content_type,
        "filetype": upload.name.rpartition(".")[2].lower() if "." in upload.name else "",
        "size": len(upload.content),
        "url_private": f"{base}/sandbox/file/{upload.id}",
    }


METHODS = {"files.completeUploadExternal": complete, "files.getUploadURLExternal": upload_url}
