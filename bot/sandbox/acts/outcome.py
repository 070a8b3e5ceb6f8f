"""What came of something that a person did."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.delivery.parcel import Receipt
from bot.sandbox.workspace import Workspace

NO_ANSWER = "This didn’t work: the app did not respond"


@dataclass(frozen=True)
class Outcome:
    """`status` is acked, timeout, refused, unreachable, or `not_sent` when Slack itself would have stopped them."""

    ok: bool
    status: str
    body: Any = None
    milliseconds: float = 0.0
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def outcome(workspace: Workspace, user: str, receipt: Receipt, apology: str = NO_ANSWER) -> Outcome:
    """The outcome of a delivery; the person sees a short notice when the bot did not acknowledge."""
    if not receipt.acked:
        toast(workspace, user, apology)
        return Outcome(False, str(receipt.status), receipt.body, receipt.milliseconds, apology)
    return Outcome(True, str(receipt.status), receipt.body, receipt.milliseconds)


def toast(workspace: Workspace, user: str, text: str) -> None:
    workspace.publish({"kind": "toast", "user": user, "text": text})


def not_sent(error: str, errors: dict[str, str] | None = None) -> Outcome:
    return Outcome(False, "not_sent", error=error, errors=errors or {})
