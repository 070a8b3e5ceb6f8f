"""Views: what a person has open (a stack of at most three modals) and their App Home."""

import copy
import secrets
from dataclasses import dataclass, field

from bot.sandbox.blocks.walk import elements_of, flatten, with_ids
from bot.sandbox.choices import initial_state
from bot.sandbox.people import Json

STACK_DEPTH = 3
KEPT = (
    "type",
    "title",
    "submit",
    "close",
    "callback_id",
    "external_id",
    "private_metadata",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
)


@dataclass
class View:
    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    values: Json = field(default_factory=dict)
    versions: int = 1

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    def replace(self, body: Json) -> None:
        """New content; what the person entered stays where block and action ids stay."""
        old = self.values
        self.body, self.hash, self.versions = accepted(body), new_hash(), self.versions + 1
        ids = {(b["block_id"], e["action_id"]) for b in flatten(self.blocks) for e in elements_of(b)}
        kept = {b: {a: v for a, v in e.items() if (b, a) in ids} for b, e in old.items()}
        self.values = merge(initial_state(self.blocks), kept)


def merge(first: Json, second: Json) -> Json:
    answer = copy.deepcopy(first)
    for block_id, entries in second.items():
        answer.setdefault(block_id, {}).update(entries)
    return {block_id: entries for block_id, entries in answer.items() if entries}


def accepted(body: Json) -> Json:
    """The view as Slack keeps it: ids given, defaults filled in."""
    defaults: Json = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "title": None,
        "submit": None,
        "close": None,
    }
    flags = {"clear_on_close": False, "notify_on_close": False, "submit_disabled": False}
    kept = {key: value for key, value in body.items() if key in KEPT and value is not None}
    return {**defaults, **flags, **kept, "blocks": with_ids(body["blocks"])}


def new_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_urlsafe(6)}"


def new_view(user: str, body: Json, below: View | None = None) -> View:
    view_id = f"V{secrets.token_hex(5).upper()}"
    content = accepted(body)
    root, previous = (below.root, below.id) if below else (view_id, None)
    return View(view_id, user, content, new_hash(), root, previous, initial_state(content["blocks"]))
