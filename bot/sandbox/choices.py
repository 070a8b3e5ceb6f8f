"""What a person may enter in an element, as Slack writes it into `actions` and `state.values`."""

from typing import Any

from bot.sandbox.blocks.walk import elements_of, flatten
from bot.sandbox.people import Json

# type → (key in the state, the element's own initial value)
SINGLE = {
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
SEVERAL = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
}
ONE_OPTION = {"static_select", "external_select", "radio_buttons"}
OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}


def all_options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for group in groups for o in group["options"])]


def option(element: Json, chosen: Any) -> Json:
    """The option meant by an option object or by its value; ValueError when the element has no such option."""
    if isinstance(chosen, dict):
        return chosen
    known = [*all_options(element), element.get("initial_option"), *(element.get("initial_options") or [])]
    for candidate in known:
        if candidate and candidate["value"] == chosen:
            found: Json = candidate
            return found
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(chosen), "emoji": True}, "value": str(chosen)}
    raise ValueError(f"{element.get('action_id')} has no option {chosen!r}")


def entered(element: Json, chosen: Any) -> Json:
    """The part of the payload that tells what was chosen; an empty choice gives Slack's null or empty list."""
    kind = element["type"]
    if kind in SINGLE:
        return {SINGLE[kind][0]: chosen or None}
    if kind in SEVERAL:
        return {SEVERAL[kind][0]: list(chosen or [])}
    if kind in ONE_OPTION:
        return {"selected_option": None if chosen in (None, "") else option(element, chosen)}
    if kind in OPTIONS:
        return {"selected_options": [option(element, one) for one in chosen or []]}
    if kind == "rich_text_input":
        return {"rich_text_value": chosen}
    if kind in TYPED:
        return {"value": None if chosen in (None, "") else str(chosen)}
    return {}


def initial(element: Json) -> Any:
    kind = element["type"]
    if kind in SINGLE:
        return element.get(SINGLE[kind][1])
    if kind in SEVERAL:
        return element.get(SEVERAL[kind][1])
    if kind in ONE_OPTION:
        return element.get("initial_option")
    return element.get("initial_options") if kind in OPTIONS else element.get("initial_value")


def has_state(element: Json) -> bool:
    return element["type"] in {*SINGLE, *SEVERAL, *ONE_OPTION, *OPTIONS, *TYPED, "rich_text_input"}


def state_entry(element: Json, chosen: Any) -> Json:
    return {"type": element["type"], **entered(element, chosen)}


def initial_state(blocks: list[Json]) -> Json:
    """`state.values` before anybody touched anything."""
    state: Json = {}
    for block in flatten(blocks):
        for element in elements_of(block):
            if "child_blocks" not in block and has_state(element):
                state.setdefault(block["block_id"], {})[element["action_id"]] = state_entry(element, initial(element))
    return state


def is_empty(entry: Json) -> bool:
    return not any(value for key, value in entry.items() if key != "type")
