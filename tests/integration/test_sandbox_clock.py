"""The clock of the local Slack: forward only, and messages carry its time."""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.sandbox.clock import next_working_morning
from bot.sandbox.server import Person, Room, Sandbox

PRAGUE = ZoneInfo("Europe/Prague")
JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example")


class Ahead:
    """A clock that can be held in the middle of a jump."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.problem: Exception | None = None

    def now(self) -> datetime:
        return datetime.now(PRAGUE) + self.ahead

    async def forward(self, seconds: float) -> None:
        await self.go_on.wait()
        if self.problem:
            raise self.problem
        self.ahead += timedelta(seconds=seconds)


def sandbox_with(clock: Ahead | None) -> Sandbox:
    return Sandbox(people=[JANA], rooms=[Room("C0", "cs", members=(JANA.id,))], clock=clock)


async def jump(http: aiohttp.ClientSession, body: Any) -> tuple[int, Any]:
    async with http.post("/sandbox/clock", json=body) as answer:
        return answer.status, await answer.json()


async def test_the_clock_goes_forward_and_messages_carry_its_time() -> None:
    clock = Ahead()
    async with sandbox_with(clock).serve() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        await sandbox.post_as(JANA.id, "cs", "now")
        status, state = await jump(http, {"seconds": 86_400})
        assert (status, state["ok"], state["zone"], state["busy"]) == (200, True, "Europe/Prague", False)
        assert state["ahead"] == pytest.approx(86_400, abs=1)
        await sandbox.post_as(JANA.id, "cs", "a day later")
        first, second = (float(message.ts) for message in sandbox.messages("cs"))
        assert 86_400 <= second - first < 86_460
        page = await (await http.get("/sandbox/state")).json()
        assert page["status"]["clock"]["ahead"] == pytest.approx(86_400, abs=1)


async def test_message_times_stay_unique_and_rising_when_the_clock_stands_still() -> None:
    class Stopped(Ahead):
        def now(self) -> datetime:
            return datetime(2026, 11, 22, 12, tzinfo=PRAGUE)

    async with sandbox_with(Stopped()).serve() as sandbox:
        for text in "abc":
            await sandbox.post_as(JANA.id, "cs", text)
        times = [message.ts for message in sandbox.messages("cs")]
        assert times == sorted(set(times))


@pytest.mark.parametrize("body", [{"seconds": -60}, {"seconds": 0}, {"seconds": 10**9}, {"seconds": "soon"}, {"seconds": None}, {}, []])
async def test_time_goes_forward_only_and_not_too_far(body: Any) -> None:
    clock = Ahead()
    async with sandbox_with(clock).serve() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        status, answer = await jump(http, body)
        assert status == 400
        assert "forward only" in answer["error"]
    assert clock.ahead == timedelta()


async def test_one_jump_at_a_time_and_the_page_hears_of_it() -> None:
    clock = Ahead()
    clock.go_on.clear()
    async with (
        sandbox_with(clock).serve() as sandbox,
        aiohttp.ClientSession(sandbox.url) as http,
        http.ws_connect("/sandbox/live") as live,
        asyncio.timeout(5),
    ):
        first = asyncio.ensure_future(jump(http, {"seconds": 3600}))
        assert (await live.receive_json())["clock"]["busy"] is True
        assert (await jump(http, {"seconds": 3600}))[0] == 409
        clock.go_on.set()
        assert (await first)[0] == 200
        while (change := await live.receive_json())["clock"]["busy"]:
            pass
        assert change["clock"]["ahead"] == pytest.approx(3600, abs=1)


async def test_a_jump_that_failed_is_said_and_the_next_one_is_free() -> None:
    clock = Ahead()
    clock.problem = RuntimeError("the tide is out")
    async with sandbox_with(clock).serve() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        status, answer = await jump(http, {"seconds": 60})
        assert (status, answer["error"]) == (500, "RuntimeError: the tide is out")
        clock.problem = None
        assert (await jump(http, {"seconds": 60}))[0] == 200


async def test_without_a_clock_there_is_nothing_to_put_forward() -> None:
    async with sandbox_with(None).serve() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        async with http.post("/sandbox/clock", json={"seconds": 60}) as answer:
            assert answer.status == 404
        assert (await (await http.get("/sandbox/state")).json())["status"]["clock"] is None
        await sandbox.post_as(JANA.id, "cs", "hello")
        assert abs(float(sandbox.messages("cs")[0].ts) - time.time()) < 60


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-20T18:00", "2026-11-23T09:00"),  # Friday evening
        ("2026-11-23T08:59", "2026-11-23T09:00"),
        ("2026-11-23T09:00", "2026-11-24T09:00"),
        ("2026-03-27T10:00", "2026-03-30T09:00"),  # over the change to summer time
    ],
)
def test_the_next_working_morning_is_nine_by_the_wall_clock(now: str, morning: str) -> None:
    found = next_working_morning(datetime.fromisoformat(now).replace(tzinfo=PRAGUE))
    assert found.isoformat()[:16] == morning
    assert found.tzinfo is PRAGUE
