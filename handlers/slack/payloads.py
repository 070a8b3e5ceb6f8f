"""What Slack sends, as typed values. Only what we read; the shapes are Slack's."""

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
class Click:
    """A button pressed or an option picked. `value` is the button's value or the picked option's."""

    who: Who
    action: str
    block: str
    value: str
    trigger: str | None
    channel: str | None

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Click":
        action = body["actions"][0]
        value = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
        channel = (body.get("channel") or {}).get("id")
        return cls(_who(body), action["action_id"], action.get("block_id", ""), value, body.get("trigger_id"), channel)


@dataclass(frozen=True)
class Submission:
    """A modal sent off. `state` is Slack's `view.state.values`."""

    who: Who
    callback: str
    metadata: str
    state: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Submission":
        view = body["view"]
        return cls(_who(body), view["callback_id"], view.get("private_metadata") or "", view["state"]["values"])

    def text(self, name: Input) -> str:
        return (self._found(name).get("value") or "").strip()

    def chosen(self, name: Input) -> str | None:
        found = self._found(name)
        return (found.get("selected_option") or {}).get("value") or found.get("selected_date") or found.get("selected_user")

    def _found(self, name: Input) -> dict[str, Any]:
        found: dict[str, Any] = self.state.get(name.value, {}).get(name.value, {})
        return found


@dataclass(frozen=True)
class Command:
    """`/stay WORD rest`."""

    who: Who
    word: str
    rest: str

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Command":
        word, _, rest = (body.get("text") or "").strip().partition(" ")
        return cls(Who(body["user_id"], body.get("team_id")), word.lower(), rest.strip())
