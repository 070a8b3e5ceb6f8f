"""Slack's opinion about blocks and views: every problem with its JSON pointer, none when it would be accepted."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.sandbox.blocks.catalog import BLOCKS
from bot.sandbox.blocks.objects import plain
from bot.sandbox.blocks.rules import Problem, Rule, anything, fields, flag, items, string
from bot.sandbox.blocks.walk import elements_of

MESSAGE_BLOCKS, VIEW_BLOCKS, VIEW_BYTES, MARKDOWN_CHARACTERS = 50, 100, 250_000, 12_000
VIEW: dict[str, Rule] = {
    "blocks": anything,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
    "clear_on_close": flag,
    "notify_on_close": flag,
    "submit_disabled": flag,
}
TITLES = {"submit": plain(24), "close": plain(24)}
SURFACES: dict[str, Rule] = {
    "modal": fields({"title": plain(24), "blocks": anything}, {**VIEW, **TITLES}),
    "home": fields({"blocks": anything}, VIEW),
}


def check_blocks(blocks: Any, surface: str = "message", at: str = "/blocks") -> list[Problem]:
    """Problems of the blocks of a `message`, `modal` or `home`."""
    limit = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    problems = list(items(BLOCKS[surface], 0, limit)(blocks, at))
    return problems or [*_twice(blocks, at), *_totals(blocks, at)]


def check_view(view: Any) -> list[Problem]:
    """Problems of a modal or home view."""
    surface = view.get("type") if isinstance(view, dict) else None
    if surface not in SURFACES:
        return [Problem("/view/type", f"unsupported type: {surface}")]
    problems = [*SURFACES[surface](view, "/view"), *check_blocks(view.get("blocks"), surface, "/view/blocks")]
    return problems or [*_needs_submit(view), *_size(view)]


def _needs_submit(view: dict[str, Any]) -> Iterator[Problem]:
    has_input = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and has_input and not view.get("submit"):
        yield Problem("/view", "submit is required when an input block is used")


def _size(view: dict[str, Any]) -> Iterator[Problem]:
    if len(json.dumps(view)) > VIEW_BYTES:
        yield Problem("/view", "view_too_large")


def _twice(blocks: list[dict[str, Any]], at: str) -> Iterator[Problem]:
    seen = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for block_id, count in seen.items():
        if count > 1:
            yield Problem(at, f"`block_id` must be unique: {block_id}")
    for index, block in enumerate(blocks):
        ids = Counter(e["action_id"] for e in elements_of(block) if e.get("action_id"))
        if any(count > 1 for count in ids.values()):
            yield Problem(f"{at}/{index}", "`action_id` must be unique within a block")


def _totals(blocks: list[dict[str, Any]], at: str) -> Iterator[Problem]:
    kinds = Counter(block["type"] for block in blocks)
    if kinds["table"] > 1:
        yield Problem(at, "only_one_table_allowed")
    if kinds["data_visualization"] > 2:
        yield Problem(at, "no more than 2 data_visualization blocks allowed")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_CHARACTERS:
        yield Problem(at, "markdown blocks must be less than 12001 characters in all")
