"""What Slack's answers mean for a message: surely not sent, or perhaps. The one place that reads the SDK's errors.

Surely not: `ok: false` with a reason (but for the few below), 429, a connection that was never made.
Perhaps: 5xx, an answer that is not JSON, a time-out, a connection that dropped, and anything unknown.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import ClientConnectorError, ClientError
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import NotSent, SendFailed, SlowDown, Uncertain, Undeliverable

TOO_FAST = {"ratelimited", "rate_limited", "message_limit_exceeded"}
PERHAPS = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
CURES = {
    "channel_not_found": "Slack knows no channel {where}, or it is private: correct the name in staysail.yml, or /invite the app there",
    "not_in_channel": "the app is not in {where}: type /invite @Staysail there",
    "is_archived": "{where} is archived: unarchive it, or name another channel in staysail.yml",
    "restricted_action": "posting in {where} is restricted: allow the app in the channel's settings",
    "restricted_action_read_only_channel": "{where} is read-only: allow the app in the channel's settings",
    "invalid_blocks": "Slack refused the layout of this message; please report this",
    "msg_too_long": "the message is too long for Slack; please report this",
    "message_not_found": "the message was deleted in Slack",
    "cant_update_message": "the message is not the app's to update",
}
TOKEN = {
    "invalid_auth": "Slack refuses the bot token: set SLACK_BOT_TOKEN to the one of this workspace",
    "not_authed": "no bot token: set SLACK_BOT_TOKEN",
    "account_inactive": "the app was removed from the workspace: install it again and set SLACK_BOT_TOKEN",
    "token_revoked": "the bot token was revoked: install the app again and set SLACK_BOT_TOKEN",
    "missing_scope": "the app lacks a permission: install it again from the current manifest",
}
DEFAULT_PAUSE = 30.0


async def asked(call: Awaitable[Any], where: str) -> Any:
    """The answer, or a SendFailed of the right kind."""
    try:
        return await call
    except SlackApiError as error:
        raise explain(error, where) from error
    except ClientConnectorError as error:
        raise NotSent(f"Slack cannot be reached: {error.os_error}") from error
    except (ClientError, SlackClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
        raise Uncertain(f"no clear answer from Slack: {error or type(error).__name__}") from error
    except (AttributeError, ValueError, TypeError) as error:  # the SDK stumbles over answers that are not JSON objects
        raise Uncertain(f"Slack's answer could not be read: {error}") from error


async def pages(call: Callable[[str | None], Awaitable[Any]], where: str, most: int) -> AsyncIterator[Any]:
    """The answers of a method that gives its list in pages; `call` asks for the one of a cursor (None: the first)."""
    cursor: str | None = None
    for _ in range(most):
        answer = await asked(call(cursor), where)
        yield answer
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return


def explain(error: SlackApiError, where: str) -> SendFailed:
    response = error.response
    status, headers = getattr(response, "status_code", 0), getattr(response, "headers", None) or {}
    data = getattr(response, "data", response)
    reason = data.get("error") if isinstance(data, dict) else None
    if status == 429 or reason in TOO_FAST:
        return SlowDown("Slack asks to slow down", _seconds(headers))
    if not reason or reason in PERHAPS or status >= 500:
        return Uncertain(f"no clear answer from Slack (HTTP {status}{', ' + reason if reason else ''})")
    if reason in CURES:
        return Undeliverable(f"{reason}: {CURES[reason].format(where=where)}")
    return NotSent(f"{reason}: {TOKEN[reason]}" if reason in TOKEN else f"Slack refused: {reason}")


def _seconds(headers: Any) -> float:
    found = {str(name).lower(): value for name, value in dict(headers).items()}.get("retry-after", "")
    try:
        return max(0.1, float(found))
    except ValueError:
        return DEFAULT_PAUSE
