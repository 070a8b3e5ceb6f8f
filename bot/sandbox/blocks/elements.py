"""Interactive elements. Limits from docs.slack.dev/reference/block-kit/block-elements."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.blocks.objects import (
    ACTION_ID,
    CONFIRM,
    DISPATCH,
    FILTER,
    OPTION,
    OPTION_GROUP,
    PLAIN_OPTION,
    SLACK_FILE,
    WORKFLOW,
    plain,
)
from bot.sandbox.blocks.rules import (
    Problem,
    Rule,
    anything,
    choice,
    fields,
    flag,
    integer,
    items,
    matching,
    one_of,
    string,
    tagged,
)

DATE = matching(r"\d{4}-\d\d-\d\d", "a date as YYYY-MM-DD")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "a time as HH:mm")
NAMES = items(string(255), 0, 1000)


def _list(value: dict[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    return found if isinstance(found, list) else []


def initial_is_an_option(value: Any, at: str) -> Iterator[Problem]:
    groups = [group for group in _list(value, "option_groups") if isinstance(group, dict)]
    options = [*_list(value, "options"), *(o for group in groups for o in _list(group, "options"))]
    chosen = [
        *([value["initial_option"]] if value.get("initial_option") else []),
        *_list(value, "initial_options"),
    ]
    if any(option not in options for option in chosen):
        yield Problem(at, "initial option must exactly match one of the provided options")


def element(required: Mapping[str, Rule] | None = None, optional: Mapping[str, Rule] | None = None, *extra: Rule) -> Rule:
    return fields(required, {"action_id": ACTION_ID, **(optional or {})}, *extra)


def chooser(optional: Mapping[str, Rule], required: Mapping[str, Rule] | None = None, *extra: Rule) -> Rule:
    common = {"placeholder": plain(150), "confirm": CONFIRM, "focus_on_load": flag}
    return element(required, {**common, **optional}, *extra)


def several(optional: Mapping[str, Rule], *extra: Rule) -> Rule:
    return chooser({**optional, "max_selected_items": integer(1, 1000)}, None, *extra)


def typed(optional: Mapping[str, Rule], required: Mapping[str, Rule] | None = None) -> Rule:
    common = {"placeholder": plain(150), "focus_on_load": flag, "dispatch_action_config": DISPATCH}
    return element(required, {**common, **optional})


STATIC = {"options": items(PLAIN_OPTION, 1, 100), "option_groups": items(OPTION_GROUP, 1, 100)}
URLS = {"response_url_enabled": flag}

BUTTONS: dict[str, Rule] = {
    "button": element(
        {"text": plain(75)},
        {
            "url": string(3000),
            "value": string(2000),
            "style": choice("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "workflow_button": element(
        {"text": plain(75), "workflow": WORKFLOW},
        {"style": choice("primary", "danger"), "accessibility_label": string(75)},
    ),
}

SELECTS: dict[str, Rule] = {
    "static_select": chooser({**STATIC, "initial_option": OPTION}, None, one_of("options", "option_groups"), initial_is_an_option),
    "external_select": chooser({"initial_option": OPTION, "min_query_length": integer(0, 1000)}),
    "users_select": chooser({"initial_user": string(255)}),
    "conversations_select": chooser(
        {"initial_conversation": string(255), "default_to_current_conversation": flag, "filter": FILTER, **URLS}
    ),
    "channels_select": chooser({"initial_channel": string(255), **URLS}),
    "multi_static_select": several(
        {**STATIC, "initial_options": items(OPTION, 1, 100)}, one_of("options", "option_groups"), initial_is_an_option
    ),
    "multi_external_select": several({"initial_options": items(OPTION, 1, 100), "min_query_length": integer(0, 1000)}),
    "multi_users_select": several({"initial_users": NAMES}),
    "multi_conversations_select": several({"initial_conversations": NAMES, "default_to_current_conversation": flag, "filter": FILTER}),
    "multi_channels_select": several({"initial_channels": NAMES}),
}

PICKERS: dict[str, Rule] = {
    "datepicker": chooser({"initial_date": DATE}),
    "timepicker": chooser({"initial_time": TIME, "timezone": string(100)}),
    "datetimepicker": element(None, {"initial_date_time": integer(10**9, 10**10), "confirm": CONFIRM, "focus_on_load": flag}),
    "radio_buttons": element(
        {"options": items(OPTION, 1, 10)},
        {"initial_option": OPTION, "confirm": CONFIRM, "focus_on_load": flag},
        initial_is_an_option,
    ),
    "checkboxes": element(
        {"options": items(OPTION, 1, 10)},
        {"initial_options": items(OPTION, 1, 10), "confirm": CONFIRM, "focus_on_load": flag},
        initial_is_an_option,
    ),
}

OVERFLOW: dict[str, Rule] = {"overflow": element({"options": items(PLAIN_OPTION, 1, 5)}, {"confirm": CONFIRM})}

TYPED: dict[str, Rule] = {
    "plain_text_input": typed(
        {
            "initial_value": string(3000, 0),
            "multiline": flag,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        }
    ),
    "email_text_input": typed({"initial_value": string(3000, 0)}),
    "url_text_input": typed({"initial_value": string(3000, 0)}),
    "number_input": typed(
        {"initial_value": string(100, 0), "min_value": string(100), "max_value": string(100)},
        {"is_decimal_allowed": flag},
    ),
    "rich_text_input": typed({"initial_value": anything}),
}

FILE: dict[str, Rule] = {"file_input": element(None, {"filetypes": items(string(20), 0, 50), "max_files": integer(1, 10)})}

IMAGE: dict[str, Rule] = {
    "image": fields(
        {"alt_text": string(2000)},
        {"image_url": string(3000), "slack_file": SLACK_FILE},
        one_of("image_url", "slack_file"),
    )
}

FEEDBACK: dict[str, Rule] = {
    "feedback_buttons": element({"positive_button": anything, "negative_button": anything}),
    "icon_button": element(
        {"icon": choice("trash"), "text": plain(75)},
        {
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": NAMES,
        },
    ),
}

IN_ACTIONS = tagged({**BUTTONS, **SELECTS, **PICKERS, **OVERFLOW}, "element type")
ACCESSORY = tagged({**BUTTONS, **SELECTS, **PICKERS, **OVERFLOW, **IMAGE}, "element type")
IN_INPUT = tagged({**SELECTS, **PICKERS, **TYPED, **FILE}, "element type")
IN_FEEDBACK = tagged(FEEDBACK, "element type")
CARD_BUTTON = tagged(BUTTONS, "element type")
