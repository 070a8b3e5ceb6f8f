"""Every id by which Slack tells us what a person did.

`Action`, `Callback` and `Input` are what listeners are registered for; the choices are the option values that come back.
A button's `value` is the id of the thing it acts on: an alert, a breaker, an outbox row, a play, a playbook's name, or a page number.
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
    PLAY_START = "play.start"
    PLAY_TAKE_OVER = "play.take_over"
    PLAYBOOK_OPEN = "playbook.open"
    PLAYBOOK_PAUSE = "playbook.pause"
    PLAYBOOK_RESUME = "playbook.resume"
    PLAYBOOK_PROMOTE = "playbook.promote"
    PLAYBOOK_DRY_RUN = "playbook.dry_run"
    PLAYBOOKS_PREVIOUS = "playbooks.previous"
    PLAYBOOKS_NEXT = "playbooks.next"


class Callback(StrEnum):
    """`callback_id` of the views. The first five are submitted, the others only read."""

    ALERT_SNOOZE = "alert.snooze"
    ALERT_DISMISS = "alert.dismiss"
    ALERT_RESOLVE = "alert.resolve"
    ALERT_ASSIGN = "alert.assign"
    PLAYBOOK_PROMOTE = "playbook.promote"
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
    MODE = "mode"
    CANARY = "canary"


class SnoozeFor(StrEnum):
    TOMORROW = "tomorrow"
    THREE_DAYS = "3d"
    WEEK = "1w"
    TWO_WEEKS = "2w"
    DATE = "date"


class DismissReason(StrEnum):
    """Every reason there is; which of them a form offers depends on the card."""

    SEASONAL = "seasonal"
    KNOWN = "known"
    NOT_NEEDED = "not_needed"
    WRONG_DATA = "wrong_data"
    OTHER = "other"


class Outcome(StrEnum):
    """Every outcome there is; which of them a form offers depends on the card."""

    DONE = "done"
    NO_ANSWER = "no_answer"
    SAVED = "saved"
    IMPROVED = "improved"
    WON = "won"
    EXTENDED = "extended"
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
    CANARY_MISSING = "Whose accounts? One e-mail address a line."
    CANARY_WRONG = "Please give e-mail addresses, one a line."


class PickFor(StrEnum):
    """Which command goes on after `account.pick`."""

    ACCOUNT = "account"
    WHY = "why"
    START = "start"


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


def start_value(playbook: str, account_id: str) -> str:
    """The value of the button that starts a play. A playbook's name has no colon. `read_start_value` is its inverse."""
    return f"{playbook}:{account_id}"


def read_start_value(value: str) -> tuple[str, str]:
    playbook, _, account_id = value.partition(":")
    return playbook, account_id
