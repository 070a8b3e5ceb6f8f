"""What Slack may send us, what we listen to, and what the manifest declares are the same."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

import bot
from bot.messages.actions import Action, Callback
from bot.messages.gallery import Example, examples
from bot.sandbox.blocks.walk import elements_of, flatten
from bot.sandbox.scopes import NEEDED
from handlers.slack.events import EVENTS
from handlers.slack.listeners import CLICKS, FORMS, OPTIONS, SHORTCUTS, TOLD, WORDS
from tests.factories import read_manifest

ROOT = Path(bot.__file__).parent.parent


@cache
def gallery() -> list[Example]:
    """Drawn once, and only where it is looked at."""
    return examples()


def elements() -> Iterator[dict[str, Any]]:
    """Whatever can be clicked outside of an input, or tells at once what was chosen in it."""
    for _, _, payload in gallery():
        for block in flatten(payload["blocks"]):
            if block["type"] != "input" or block.get("dispatch_action"):
                yield from (element for element in elements_of(block) if "action_id" in element)


def test_every_button_has_a_listener_and_every_listener_a_button() -> None:
    assert {element["action_id"] for element in elements()} == {action.value for action in CLICKS} == {action.value for action in Action}


def test_every_modal_that_is_sent_off_has_a_listener_and_every_listener_a_modal() -> None:
    views = [payload for _, surface, payload in gallery() if surface in ("modal", "home")]
    assert {view["callback_id"] for view in views if "submit" in view} == {callback.value for callback in FORMS}
    assert {view["callback_id"] for view in views} == {callback.value for callback in Callback}


def test_every_select_that_asks_us_has_a_listener() -> None:
    asking = {
        element["action_id"]
        for _, _, payload in gallery()
        for block in flatten(payload["blocks"])
        for element in elements_of(block)
        if element["type"].endswith("external_select")
    }
    assert asking == {name.value for name in OPTIONS}


def test_the_manifest_subscribes_to_the_events_that_are_taken_in() -> None:
    assert set(read_manifest()["settings"]["event_subscriptions"]["bot_events"]) == {*EVENTS, *TOLD}


def test_the_manifest_declares_the_commands_and_hints_at_every_word() -> None:
    (command,) = read_manifest()["features"]["slash_commands"]
    assert command["command"] == "/stay"
    assert set(re.findall(r"(?:^|\| )([a-z]+)", command["usage_hint"])) == set(WORDS)


def test_the_manifest_declares_no_surface_without_a_listener() -> None:
    features = read_manifest()["features"]
    assert {shortcut["callback_id"] for shortcut in features["shortcuts"]} == {callback.value for callback in SHORTCUTS}
    assert features["app_home"]["home_tab_enabled"] == ("app_home_opened" in TOLD)


def methods_called() -> set[str]:
    """Web API methods by their names in the SDK: `chat_postMessage` → `chat.postMessage`."""
    text = "\n".join(
        file.read_text() for folder in ("bot", "handlers", "jobs") for file in (ROOT / folder).rglob("*.py") if "sandbox" not in file.parts
    )
    known = {name for name in dir(AsyncWebClient) if "_" in name and not name.startswith("_")}
    return {re.sub("_", ".", name) for name in re.findall(r"\b(?:_?client)\.(\w+)", text) if name in known} | {
        name.replace("_", ".") for name in known if name.startswith("views_") and f".{name}" in text
    }


CONDITIONAL = {"chat:write.public", "commands", "groups:write", "im:history", "users:read.email"}
"""Scopes that no method names: posting where the app is no member, slash commands, private rooms, direct messages read back, e-mail
addresses in user objects."""
FOR_EVENTS = {"app_mention": "app_mentions:read", "link_shared": "links:read"}
KINDS = ("channels:", "groups:")


def test_the_manifest_asks_for_the_scopes_that_the_called_methods_need_and_no_more() -> None:
    called = methods_called()
    assert {"chat.postMessage", "chat.update", "conversations.history", "users.list", "views.open"} <= called
    declared = read_manifest()["oauth_config"]["scopes"]
    asked = {*declared["bot"], *declared["bot_optional"]}
    needed = {scope for event, scope in FOR_EVENTS.items() if event in TOLD}
    for method in called:
        scopes = NEEDED.get(method, ())
        by_kind = {scope for scope in scopes if scope.startswith(KINDS) and scope.split(":")[1] in ("read", "history")}
        needed |= by_kind or set(scopes[:1])
    assert asked - CONDITIONAL == needed
