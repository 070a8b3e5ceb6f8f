"""JSON endpoints under /sandbox/: state, act, faults, calls, reset. For the web page and tests in other processes."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.errors import ActImpossible, Refusal
from bot.sandbox.faults import Faults
from bot.sandbox.people import Json
from bot.sandbox.snapshot import everything, shown_call
from bot.sandbox.workspace import Workspace

Act = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Levers:
    """What the server lets one do from outside: every act by its name, and the rest."""

    acts: Mapping[str, Act]
    status: Callable[[], Json]
    deliveries: Callable[[], list[Json]]
    reset: Callable[[], None]


class Control:
    def __init__(self, workspace: Workspace, faults: Faults, levers: Levers) -> None:
        self._workspace = workspace
        self._faults = faults
        self._levers = levers

    async def state(self, request: Request) -> Response:
        return JSONResponse(everything(self._workspace) | {"status": self._levers.status(), "faults": self._waiting()})

    async def calls(self, request: Request) -> Response:
        wanted = request.query_params.get("method")
        calls = [call for call in self._workspace.contents.calls if wanted in (None, call.method)]
        return JSONResponse([shown_call(call) for call in calls])

    async def deliveries(self, request: Request) -> Response:
        return JSONResponse(self._levers.deliveries())

    async def act(self, request: Request) -> Response:
        """`{"act": "click", …}` with the arguments of the method of that name; answers with its outcome."""
        body = await _object(request)
        act = self._levers.acts.get(body.pop("act", ""))
        if act is None:
            return _bad(f"unknown act; there are: {', '.join(sorted(self._levers.acts))}")
        try:
            result = await act(**body)
        except (ActImpossible, Refusal, TypeError) as problem:
            return _bad(str(problem))
        return JSONResponse(asdict(result) if result is not None else {"ok": True})

    async def faults(self, request: Request) -> Response:
        """GET lists what is planned, POST plans one, DELETE takes all back."""
        if request.method == "DELETE":
            self._faults.clear()
        if request.method == "POST":
            try:
                self._faults.add(**await _object(request))
            except (TypeError, ValueError) as problem:
                return _bad(str(problem))
        self._workspace.publish({"kind": "faults", "faults": self._waiting()})
        return JSONResponse(self._waiting())

    async def reset(self, request: Request) -> Response:
        self._levers.reset()
        return JSONResponse({"ok": True})

    def _waiting(self) -> list[Json]:
        return [asdict(fault) for fault in self._faults.waiting()]


async def _object(request: Request) -> Json:
    try:
        value = json.loads(await request.body() or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _bad(error: str) -> Response:
    return JSONResponse({"ok": False, "status": "not_sent", "error": error}, 400)
