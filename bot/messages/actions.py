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
    ALERT_WAKE = "alert.wake"
    ALERT_DISMISS = "alert.dismiss"
    ALERT_RESOLVE = "alert.resolve"
    ALERT_DETAILS = "alert.details"
    ALERT_WHY = "alert.why"
    ALERT_ASSIGN = "alert.assign"
    ALERT_WRITE = "alert.write"
    ALERT_ESCALATE = "alert.escalate"
    ALERT_TASK = "alert.task"
    SURVEY_THEME = "survey.theme"
    SURVEY_CLOSE_LOOP = "survey.close_loop"
    SURVEY_THANKS = "survey.thanks"
    SURVEY_REFERENCE = "survey.reference"
    SURVEY_PRAISE = "survey.praise"
    REVIEW_SCHEDULE = "review.schedule"
    REVIEW_MOVE = "review.move"
    REVIEW_CANCEL = "review.cancel"
    REVIEW_SKIP = "review.skip"
    REVIEW_HELD = "review.held"
    REVIEW_NO_SHOW = "review.no_show"
    REVIEW_MORE_TASKS = "review.more_tasks"
    REVIEW_AGAIN = "review.again"
    REVIEWS_SHOW = "reviews.show"
    REVIEWS_PREVIOUS = "reviews.previous"
    REVIEWS_NEXT = "reviews.next"
    REVIEW_TYPE = "review.type"
    REVIEW_CONTACTS = "review.contacts"
    REVIEW_TEAMMATES = "review.teammates"
    REVIEW_LENGTH = "review.length"
    REVIEW_LANGUAGE = "review.language"
    REVIEW_DATE = "review.date"
    REVIEW_TIME = "review.time"
    WRITE_LETTER = "write.letter"
    WRITE_CONTACT = "write.contact"
    WRITE_LANGUAGE = "write.language"
    WRITE_ANEW = "write.anew"
    WRITE_PREVIEW = "write.preview"
    WRITE_WITHDRAW = "write.withdraw"
    ROOM_ACCEPT = "room.accept"
    ROOM_RETURN = "room.return"
    ROOM_CLOSE = "room.close"
    ROOM_TOPIC = "room.topic"
    ROOM_WHOM = "room.whom"
    WRITEBACK_UNDO = "writeback.undo"
    WRITEBACK_AGAIN = "writeback.again"
    PRECISION_RESTORE = "precision.restore"
    AWAY_END = "away.end"
    HOME_FILTER = "home.filter"
    HOME_SEARCH = "home.search"
    HOME_PREVIOUS = "home.previous"
    HOME_NEXT = "home.next"
    HOME_ACCOUNT = "home.account"
    HOME_TEAM = "home.team"
    HOME_RISKS = "home.risks"
    HOME_DISMISS_SETUP = "home.dismiss_setup"
    ADMIN_SECTION = "admin.section"
    ADMIN_EDIT = "admin.edit"
    ADMIN_RESET = "admin.reset"
    ADMIN_DROP = "admin.drop"
    ADMIN_PREVIOUS = "admin.previous"
    ADMIN_NEXT = "admin.next"
    AUDIT_SEARCH = "audit.search"
    AUDIT_PREVIOUS = "audit.previous"
    AUDIT_NEXT = "audit.next"
    AUDIT_CSV = "audit.csv"
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
    THEME_ANSWER = "theme.answer"
    THEME_ANSWERS = "theme.answers"
    THEME_ANSWERS_PREVIOUS = "theme.answers_previous"
    THEME_ANSWERS_NEXT = "theme.answers_next"
    THEME_CLOSE = "theme.close"
    THEME_REOPEN = "theme.reopen"
    THEMES_PREVIOUS = "themes.previous"
    THEMES_NEXT = "themes.next"
    THEMES_UNMARKED = "themes.unmarked"
    THEMES_UNMARKED_PREVIOUS = "themes.unmarked_previous"
    THEMES_UNMARKED_NEXT = "themes.unmarked_next"


