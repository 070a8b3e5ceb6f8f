"""The local Slack unfolds links as Slack does: for the domains of the manifest, by channel and ts or by the event's id."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Room, Sandbox
from tests.cast import JANA

LINK = "https://crm.example/1"
BLOCKS = [{"type": "section", "text": {"type": "plain_text", "text": "Acme"}}]


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Sandbox, AsyncWebClient, str]]:
    """A sandbox with one message of Jana's, and a client."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    sandbox = Sandbox(people=[JANA], rooms=[Room("C0GENERAL", "general", members=(JANA.id,))])
    async with sandbox.serve():
        outcome = await sandbox.post_as(JANA.id, "general", f"See {LINK}")
        yield sandbox, AsyncWebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[]), outcome.body


@pytest.mark.parametrize("by_id", [True, False])
async def test_a_link_is_unfolded_below_the_message(slack: tuple[Sandbox, AsyncWebClient, str], by_id: bool) -> None:
    sandbox, client, ts = slack
    where: dict[str, Any] = {"channel": "C0GENERAL", "ts": ts}
    if by_id:
        where = {"unfurl_id": f"C0GENERAL.{ts}", "source": "conversations_history"}
    for _ in range(2):
        await client.chat_unfurl(unfurls={LINK: {"blocks": BLOCKS}}, **where)
    (message,) = sandbox.messages("general")
    assert [(one["app_unfurl_url"], one["blocks"][0]["text"]["text"]) for one in message.attachments] == [(LINK, "Acme")]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"unfurls": {"https://crm.example/2": {"blocks": BLOCKS}}}, "cannot_unfurl_url"),
        ({"unfurls": {LINK: {"blocks": [{"type": "nonsense"}]}}}, "invalid_blocks"),
        ({"unfurls": None}, "missing_unfurls"),
        ({"ts": "1.1"}, "cannot_find_message"),
        ({"ts": None}, "missing_ts"),
        ({"channel": None, "ts": None, "unfurl_id": "C0GENERAL.1.1"}, "missing_source"),
    ],
)
async def test_what_slack_refuses(slack: tuple[Sandbox, AsyncWebClient, str], changed: dict[str, Any], error: str) -> None:
    _, client, ts = slack
    with pytest.raises(SlackApiError, match=error):
        await client.chat_unfurl(**({"channel": "C0GENERAL", "ts": ts, "unfurls": {LINK: {"blocks": BLOCKS}}} | changed))
