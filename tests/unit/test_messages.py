"""Every example of every message is something that Slack takes, and its ids are ours."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.messages import catalog
from bot.messages.actions import (
    Action,
    Callback,
    Input,
    PickFor,
    alert_metadata,
    pick_block,
    read_alert_metadata,
    read_pick_block,
)
from bot.messages.catalog import Home, Message, Modal
from bot.messages.catalog.home_examples import HOME_EXAMPLES
from bot.messages.gallery import MESSAGES, MODALS, Example, Surface, drawn, every, examples, write

MESSAGE_BLOCKS = {"rich_text", "section", "header", "context", "actions", "divider", "table", "image"}
VIEW_BLOCKS = {"section", "header", "context", "actions", "divider", "input", "rich_text", "image"}


@cache
def gallery() -> list[Example]:
    """Drawn once, and only where it is looked at."""
    return examples()


def objects(payload: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object within, however deep."""
    if isinstance(payload, dict):
        yield payload
    for value in payload.values() if isinstance(payload, dict) else payload if isinstance(payload, list) else ():
        yield from objects(value)


def clickable(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything with an action id that is not a modal's input, or is one that tells at once."""
    for block in payload["blocks"]:
        if block["type"] != "input" or block.get("dispatch_action"):
            yield from (found for found in objects(block) if "action_id" in found)


def it_keeps_within_slacks_limits_of_blocks(surface: Surface, payload: dict[str, Any]) -> None:
    allowed, most = (MESSAGE_BLOCKS, 50) if surface == "message" else (VIEW_BLOCKS, 100)
    kinds = Counter(block["type"] for block in payload["blocks"])
    assert 1 <= kinds.total() <= most
    assert set(kinds) <= allowed
    assert kinds["table"] <= 1
    assert len(json.dumps(payload)) <= 250_000


def its_texts_are_neither_empty_nor_too_long(surface: Surface, payload: dict[str, Any]) -> None:
    for block in payload["blocks"]:
        limit = {"header": 150, "section": 3000}.get(block["type"], 3000)
        assert 1 <= len(block.get("text", {"text": "-"})["text"]) <= limit
        assert 1 <= len(block.get("fields", "-")) <= 10
        assert all(1 <= len(field["text"]) <= 2000 for field in block.get("fields", []))
        assert all(1 <= len(item["text"]) <= 3000 for item in block.get("elements", []) if item["type"] == "mrkdwn")
    for element in objects(payload):
        if element.get("type") == "button":
            assert 1 <= len(element["text"]["text"]) <= 75
            assert 1 <= len(element["value"]) <= 2000
        for option in element.get("options", []):
            assert 1 <= len(option["text"]["text"]) <= 75
            assert len(option["value"]) <= 150
            assert len(option.get("description", {"text": ""})["text"]) <= 75
        assert len(element.get("options", [])) <= (10 if element.get("type") == "radio_buttons" else 100)


def it_says_so_in_words_too(surface: Surface, payload: dict[str, Any]) -> None:
    if surface == "message":
        assert 1 <= len(payload["text"]) <= 1000
        assert "\n" not in payload["text"]
    else:
        assert surface == "home" or 1 <= len(payload["title"]["text"]) <= 24
        assert len(payload["private_metadata"]) <= 3000
        assert payload["callback_id"] in set(Callback)


def slack_may_add_no_links_of_its_own(surface: Surface, payload: dict[str, Any]) -> None:
    assert all(found["verbatim"] is True for found in objects(payload) if found.get("type") == "mrkdwn")


def its_tables_are_even(surface: Surface, payload: dict[str, Any]) -> None:
    for table in (block for block in payload["blocks"] if block["type"] == "table"):
        assert 1 <= len(table["rows"]) <= 100
        assert {len(row) for row in table["rows"]} == {len(table["column_settings"])}


def no_id_stands_twice_in_a_block(surface: Surface, payload: dict[str, Any]) -> None:
    for block in payload["blocks"]:
        ids = [found["action_id"] for found in objects(block) if "action_id" in found]
        assert len(ids) == len(set(ids))
    named = [block["block_id"] for block in payload["blocks"] if "block_id" in block]
    assert len(named) == len(set(named))


def a_modal_with_inputs_can_be_submitted_and_its_inputs_are_known(surface: Surface, payload: dict[str, Any]) -> None:
    inputs = [block for block in payload["blocks"] if block["type"] == "input" and not block.get("dispatch_action")]
    assert "submit" in payload or not inputs
    for block in inputs:
        assert block["block_id"].partition(":")[0] == block["element"]["action_id"]
        assert block["element"]["action_id"] in set(Input)


CHECKS = (
    it_keeps_within_slacks_limits_of_blocks,
    its_texts_are_neither_empty_nor_too_long,
    it_says_so_in_words_too,
    slack_may_add_no_links_of_its_own,
    its_tables_are_even,
    no_id_stands_twice_in_a_block,
    a_modal_with_inputs_can_be_submitted_and_its_inputs_are_known,
)


@pytest.mark.parametrize("facts", [pytest.param(facts, id=name) for name, facts in every().items()])
def test_slack_takes_it(facts: Message | Modal | Home) -> None:
    surface, payload = drawn(facts)
    for check in CHECKS:
        check(surface, payload)


def test_the_action_ids_in_use_are_exactly_ours() -> None:
    used = {found["action_id"] for _, _, payload in gallery() for found in clickable(payload)}
    assert used == set(Action)


def test_the_callback_ids_in_use_are_exactly_ours() -> None:
    assert {payload["callback_id"] for _, surface, payload in gallery() if surface != "message"} == set(Callback)


def test_the_inputs_in_use_are_exactly_ours() -> None:
    named = {block["block_id"].partition(":")[0] for _, _, payload in gallery() for block in payload["blocks"] if block["type"] == "input"}
    assert named & set(Input) == set(Input)


def test_every_message_has_an_example() -> None:
    shown = {type(found) for found in [*MESSAGES.values(), *MODALS.values(), *HOME_EXAMPLES.values()]}
    known = {found for name in catalog.__all__ if isinstance(found := getattr(catalog, name), type)}
    assert shown == {found for found in known if issubclass(found, Message | Modal | Home) and hasattr(found, "template")}


def test_the_gallery_is_written_as_files(tmp_path: Path) -> None:
    assert write(tmp_path / "gallery") == len(gallery())
    assert len(list((tmp_path / "gallery").glob("*.json"))) == len(gallery())


def test_what_modals_and_selects_carry_can_be_read_back() -> None:
    assert read_alert_metadata(alert_metadata(7)) == 7
    assert read_pick_block(pick_block(PickFor.ACCOUNT)) == (PickFor.ACCOUNT, None)
    assert read_pick_block(pick_block(PickFor.WHY, "usage-drop")) == (
        PickFor.WHY,
        "usage-drop",
    )
