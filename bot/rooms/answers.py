"""What an answer of Slack's means for a step of a room."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.errors import SendFailed, SlowDown, Uncertain, Undeliverable

GLANCE = 0.2
"""Seconds between looks at something that has to happen first."""
TOKEN = frozenset({"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"})
"""Nothing is wrong with the step: it waits until the token is right again."""


class NotYet(Exception):
    """Something else has to happen first."""


class Meaning(StrEnum):
    WAIT = "wait"
    REFUSED = "refused"
    UNSURE = "unsure"
    UNREACHED = "unreached"


@dataclass(frozen=True)
class Answer:
    """`clear`: the call surely had no effect. `ours`: an admin can cure it (a missing permission)."""

    meaning: Meaning
    text: str = ""
    seconds: float = 0.0
    clear: bool = True
    ours: bool = False


def reason_of(error: BaseException) -> str | None:
    """Slack's own word for a refusal; None when it gave none."""
    found = _body_of(error).get("error")
    return found if isinstance(found, str) else None


def refused_people(error: BaseException) -> list[dict[str, Any]]:
    """Whom an invitation did not reach, and why."""
    return [one for one in _body_of(error).get("errors") or () if isinstance(one, dict)]


def _body_of(error: BaseException) -> dict[str, Any]:
    cause = error if isinstance(error, SlackApiError) else error.__cause__
    response = getattr(cause, "response", None) if isinstance(cause, SlackApiError) else None
    data = getattr(response, "data", response)
    return data if isinstance(data, dict) else {}


def answer_of(error: Exception, was_unsure: bool) -> Answer:
    """`was_unsure`: an earlier try of the same call may have had an effect, so a pause tells nothing of that."""
    match error:
        case NotYet():
            return Answer(Meaning.WAIT, seconds=GLANCE)
        case SlowDown():
            return Answer(Meaning.WAIT, seconds=error.seconds, clear=not was_unsure)
        case Uncertain():
            return Answer(Meaning.UNSURE, str(error), clear=False)
        case Undeliverable() if reason_of(error) is None:
            return Answer(Meaning.REFUSED, str(error))
        case SendFailed() if (reason := reason_of(error)) and reason not in TOKEN:
            return Answer(Meaning.REFUSED, _in_words(reason, error), ours=reason in {"missing_scope", "restricted_action"})
        case SendFailed():
            return Answer(Meaning.UNREACHED, str(error), clear=not was_unsure)
    return Answer(Meaning.UNSURE, f"{type(error).__name__}: {error}", clear=False)


def _in_words(reason: str, error: SendFailed) -> str:
    needed = _body_of(error).get("needed")
    if reason == "missing_scope" and needed:
        return f"the app lacks the permission {needed}: install it again from the current manifest"
    if reason == "restricted_action":
        return "the workspace does not let the app do this: allow it in the workspace's settings"
    return str(error)
