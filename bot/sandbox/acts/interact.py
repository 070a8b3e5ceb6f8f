"""Clicks and choices in messages, modals and the App Home, shortcuts, and suggestions for external selects."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.acts.outcome import Outcome, outcome
from bot.sandbox.blocks.walk import elements_of, find, flatten
from bot.sandbox.choices import has_state, initial_state, option, state_entry
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.errors import ActImpossible
from bot.sandbox.messages import Message
from bot.sandbox.people import Json
from bot.sandbox.shapes import channel_ref, message_json, team_ref, user_ref, view_json
from bot.sandbox.views import View, merge
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True)
class Chosen:
    """What was pressed: an action id, the block if several have it, and the value chosen (or the button's own)."""

    action_id: str
    value: Any = None
    block_id: str | None = None


def base_payload(workspace: Workspace, kind: str, user: str) -> Json:
    return {
        "type": kind,
        "user": user_ref(workspace, user),
        "api_app_id": workspace.identity.app,
        "token": "sandbox-verification-token",
        "trigger_id": workspace.tickets.trigger(user),
        "team": team_ref(workspace),
        "enterprise": None,
        "is_enterprise_install": False,
    }


def locate(blocks: list[Json], chosen: Chosen) -> tuple[Json, Json]:
    """The block and element; of several buttons with one action id, the one with that value."""
    for block in flatten(blocks):
        for element in elements_of(block):
            same = element.get("action_id") == chosen.action_id and chosen.block_id in (None, block["block_id"])
            if same and element["type"] == "button" and chosen.value in (None, element.get("value")):
                return block, element
    found = find(blocks, chosen.action_id, chosen.block_id)
    if found is None or found[1]["type"] == "button":
        known = sorted({e["action_id"] for b in flatten(blocks) for e in elements_of(b)})
        raise ActImpossible(f"no element {chosen.action_id} with value {chosen.value!r}; there are: {', '.join(known)}")
    return found


def every_block(message: Message) -> list[Json]:
    """Those of the message itself, and those below it, of links that unfolded."""
    return [*message.blocks, *(block for attachment in message.attachments for block in attachment.get("blocks") or [])]


def entered_in(blocks: list[Json], values: Json | None) -> Json:
    """`state.values` from `{block_id: {action_id: value}}`, `{block_id: value}` or `{action_id: value}`."""
    state: Json = {}
    for block in flatten(blocks):
        for element in elements_of(block):
            if has_state(element) and (given := _given(values or {}, block["block_id"], element["action_id"])):
                state.setdefault(block["block_id"], {})[element["action_id"]] = _entry(element, given[0])
    return state


def _given(values: Json, block_id: str, action_id: str) -> list[Any]:
    inside = values.get(block_id)
    if isinstance(inside, dict) and action_id in inside:
        return [inside[action_id]]
    if block_id in values and not (isinstance(inside, dict) and "value" not in inside):
        return [inside]
    return [values[action_id]] if action_id in values else []


def _entry(element: Json, value: Any) -> Json:
    try:
        return state_entry(element, value)
    except ValueError as problem:
        raise ActImpossible(str(problem)) from problem


class Interactions:
    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self._workspace = workspace
        self._courier = courier

    async def in_message(self, user: str, channel: str, ts: str, chosen: Chosen, state: Json | None = None) -> Outcome:
        message = self._message(user, channel, ts)
        block, element = locate(every_block(message), chosen)
        action = self._action(block, element, chosen.value)
        part = self._unfurl_part(message, block) or self._message_part(user, message)
        payload = base_payload(self._workspace, "block_actions", user) | part
        values = self._selections(user, message, element, block, chosen.value, state)
        reply = self._workspace.tickets.reply(user, channel, message.ts, message.thread_ts)
        payload |= {"state": {"values": values}, "response_url": self._response_url(reply), "actions": [action]}
        return outcome(self._workspace, user, await self._courier.interact(payload))

    async def in_view(self, user: str, view_id: str, chosen: Chosen, state: Json | None = None) -> Outcome:
        view = self._view(view_id)
        block, element = locate(view.blocks, chosen)
        values = merge(view.values, entered_in(view.blocks, state))
        if has_state(element):
            values = merge(values, {block["block_id"]: {element["action_id"]: _entry(element, chosen.value)}})
        view.values = values
        payload = base_payload(self._workspace, "block_actions", user)
        payload |= {"container": {"type": "view", "view_id": view.id}, "view": view_json(self._workspace, view)}
        payload["actions"] = [self._action(block, element, chosen.value)]
        return outcome(self._workspace, user, await self._courier.interact(payload))

    async def suggest(self, user: str, where: Json, action_id: str, query: str) -> Outcome:
        """Asks the bot for the options of an external select. `where` is `{channel, ts}` or `{view_id}`."""
        payload = base_payload(self._workspace, "block_suggestion", user)
        if "view_id" in where:
            view = self._view(where["view_id"])
            blocks, part = view.blocks, {"container": {"type": "view", "view_id": view.id}}
            part["view"] = view_json(self._workspace, view)
        else:
            message = self._message(user, where["channel"], where["ts"])
            blocks, part = message.blocks, self._message_part(user, message)
        block, _ = locate(blocks, Chosen(action_id))
        payload |= part | {"action_id": action_id, "block_id": block["block_id"], "value": query}
        payload.pop("trigger_id")
        receipt = await self._courier.interact(payload)
        return outcome(self._workspace, user, receipt, "No results: the app did not respond")

    async def shortcut(self, user: str, callback_id: str, channel: str = "", ts: str = "") -> Outcome:
        """A global shortcut, or with a message the message shortcut."""
        kind = "message_action" if ts else "shortcut"
        payload = base_payload(self._workspace, kind, user) | {
            "callback_id": callback_id,
            "action_ts": self._workspace.new_ts(),
        }
        if ts:
            message = self._message(user, channel, ts)
            reply = self._workspace.tickets.reply(user, channel, ts)
            payload |= {
                "message_ts": ts,
                "channel": channel_ref(self._workspace.channels[channel]),
                "message": message_json(self._workspace, message),
                "response_url": self._response_url(reply),
            }
        return outcome(self._workspace, user, await self._courier.interact(payload))

    def _message(self, user: str, channel: str, ts: str) -> Message:
        message = self._workspace.find_message(channel, ts, user)
        if message is None:
            raise ActImpossible(f"no message {ts} in {channel} for {user}")
        return message

    def _view(self, view_id: str) -> View:
        view = self._workspace.find_view(view_id)
        if view is None:
            raise ActImpossible(f"no view {view_id}")
        return view

    def _unfurl_part(self, message: Message, block: Json) -> Json | None:
        """Of a click in an unfolded link Slack tells the link and where it stands, not the message."""
        found = next((one for one in message.attachments if block in (one.get("blocks") or [])), None)
        if found is None:
            return None
        container = {
            "type": "message_attachment",
            "message_ts": message.ts,
            "attachment_id": found["id"],
            "channel_id": message.channel,
            "is_ephemeral": False,
            "is_app_unfurl": True,
            "app_unfurl_url": found["app_unfurl_url"],
        }
        return {"container": container, "channel": channel_ref(self._workspace.channels[message.channel]), "app_unfurl": found}

    def _message_part(self, user: str, message: Message) -> Json:
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": bool(message.only_for),
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        part: Json = {"container": container, "channel": channel_ref(self._workspace.channels[message.channel])}
        return part if message.only_for else part | {"message": message_json(self._workspace, message)}

    def _action(self, block: Json, element: Json, value: Any) -> Json:
        keys = ("action_id", "type", "text", "value", "style", "placeholder")
        shown: Json = {key: element[key] for key in keys if key in element}
        if element["type"] == "overflow":
            shown["selected_option"] = option(element, value)
        elif element["type"] == "feedback_buttons":
            shown["value"] = value
        else:
            shown |= {k: v for k, v in _entry(element, value).items() if has_state(element)}
        return shown | {"block_id": block["block_id"], "action_ts": self._workspace.new_ts()}

    def _selections(self, user: str, message: Message, element: Json, block: Json, value: Any, state: Json | None) -> Json:
        key = (user, message.ts)
        values = merge(initial_state(message.blocks), self._workspace.contents.selections.get(key, {}))
        values = merge(values, entered_in(message.blocks, state))
        if has_state(element):
            values = merge(values, {block["block_id"]: {element["action_id"]: _entry(element, value)}})
        self._workspace.contents.selections[key] = values
        return values

    def _response_url(self, key: str) -> str:
        return f"{self._workspace.base_url}/sandbox/response/{key}"
