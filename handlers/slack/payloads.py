"""What Slack sends, as typed values. Only what we read; the shapes are Slack's."""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.messages.actions import Input


@dataclass(frozen=True)
class Who:
    """The acting person, and the organisation that Slack says they are from."""

    slack_id: str
    team_id: str | None


def _who(body: dict[str, Any]) -> Who:
    user = body["user"]
    return Who(user["id"], user.get("team_id"))


@dataclass(frozen=True)
class Filled:
    """What stands in the inputs of a view. `state` is Slack's `view.state.values`, `metadata` its `private_metadata`.

    An input may stand in a block of another name (`block_id` that changes makes Slack show a new initial value). One that tells at
    once has an `Action` for its id: its block's name begins with the input's (`contact:2`).
    """

    metadata: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    view_id: str = ""

    @classmethod
    def of(cls, view: dict[str, Any]) -> "Filled":
        return cls(view.get("private_metadata") or "", (view.get("state") or {}).get("values") or {}, view.get("id", ""))

    def text(self, name: Input) -> str:
        return (self._found(name).get("value") or "").strip()

    def chosen(self, name: Input) -> str | None:
        found = self._found(name)
        picked = (found.get(f"selected_{kind}") for kind in ("date", "time", "user"))
        return (found.get("selected_option") or {}).get("value") or next(filter(None, picked), None)

    def ticked(self, name: Input) -> tuple[str, ...]:
        """The values of ticked boxes, or of several chosen options."""
        return tuple(option["value"] for option in self._found(name).get("selected_options") or ())

    def people(self, name: Input) -> tuple[str, ...]:
        """The Slack ids of several chosen people."""
        return tuple(self._found(name).get("selected_users") or ())

    def row(self, number: int) -> "Filled":
        """What stands in one row, where the same inputs stand in several: their blocks' names end with its number (`task_what:2`)."""
        mine = {block: inputs for block, inputs in self.state.items() if block.rpartition(":")[2] == str(number)}
        return Filled(self.metadata, mine, self.view_id)

    def block_of(self, name: Input) -> str:
        """The block in which an input stands."""
        named = (block for block, inputs in self.state.items() if name.value in inputs or block.partition(":")[0] == name.value)
        return next(named, name.value)

    def _found(self, name: Input) -> dict[str, Any]:
        inputs: dict[str, Any] = self.state.get(self.block_of(name), {})
        return inputs.get(name.value) or next(iter(inputs.values()), None) or {}


@dataclass(frozen=True)
class Click:
    """A button pressed or an option picked. `value` is the button's value or the picked option's; `typed` what was written.

    `form` is the view in which it was, with what stands in its inputs (empty in a message); `message` the message's `ts`;
    `reply_to` where an answer to the asker alone can be replaced for half an hour.
    """

    who: Who
    action: str
    block: str
    value: str
    trigger: str | None
    channel: str | None
    typed: str = ""
    form: Filled = field(default_factory=Filled)
    message: str = ""
    reply_to: str = ""

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Click":
        action = body["actions"][0]
        option = (action.get("selected_option") or {}).get("value")
        typed = (action.get("value") or "") if action.get("type") == "plain_text_input" else ""
        value = action.get("value") or option or action.get("selected_user") or action.get("selected_date") or ""
        return cls(
            _who(body),
            action["action_id"],
            action.get("block_id", ""),
            value,
            body.get("trigger_id"),
            (body.get("channel") or {}).get("id"),
            typed.strip(),
            Filled.of(body.get("view") or {}),
            (body.get("message") or {}).get("ts", ""),
            body.get("response_url") or "",
        )


@dataclass(frozen=True)
class Submission(Filled):
    """A modal sent off."""

    who: Who = field(default_factory=lambda: Who("", None))
    callback: str = ""

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Submission":
        view = body["view"]
        filled = Filled.of(view)
        return cls(filled.metadata, filled.state, filled.view_id, _who(body), view["callback_id"])


@dataclass(frozen=True)
class Search:
    """What somebody types into a select that asks us for its options. `metadata` is that of the view in which it is."""

    who: Who
    name: str
    text: str
    metadata: str = ""

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Search":
        metadata = (body.get("view") or {}).get("private_metadata") or ""
        return cls(_who(body), body["action_id"], (body.get("value") or "").strip(), metadata)


@dataclass(frozen=True)
class Shortcut:
    """A shortcut of a message's menu: its text, who wrote it, and where it stands."""

    who: Who
    callback: str
    trigger: str
    text: str
    author: str
    channel: str
    ts: str

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Shortcut":
        message = body.get("message") or {}
        author, ts = message.get("user") or message.get("bot_id") or "", message.get("ts", "")
        channel = (body.get("channel") or {}).get("id", "")
        return cls(_who(body), body["callback_id"], body["trigger_id"], message.get("text") or "", author, channel, ts)


_WRAPPED = re.compile(r"<(?:mailto:[^|>]*|https?://[^|>]*)\|([^>]+)>|<(https?://[^|>]+)>")


def typed(text: str) -> str:
    """What somebody typed after a command. Slack escapes three signs and wraps addresses; people stay `<@U…|name>`."""
    plain = _WRAPPED.sub(lambda found: found[1] or found[2], text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@dataclass(frozen=True)
class Command:
    """`/stay WORD rest`."""

    who: Who
    word: str
    rest: str
    channel: str = ""

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Command":
        word, _, rest = typed(body.get("text") or "").strip().partition(" ")
        return cls(Who(body["user_id"], body.get("team_id")), word.lower(), rest.strip(), body.get("channel_id", ""))