class Callback(StrEnum):
    """`callback_id` of the views and shortcuts. Those from HOME on are only read."""

    ALERT_SNOOZE = "alert.snooze"
    ALERT_DISMISS = "alert.dismiss"
    ALERT_RESOLVE = "alert.resolve"
    ALERT_ASSIGN = "alert.assign"
    PLAYBOOK_PROMOTE = "playbook.promote"
    ALERT_WRITE = "alert.write"
    ALERT_ESCALATE = "alert.escalate"
    ALERT_TASK = "alert.task"
    SURVEY_CLOSE_LOOP = "survey.close_loop"
    REVIEW_SCHEDULE = "review.schedule"
    REVIEW_CANCEL = "review.cancel"
    REVIEW_SKIP = "review.skip"
    REVIEW_HELD = "review.held"
    REVIEW_NO_SHOW = "review.no_show"
    ROOM_RETURN = "room.return"
    ROOM_CLOSE = "room.close"
    WRITEBACK = "writeback"
    LOG_TO_ACCOUNT = "log_to_account"
    ADMIN_EDIT = "admin.edit"
    ADMIN_DROP = "admin.drop"
    AUDIT_SEARCH = "audit.search"
    SURVEY_THEME = "survey.theme"
    THEME_CLOSE = "theme.close"
    HOME = "home"
    ACCOUNT = "account"
    TEAM = "team"
    RISKS = "risks"
    ALERT_DETAILS = "alert.details"
    ALERT_WHY = "alert.why"
    NOTICE = "notice"
    THEME_ANSWERS = "theme.answers"


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
    CONTACT = "contact"
    LETTER = "letter"
    LANGUAGE = "language"
    SUBJECT = "subject"
    BODY = "body"
    SEND_AT = "send_at"
    URGENCY = "urgency"
    NEED = "need"
    SHARE = "share"
    SUMMARY = "summary"
    NEXT_STEP = "next_step"
    WRITE_BACK = "write_back"
    DUE = "due"
    WHAT = "what"
    ACCOUNT = "account"
    VALUE = "value"
    QUERY = "query"
    REVIEW_TYPE = "review.type"
    REVIEW_WHEN = "review.when"
    REVIEW_DATE = "review.date"
    REVIEW_TIME = "review.time"
    REVIEW_LENGTH = "review.length"
    REVIEW_PLACE = "review.place"
    REVIEW_CONTACTS = "review.contacts"
    REVIEW_TEAMMATES = "review.teammates"
    REVIEW_AGENDA = "review.agenda"
    REVIEW_LANGUAGE = "review.language"
    ANSWERS = "answers"
    ANSWER = "answer"
    SUGGESTED = "suggested"
    THEMES = "themes"
    NEW_THEME = "new_theme"
    AGREED = "agreed"
    CAME = "came"
    ABSENT = "absent"
    MOOD = "mood"
    TASK_WHAT = "task_what"
    TASK_OWNER = "task_owner"
    TASK_DUE = "task_due"
    MINUTES = "minutes"


class SnoozeFor(StrEnum):
    TOMORROW = "tomorrow"
    THREE_DAYS = "3d"
    WEEK = "1w"
    TWO_WEEKS = "2w"
    DATE = "date"


class SendAt(StrEnum):
    """When a letter leaves: at once, or in the contact's next morning."""

    NOW = "now"
    MORNING = "morning"


class DismissReason(StrEnum):
    """Every reason there is; which of them a form offers depends on the card."""

    SEASONAL = "seasonal"
    KNOWN = "known"
    NOT_NEEDED = "not_needed"
    SKIPPED = "skipped"
    WRONG_DATA = "wrong_data"
    OTHER = "other"


class Outcome(StrEnum):
    """Every outcome there is; which of them a form offers depends on the card."""

    DONE = "done"
    NO_ANSWER = "no_answer"
    SAVED = "saved"
    IMPROVED = "improved"
    PLANNED = "planned"
    HELD = "held"
    WON = "won"
    EXTENDED = "extended"
    CHURNED = "churned"
    AGREED = "agreed"
    OTHER = "other"


class InputError(StrEnum):
    """What a refused modal says under the input; the input's `block_id` is the key of `response_action: errors`."""

    NOTE_MISSING = "A few words, please: what is it?"
    CHOICE_MISSING = "Please choose one."
    DATE_MISSING = "Which date?"
    DATE_PAST = "Please choose a date after today."
    DAY_PAST = "Please choose today or a later day."
    DATE_FAR = "Please choose a date within a year."
    TEAMMATE_MISSING = "Who takes it?"
    TEAMMATE_NOT_OURS = "Please choose a full member of our workspace."
    HELPER_SAME = "They were asked already. Choose somebody else."
    CANARY_MISSING = "Whose accounts? One e-mail address a line."
    CANARY_WRONG = "Please give e-mail addresses, one a line."
    SUBJECT_MISSING = "What is it about? A few words, please."
    BODY_MISSING = "There is nothing to send yet."
    BODY_LONG = "At most 3,000 characters, please."
    CONTACT_MISSING = "To whom?"
    TIME_MISSING = "At what time?"
    TIME_PAST = "That is over already. Please choose a later time."
    TIME_SKIPPED = "There is no such time on that day: the clocks go forward."
    TIME_TWICE = "You gave a time of your own too. Choose “Another time”, or clear it below."
    INVITED_MISSING = "Who of the customer is to come?"
    ACCOUNT_MISSING = "Which account is it about?"
    ACCOUNT_GONE = "This account is no longer there."
    DONE_MISSING = "What was done? A few words, please."
    AGREED_MISSING = "What was agreed? A few words, please."
    ANSWER_MISSING = "Whose answer is it about?"
    CAME_MISSING = "Who took part? If nobody came, close this and choose “No-show…”."
    ABSENT_MISSING = "Who did not come?"
    TASK_MISSING = "What is to be done? A few words, please."


class HomeFilter(StrEnum):
    """Which of the accounts the Home tab lists."""

    ALL = "all"
    AT_RISK = "at_risk"
    RENEWING = "renewing"
    QUIET = "quiet"


class AdminSection(StrEnum):
    """What /stay admin shows."""

    OVERVIEW = "overview"
    ROLES = "roles"
    CHANNELS = "channels"
    LIMITS = "limits"
    ALERTS = "alerts"
    CONNECTORS = "connectors"
    BREAKERS = "breakers"
    LETTERS = "letters"
    AUDIT = "audit"


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
