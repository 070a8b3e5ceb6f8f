"""Submitting and closing a modal, and what the bot's answer does to the stack."""

import re
from typing import Any

from bot.sandbox.acts.interact import base_payload, entered_in
from bot.sandbox.acts.outcome import Outcome, not_sent, outcome, toast
from bot.sandbox.api.content import checked_view
from bot.sandbox.api.pictures import refuse_strange_pictures
from bot.sandbox.api.views import push_for
from bot.sandbox.choices import is_empty
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.errors import ActImpossible, Refusal
from bot.sandbox.people import Json
from bot.sandbox.shapes import view_json
from bot.sandbox.views import View, merge
from bot.sandbox.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"
REQUIRED = "Please complete this required field."


class Modals:
    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self._workspace = workspace
        self._courier = courier

    async def submit(self, user: str, view_id: str, values: Json | None = None) -> Outcome:
        """Sends the modal. What Slack itself would refuse (a required field left empty) is not sent."""
        view = self._top(user, view_id)
        view.values = merge(view.values, entered_in(view.blocks, values))
        if errors := entry_errors(view):
            return not_sent("invalid_input", errors)
        payload = base_payload(self._workspace, "view_submission", user)
        payload |= {"view": view_json(self._workspace, view), "response_urls": []}
        result = outcome(self._workspace, user, await self._courier.interact(payload), TROUBLE)
        return self._answered(user, view, result) if result.ok else result

    async def close(self, user: str, view_id: str, everything: bool = False) -> Outcome:
        """Closes the topmost modal, or the whole stack. The bot hears of it when the view asked for that."""
        view = self._top(user, view_id)
        cleared = everything or bool(view.body["clear_on_close"])
        self._set(user, [] if cleared else self._workspace.stack(user)[:-1])
        if not view.body["notify_on_close"]:
            return Outcome(True, "acked")
        payload = base_payload(self._workspace, "view_closed", user)
        payload.pop("trigger_id")
        payload |= {"view": view_json(self._workspace, view), "is_cleared": cleared}
        return outcome(self._workspace, user, await self._courier.interact(payload))

    def _top(self, user: str, view_id: str) -> View:
        stack = self._workspace.stack(user)
        if not stack or stack[-1].id != view_id:
            raise ActImpossible(f"{view_id} is not the topmost modal of {user}")
        return stack[-1]

    def _set(self, user: str, stack: list[View]) -> None:
        self._workspace.contents.stacks[user] = stack
        self._workspace.views_changed(user)

    def _answered(self, user: str, view: View, result: Outcome) -> Outcome:
        body = result.body if isinstance(result.body, dict) else {}
        try:
            return self._apply(user, view, body, result)
        except Refusal as refusal:
            toast(self._workspace, user, TROUBLE)
            messages = refusal.extra.get("response_metadata", {}).get("messages", [])
            return Outcome(False, result.status, body, result.milliseconds, f"{refusal.error} {' '.join(messages)}".strip())

    def _apply(self, user: str, view: View, body: Json, result: Outcome) -> Outcome:
        match body.get("response_action"):
            case "errors":
                return self._refused(view, body.get("errors"), result)
            case "update":
                view.replace(self._view(body))
                self._workspace.views_changed(user)
            case "push":
                push_for(self._workspace, user, self._view(body))
            case "clear":
                self._set(user, [])
            case None:
                self._set(user, [v for v in self._workspace.stack(user) if v is not view])
            case unknown:
                raise Refusal(f"invalid_response_action {unknown}")
        return result

    def _view(self, body: Json) -> Json:
        view = checked_view(body.get("view"), "modal")
        refuse_strange_pictures(self._workspace, view["blocks"], "invalid_arguments")
        return view

    def _refused(self, view: View, errors: Any, result: Outcome) -> Outcome:
        """Errors must name input blocks of the view, else Slack shows its own."""
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
            raise Refusal("invalid_errors", response_metadata={"messages": [f"{errors} are not inputs: {sorted(inputs)}"]})
        return Outcome(False, result.status, result.body, result.milliseconds, "errors", dict(errors))


def entry_errors(view: View) -> dict[str, str]:
    """What Slack's client refuses before it sends: block id → sentence."""
    errors = {}
    for block in view.blocks:
        if block["type"] == "input":
            entry = view.values.get(block["block_id"], {}).get(block["element"].get("action_id"), {})
            if message := _entry_error(block, entry):
                errors[block["block_id"]] = message
    return errors


def _entry_error(block: Json, entry: Json) -> str:
    if is_empty(entry):
        return "" if block.get("optional") or block["element"]["type"] == "file_input" else REQUIRED
    element, value = block["element"], entry.get("value")
    if not isinstance(value, str):
        return ""
    if len(value) > element.get("max_length", 3000):
        return f"Must be at most {element.get('max_length', 3000)} characters."
    if len(value) < element.get("min_length", 0):
        return f"Must be at least {element['min_length']} characters."
    return _format_error(element, value)


def _format_error(element: Json, value: str) -> str:
    match element["type"]:
        case "email_text_input":
            return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "Must be a valid email address."
        case "url_text_input":
            return "" if re.match(r"https?://\S+$", value) else "Must be a valid URL."
        case "number_input":
            return _number_error(element, value)
    return ""


def _number_error(element: Json, value: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Must be a number." if element["is_decimal_allowed"] else "Must be a whole number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return ""
