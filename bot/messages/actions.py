"""Every id by which Slack tells us what a person did.

`Action`, `Callback` and `Input` are what listeners are registered for; the choices are the option values that come back.
A button's `value` is the id of the thing it acts on: an alert, a breaker, an outbox row, or a page number.
"""

import json
from enum import StrEnum


class Action(StrEnum):
    """`action_id` of everything clickable outside of a modal's inputs."""

    ALERT_TAKE = "alert.take"
    ALERT_SNOOZE = "alert.snooze"
    ALERT_DISMISS = "alert.dismiss"
    ALERT_RESOLVE = "alert.resolve"
    ALERT_DETAILS = "alert.details"
    ALERT_WHY = "alert.why"
    ALERT_ASSIGN = "alert.assign"
    BREAKER_RELEASE = "breaker.release"
    BREAKER_KEEP = "breaker.keep"
    OUTBOX_RESEND = "outbox.resend"
    ACCOUNT_PICK = "account.pick"
    RISKS_PREVIOUS = "risks.previous"
    RISKS_NEXT = "risks.next"


class Callback(StrEnum):
    """`callback_id` of the views. The first four are submitted, the others only read."""

    ALERT_SNOOZE = "alert.snooze"
    ALERT_DISMISS = "alert.dismiss"
    ALERT_RESOLVE = "alert.resolve"
    ALERT_ASSIGN = "alert.assign"
    ALERT_DETAILS = "alert.details"
    ALERT_WHY = "alert.why"
    NOTICE = "notice"


class Input(StrEnum):
    """Both `block_id` and `action_id` of a modal's inputs: `view.state.values[Input.NOTE][Input.NOTE]`."""

    SNOOZE_FOR = "snooze_for"
    SNOOZE_DATE = "snooze_date"
    REASON = "reason"
    OUTCOME = "outcome"
    TEAMMATE = "teammate"
    NOTE = "note"


class SnoozeFor(StrEnum):
    TOMORROW = "tomorrow"
    THREE_DAYS = "3d"
    WEEK = "1w"
    TWO_WEEKS = "2w"
    DATE = "date"


class DismissReason(StrEnum):
    SEASONAL = "seasonal"
    KNOWN = "known"
    WRONG_DATA = "wrong_data"
    OTHER = "other"


class Outcome(StrEnum):
    SAVED = "saved"
    IMPROVED = "improved"
    CHURNED = "churned"
    OTHER = "other"


class InputError(StrEnum):
    """What a refused modal says under the input; the input's `block_id` is the key of `response_action: errors`."""

    NOTE_MISSING = "A few words, please: what is it?"
    CHOICE_MISSING = "Please choose one."
    DATE_MISSING = "Which date?"
    DATE_PAST = "Please choose a date after today."
    DATE_FAR = "Please choose a date within a year."
    TEAMMATE_MISSING = "Who takes it?"


class PickFor(StrEnum):
    """Which command goes on after `account.pick`."""

    ACCOUNT = "account"
    WHY = "why"


def pick_block(what: PickFor, playbook: str | None = None) -> str:
    """The `block_id` of the account select: which command to go on with. `read_pick_block` is its inverse."""
    return ":".join(["pick", what, playbook or ""])


def read_pick_block(block_id: str) -> tuple[PickFor, str | None]:
    _, what, playbook = block_id.split(":", 2)
    return PickFor(what), playbook or None


def alert_metadata(alert_id: int) -> str:
    """The `private_metadata` of every modal about an alert. `read_alert_metadata` is its inverse."""
    return json.dumps({"alert_id": alert_id})


def read_alert_metadata(metadata: str) -> int:
    return int(json.loads(metadata)["alert_id"])
