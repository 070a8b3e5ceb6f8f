"""What a message may say: text, blocks and metadata, checked as Slack checks them."""

import json
from dataclasses import dataclass
from typing import Any

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.blocks.check import check_blocks, check_view
from bot.sandbox.errors import Refusal
from bot.sandbox.people import Json

TEXT, METADATA = 40_000, 8_000


@dataclass(frozen=True)
class Content:
    """None means: not given (an update keeps what was there)."""

    text: str | None
    blocks: list[Json] | None
    attachments: list[Json] | None
    metadata: Json | None


def read_content(args: Arguments) -> Content:
    """The content of a post or an update; refuses with `no_text`, `msg_too_long`, `invalid_blocks` and their like."""
    text = args.text("text") if "text" in args else None
    if "markdown_text" in args:
        return _markdown(args, text)
    blocks = args.json("blocks", "invalid_blocks_format")
    attachments = args.json("attachments", "invalid_attachments")
    if not text and not blocks and not attachments:
        raise Refusal("no_text")
    if text and len(text) > TEXT:
        raise Refusal("msg_too_long")
    return Content(text, checked_blocks(blocks), attachments, _metadata(args))


def _markdown(args: Arguments, text: str | None) -> Content:
    if text or "blocks" in args:
        raise Refusal("markdown_text_conflict")
    markdown = args.text("markdown_text")
    return Content(markdown, checked_blocks([{"type": "markdown", "text": markdown}]), None, _metadata(args))


def checked_blocks(blocks: Any) -> list[Json] | None:
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    if problems := check_blocks(blocks):
        errors = [f"{p.message} [json-pointer:{p.pointer}]" for p in problems]
        raise Refusal("invalid_blocks", errors=errors, response_metadata={"messages": [str(p) for p in problems]})
    return blocks


def checked_view(view: Any, kind: str) -> Json:
    """A view of this kind, or `invalid_arguments` with a message for each problem."""
    if not isinstance(view, dict):
        raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view"]})
    problems = [str(problem) for problem in check_view(view)]
    if not problems and view["type"] != kind:
        problems = [f"[ERROR] must be a {kind} view [json-pointer:/view/type]"]
    if any("view_too_large" in problem for problem in problems):
        raise Refusal("view_too_large")
    if problems:
        raise Refusal("invalid_arguments", response_metadata={"messages": problems})
    return view


def _metadata(args: Arguments) -> Json | None:
    value = args.json("metadata", "invalid_metadata_format")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refusal("invalid_metadata_format")
    if value and not (isinstance(value.get("event_type"), str) and isinstance(value.get("event_payload"), dict)):
        raise Refusal("invalid_metadata_schema")
    if len(json.dumps(value)) > METADATA:
        raise Refusal("metadata_too_large")
    return value
