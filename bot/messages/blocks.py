"""Pieces of the JSON that templates print: they are `ui` there. Those that stand in an array end with a comma; the filter `items` drops
the last one.

Functions, not macros: a card is made of some fifty, and a call of Jinja's costs ten times one of Python's.
"""

import json
from collections.abc import Callable

from bot.messages.actions import Input
from bot.messages.mrkdwn import fit

Caller = Callable[[], str]
"""What stands between `{% call … %}` and `{% endcall %}`."""

tojson = json.JSONEncoder(ensure_ascii=False, default=str).encode


def md(text: str) -> str:
    return f'{{"type": "mrkdwn", "text": {tojson(text)}, "verbatim": true}}'


def plain(text: str) -> str:
    return f'{{"type": "plain_text", "text": {tojson(text)}}}'


def section(accessory: str = "", block_id: str = "", *, caller: Caller) -> str:
    named = f'"block_id": {tojson(block_id)}, ' if block_id else ""
    beside = f', "accessory": {accessory}' if accessory else ""
    return f'{{"type": "section", {named}"text": {md(fit(caller()) or "–")}{beside}}},'


def context(*, caller: Caller) -> str:
    return f'{{"type": "context", "elements": [{md(fit(caller()) or "–")}]}},'


def header(text: str) -> str:
    return f'{{"type": "header", "text": {plain(text)}}},'


def divider() -> str:
    return '{"type": "divider"},'


def field(label: str, *, caller: Caller) -> str:
    return md(f"*{label}*\n{fit(caller(), 1500)}") + ","


def button(label: str, action: str, value: object, style: str = "", confirm: str = "") -> str:
    styled = f', "style": {tojson(style)}' if style else ""
    asked = f', "confirm": {confirm}' if confirm else ""
    return f'{{"type": "button", "action_id": {tojson(action)}, "value": {tojson(str(value))}, "text": {plain(label)}{styled}{asked}}}'


def confirm(title: str, text: str, yes: str) -> str:
    """Slack asks before the click counts."""
    return f'{{"title": {plain(title)}, "text": {plain(text)}, "confirm": {plain(yes)}, "deny": {plain("Cancel")}}}'


def option(value: str, label: str, description: str = "") -> str:
    told = f', "description": {plain(description)}' if description else ""
    return f'{{"value": {tojson(value)}, "text": {plain(label)}{told}}}'


def input(block_id: str, label: str, optional: bool = False, hint: str = "", *, caller: Caller) -> str:  # noqa: A001 (it is Slack's word)
    """`optional` and `hint` as Slack knows them; the element is the caller."""
    hinted = f'"hint": {plain(hint)}, ' if hint else ""
    named = f'"block_id": {tojson(block_id)}, "label": {plain(label)}, "optional": {tojson(optional)}'
    return f'{{"type": "input", {named}, {hinted}"element": {caller()}}},'


def note(label: str = "Note", hint: str = "", optional: bool = True) -> str:
    element = f'{{"type": "plain_text_input", "action_id": {tojson(Input.NOTE)}, "multiline": true, "max_length": 1000}}'
    return input(Input.NOTE, label, optional, hint, caller=lambda: element)
