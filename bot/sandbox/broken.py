"""Broken answers: what a client gets when a fault hits its call."""

import asyncio
import json

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.people import Json

PAGE = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1><p>Something between you and us is unwell.</p></body></html>"


async def break_answer(fault: Fault, request: Request, result: Json | None = None) -> Response | None:
    """The broken answer; None when the fault only cost time. `result` is what the call gave, if it was performed."""
    match fault.kind:
        case FaultKind.RATE_LIMITED:
            headers = {"retry-after": str(max(1, round(fault.seconds)))}
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)
        case FaultKind.SERVER_ERROR:
            return PlainTextResponse("Internal Server Error", 500)
        case FaultKind.HTML:
            return HTMLResponse(PAGE, 200)
        case FaultKind.ERROR:
            return JSONResponse({"ok": False, "error": fault.error})
        case FaultKind.TRUNCATED:
            whole = json.dumps(result or {"ok": True})
            return Response(whole[: max(1, len(whole) // 2)], media_type="application/json")
        case FaultKind.DROP_AFTER | FaultKind.DROP_BEFORE:
            await drop_connection(request)
            return Response()
        case _:
            await asyncio.sleep(fault.seconds)
            return None


async def drop_connection(request: Request) -> None:
    """Closes the TCP connection without an answer; `server.DroppingProtocol` left the means in the scope."""
    request.scope["state"]["drop"]()
    await asyncio.sleep(0)
