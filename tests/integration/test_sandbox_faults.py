"""Each fault, seen by the real slack_sdk client."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Person, Room, Sandbox

JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(people=[JANA], rooms=[Room("C0", "cs")]).serve() as running:
        yield running


async def post(sandbox: Sandbox, text: str = "card") -> Any:
    client = AsyncWebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[], proxy="")
    return await client.chat_postMessage(channel="C0", text=text)


async def failed(sandbox: Sandbox) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        await post(sandbox)
    return caught.value


async def test_a_rate_limit_says_how_long_to_wait(sandbox: Sandbox) -> None:
    sandbox.faults.add("chat.postMessage", "rate_limited", seconds=7)
    response = (await failed(sandbox)).response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert sandbox.messages("cs") == []
    await post(sandbox)


@pytest.mark.parametrize("kind", ["server_error", "html", "truncated", "drop_before", "drop_after", "error"])
async def test_a_broken_answer_hits_the_call_that_was_planned_and_no_other(sandbox: Sandbox, kind: str) -> None:
    sandbox.faults.add("chat.postMessage", kind, after=1, times=1)
    await post(sandbox)
    with pytest.raises((SlackApiError, aiohttp.ClientError, AttributeError)):
        await post(sandbox)
    await post(sandbox)
    stored = 3 if kind in ("truncated", "drop_after") else 2
    assert len(sandbox.messages("cs")) == stored


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection_gives_no_answer_at_all(sandbox: Sandbox, kind: str, stored: int) -> None:
    sandbox.faults.add("*", kind)
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await post(sandbox)
    assert len(sandbox.messages("cs")) == stored


async def test_a_server_error_may_come_after_the_message_was_kept(sandbox: Sandbox) -> None:
    sandbox.faults.add("chat.postMessage", "server_error", performed=True)
    with pytest.raises((SlackApiError, AttributeError)):
        await post(sandbox)
    assert len(sandbox.messages("cs")) == 1


async def test_a_slow_answer_takes_its_time(sandbox: Sandbox) -> None:
    sandbox.faults.add("chat.postMessage", "slow", seconds=0.2)
    started = time.perf_counter()
    await post(sandbox)
    assert time.perf_counter() - started >= 0.2


async def test_a_slow_call_that_nobody_waits_for_may_have_been_performed(sandbox: Sandbox) -> None:
    sandbox.faults.add("chat.postMessage", "slow", seconds=0.3, performed=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await post(sandbox)
    assert len(sandbox.messages("cs")) == 1


async def test_faults_are_in_the_log_of_calls_and_can_be_taken_back(sandbox: Sandbox) -> None:
    sandbox.faults.add("*", "error", times=5, error="internal_error")
    assert (await failed(sandbox)).response["error"] == "internal_error"
    sandbox.faults.clear()
    await post(sandbox)
    assert [(call.method, call.fault) for call in sandbox.calls] == [
        ("chat.postMessage", "error"),
        ("chat.postMessage", None),
    ]
    with pytest.raises(ValueError, match="sideways"):
        sandbox.faults.add("*", "sideways")
