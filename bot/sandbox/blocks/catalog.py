"""Every block, and on which surface it may stand. From docs.slack.dev/reference/block-kit/blocks."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.blocks.elements import ACCESSORY, CARD_BUTTON, IMAGE, IN_ACTIONS, IN_FEEDBACK, IN_INPUT
from bot.sandbox.blocks.objects import SLACK_FILE, plain, text
from bot.sandbox.blocks.rich_text import RICH_TEXT
from bot.sandbox.blocks.rules import (
    Problem,
    Rule,
    anything,
    choice,
    fields,
    flag,
    integer,
    items,
    one_of,
    some_of,
    string,
    tagged,
)

BLOCK_ID = string(255)


def block(required: dict[str, Rule] | None = None, optional: dict[str, Rule] | None = None, *extra: Rule) -> Rule:
    return fields(required, {"block_id": BLOCK_ID, **(optional or {})}, *extra)


def even_rows(value: Any, at: str) -> Iterator[Problem]:
    rows = value.get("rows")
    if isinstance(rows, list) and len({len(row) for row in rows if isinstance(row, list)}) > 1:
        yield Problem(f"{at}/rows", "every row must have the same number of cells")


CELL = tagged(
    {
        "raw_text": fields({"text": string(10_000, 0)}),
        "raw_number": fields({"value": anything}, {"text": string(10_000, 0)}),
        "rich_text": RICH_TEXT,
    },
    "cell type",
)
COLUMN = fields(None, {"align": choice("left", "center", "right"), "is_wrapped": flag})
IN_CONTEXT = tagged({"plain_text": plain(3000), "mrkdwn": text(3000), **IMAGE}, "element type")
PICTURE = block(
    {"alt_text": string(2000)},
    {"image_url": string(3000), "slack_file": SLACK_FILE, "title": plain(2000)},
    one_of("image_url", "slack_file"),
)
CARD = block(
    None,
    {
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "icon": IMAGE["image"],
        "hero_image": IMAGE["image"],
        "actions": items(CARD_BUTTON, 1, 3),
    },
    some_of("hero_image", "title", "actions", "body"),
)
SIMPLE: dict[str, Rule] = {
    "section": block(
        None,
        {"text": text(3000), "fields": items(text(2000), 1, 10), "accessory": ACCESSORY, "expand": flag},
        some_of("text", "fields"),
    ),
    "header": block({"text": plain(150)}),
    "divider": block(),
    "image": PICTURE,
    "context": block({"elements": items(IN_CONTEXT, 1, 10)}),
    "actions": block({"elements": items(IN_ACTIONS, 1, 25)}),
    "rich_text": RICH_TEXT,
    "input": block({"label": plain(2000), "element": IN_INPUT}, {"hint": plain(2000), "optional": flag, "dispatch_action": flag}),
    "video": block(
        {"alt_text": string(2000), "title": plain(200), "thumbnail_url": string(3000), "video_url": string(3000)},
        {
            "author_name": string(50),
            "description": plain(200),
            "provider_icon_url": string(3000),
            "provider_name": string(50),
            "title_url": string(3000),
        },
    ),
    "card": CARD,
}
TABLE = block({"rows": items(items(CELL, 1, 20), 1, 100)}, {"column_settings": items(COLUMN, 0, 20)}, even_rows)
DATA_TABLE = block(
    {"rows": items(items(CELL, 1, 20), 2, 101), "caption": string(2000)},
    {"page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
    even_rows,
)
MESSAGE_ONLY: dict[str, Rule] = {
    "markdown": block({"text": string(12_000)}),
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": block({"chart": anything}, {"title": anything}),
    "context_actions": block({"elements": items(IN_FEEDBACK, 1, 5)}),
    "plan": block({"title": anything}, {"tasks": items(anything, 0, 50)}),
    "task_card": block(
        {"task_id": string(255), "title": anything},
        {
            "details": RICH_TEXT,
            "output": RICH_TEXT,
            "sources": anything,
            "status": choice("in_progress", "complete", "error"),
        },
    ),
    "carousel": block({"elements": items(tagged({"card": CARD}), 1, 10)}),
    "container": block(
        {"child_blocks": items(tagged(SIMPLE, "block type"), 1, 10)},
        {
            "title": anything,
            "subtitle": anything,
            "icon": anything,
            "width": anything,
            "is_collapsible": flag,
            "default_collapsed": flag,
        },
    ),
}
MODAL_ONLY: dict[str, Rule] = {"alert": block({"text": text(200)}, {"level": choice("default", "info", "warning", "error", "success")})}
HOME_ONLY = {key: MESSAGE_ONLY[key] for key in ("table", "data_table", "carousel")}

BLOCKS: dict[str, Rule] = {
    "message": tagged(SIMPLE | MESSAGE_ONLY, "block type"),
    "modal": tagged(SIMPLE | MODAL_ONLY, "block type"),
    "home": tagged(SIMPLE | HOME_ONLY, "block type"),
}
