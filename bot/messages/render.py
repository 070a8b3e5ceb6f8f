"""Turns a message's facts into what Slack takes: Jinja2 templates that print JSON.

A template has values only, never a customer's text as its source; every value in it goes through `tojson`.
"""

import json
import re
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from jinja2.runtime import Context

from bot.messages import actions, blocks, markdown, mrkdwn, numbers, words
from bot.messages.catalog.message import Home, Message, Modal
from bot.messages.compiled import Compiled

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100

Block = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    """`text` is the notification and what a screen reader says; `blocks` is what is seen."""

    text: str
    blocks: list[Block]


def render(message: Message) -> Rendered:
    """The text and the blocks of a message."""
    text = _template(f"{message.template}/text.txt.j2").render(m=message)
    blocks = json.loads(_template(f"{message.template}/blocks.json.j2").render(m=message))
    return Rendered(" ".join(text.split()), _within(blocks, MESSAGE_BLOCKS))


def render_view(modal: Modal) -> dict[str, Any]:
    """The view object of a modal."""
    view: dict[str, Any] = json.loads(_template(f"{modal.template}/view.json.j2").render(m=modal))
    return view | {"blocks": _within(view["blocks"], VIEW_BLOCKS)}


def render_home(home: Home) -> dict[str, Any]:
    """The view object of somebody's Home tab."""
    view: dict[str, Any] = json.loads(_template(f"{home.template}/view.json.j2").render(m=home))
    return view | {"blocks": _within(view["blocks"], VIEW_BLOCKS)}


def render_canvas(message: Message, template: str) -> str:
    """The facts of a message as the Markdown of a canvas."""
    return re.sub(r"\n{3,}", "\n\n", _template(template).render(m=message)).strip()


def _within(blocks: list[Block], limit: int) -> list[Block]:
    """The templates cut their own lists; this keeps an unforeseen one from being refused by Slack."""
    if len(blocks) <= limit:
        return blocks
    more = {
        "type": "mrkdwn",
        "text": f"and {len(blocks) - limit + 1} more",
        "verbatim": True,
    }
    return [*blocks[: limit - 1], {"type": "context", "elements": [more]}]


def words_of(template: str, table: str) -> dict[str, Any]:
    """A table of words that stands in a template, for what is no message (a CSV file)."""
    found: dict[str, Any] = getattr(_template(template).module, table)
    return found


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


class _Context(Context):
    """Jinja looks at each call whether the callee wants the context. None of ours does, and a card calls forty times."""

    def call(self, __callee: Callable[..., Any], *args: Any, _loop_vars: object = None, _block_vars: object = None, **named: Any) -> Any:
        return __callee(*args, **named)


class _Environment(Environment):
    """Without a sandbox: its templates are code, and stand in our own package. Letters, which a company writes, have one."""

    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """No template has any of its own, so that all may share one mapping: layers of them are slow, and looked at for each import."""
        return self.globals


@cache
def _environment() -> Environment:
    environment = _Environment(
        loader=PackageLoader("bot.messages"),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        bytecode_cache=Compiled(),
    )
    environment.filters.update(FILTERS)
    environment.globals.update(GLOBALS)
    return environment


def _items(printed: str) -> str:
    """Items that each end with a comma, as the inside of a JSON array."""
    return printed.strip().rstrip(",")


FILTERS = {
    "tojson": blocks.tojson,
    "items": _items,
    "mrkdwn": mrkdwn.mrkdwn,
    "plain": mrkdwn.plain,
    "pieces": mrkdwn.pieces,
    "bold": mrkdwn.bold,
    "code": mrkdwn.code,
    "link": mrkdwn.link,
    "mention": mrkdwn.mention,
    "channel": mrkdwn.channel,
    "when": mrkdwn.when,
    "fit": mrkdwn.fit,
    "number": numbers.number,
    "exact": numbers.exact,
    "percent": numbers.percent,
    "money": numbers.money,
    "day": numbers.day,
    "days": numbers.days,
    "in_days": numbers.in_days,
    "duration": numbers.duration,
    "ago": numbers.ago,
    "span": numbers.span,
    "spark": numbers.spark,
    "known": numbers.known,
    "words": words.words,
    "signal": words.signal,
    "step": words.step,
    "indent": words.indent,
    "listing": words.listing,
    "md": markdown.markdown,
    "md_link": markdown.link,
    "canvas_mention": markdown.mention,
    "zone": markdown.zone,
}

GLOBALS = {"ui": blocks, "Action": actions.Action, "Input": actions.Input}
