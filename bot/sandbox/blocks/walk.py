"""Ways through accepted blocks: find elements, give ids to those that came without."""

import copy
import secrets
from collections.abc import Iterator
from typing import Any

Block = dict[str, Any]
WITHOUT_ID = {"plain_text", "mrkdwn", "image"}


def elements_of(block: Block) -> Iterator[dict[str, Any]]:
    """The interactive elements of one block, those of nested blocks included."""
    if block["type"] == "rich_text":
        return
    candidates = [block.get("accessory"), block.get("element")]
    for group in ("elements", "actions"):
        candidates += block.get(group) or []
    for nested in candidates:
        if isinstance(nested, dict) and nested.get("type") == "card":
            yield from elements_of(nested)
        elif isinstance(nested, dict) and nested.get("type") not in WITHOUT_ID:
            yield nested
    for child in block.get("child_blocks") or []:
        yield from elements_of(child)


def flatten(blocks: list[Block]) -> Iterator[Block]:
    """The blocks and those nested in containers."""
    for block in blocks:
        yield block
        yield from flatten(block.get("child_blocks") or [])


def with_ids(blocks: list[Block]) -> list[Block]:
    """A copy in which every block and every element has an id, as Slack returns it."""
    answer: list[Block] = copy.deepcopy(blocks)
    for block in flatten(answer):
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in elements_of(block):
            element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return answer


def find(blocks: list[Block], action_id: str, block_id: str | None = None) -> tuple[Block, dict[str, Any]] | None:
    """The block and element with this action id, the first when no block is named."""
    for block in flatten(blocks):
        if block_id and block["block_id"] != block_id:
            continue
        for element in elements_of(block):
            if element.get("action_id") == action_id and "child_blocks" not in block:
                return block, element
    return None
