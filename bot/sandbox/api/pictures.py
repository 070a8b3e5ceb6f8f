"""Pictures that a block names by their file: Slack refuses a file that it does not have, or that is no picture."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.errors import Refusal
from bot.sandbox.people import Json
from bot.sandbox.workspace import Workspace

FORMATS = frozenset({"image/png", "image/jpeg", "image/gif"})


def refuse_strange_pictures(workspace: Workspace, blocks: list[Json] | None, error: str = "invalid_blocks") -> None:
    """A message is refused with `invalid_blocks`, a view with `invalid_arguments`."""
    strange = [file for file in _files(blocks or []) if not _is_picture(workspace, file)]
    if strange:
        messages = [f"[ERROR] invalid slack file [{file.get('id') or file.get('url')}]" for file in strange]
        raise Refusal(error, response_metadata={"messages": messages})


def _files(found: Any) -> Iterator[Json]:
    """Every `slack_file` in blocks, however deep."""
    if isinstance(found, list):
        for one in found:
            yield from _files(one)
    elif isinstance(found, dict):
        if isinstance(found.get("slack_file"), dict):
            yield found["slack_file"]
        for value in found.values():
            yield from _files(value)


def _is_picture(workspace: Workspace, file: Json) -> bool:
    """Uploaded whole: the bytes, and the call that completes it."""
    upload = workspace.contents.uploads.get(file.get("id") or str(file.get("url", "")).rpartition("/")[2])
    return upload is not None and bool(upload.title) and bool(upload.content) and upload.content_type in FORMATS
