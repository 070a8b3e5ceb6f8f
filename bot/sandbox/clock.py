"""The demo's clock on the page: it can be put forward, never back. The sandbox itself only asks and passes on."""

import asyncio
import json
import time as real
from datetime import datetime, time, timedelta
from typing import Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.people import Json
from bot.sandbox.workspace import Workspace

DAY = 86_400
FARTHEST = 366 * DAY
GLANCE = 0.2
MORNING = time(9)
SATURDAY = 5
TOO_FAR = f"seconds: allowed are numbers above 0, at most {FARTHEST}; time goes forward only"


class ClockPort(Protocol):
    """Time as the bot sees it."""

    def now(self) -> datetime:
        """Aware, in the zone that the page is to show."""
        ...

    async def forward(self, seconds: float) -> None:
        """Returns when the bot has done what falls due on the way."""
        ...


class ClockControl:
    def __init__(self, clock: ClockPort, workspace: Workspace) -> None:
        self._clock, self._workspace = clock, workspace
        self._busy = False

    def state(self) -> Json:
        """`now`, `next_morning` in seconds since the epoch, `ahead` in seconds of the real time, `zone` by its IANA name."""
        now = self._clock.now()
        return {
            "now": now.timestamp(),
            "ahead": round(now.timestamp() - real.time()),
            "zone": str(now.tzinfo),
            "next_morning": next_working_morning(now).timestamp(),
            "busy": self._busy,
        }

    async def endpoint(self, request: Request) -> Response:
        """GET: the time. POST `{"seconds": N}` puts it forward and answers when that is done; 409 while another jump runs."""
        if request.method == "GET":
            return JSONResponse(self.state())
        seconds = _seconds(await request.body())
        if seconds is None:
            return JSONResponse(
                {"ok": False, "error": f"seconds: allowed are numbers above 0, at most {FARTHEST}; time goes forward only"}, 400
            )
        if self._busy:
            return JSONResponse({"ok": False, "error": "the clock is being put forward already"}, 409)
        return await self._forward(seconds)

    async def _forward(self, seconds: float) -> Response:
        self._busy = True
        jump = asyncio.ensure_future(self._clock.forward(seconds))
        try:
            while not jump.done():
                self._publish()
                await asyncio.wait({jump}, timeout=GLANCE)
        finally:
            self._busy = False
            self._publish()
        problem = jump.exception()
        if problem:
            return JSONResponse({"ok": False, "error": f"{type(problem).__name__}: {problem}"}, 500)
        return JSONResponse({"ok": True, **self.state()})

    def _publish(self) -> None:
        self._workspace.publish({"kind": "clock", "clock": self.state()})


def _seconds(body: bytes) -> float | None:
    try:
        seconds = float(json.loads(body)["seconds"])
    except (ValueError, TypeError, KeyError):
        return None
    return seconds if 0 < seconds <= FARTHEST else None


def next_working_morning(now: datetime) -> datetime:
    """Nine o'clock on the next weekday, by the wall clock of `now`'s zone."""
    day = now.date() if now.time() < MORNING else now.date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, now.tzinfo)
