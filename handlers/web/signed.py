"""Calls of other systems that are signed as our own webhooks are.

`Staysail-Signature: t=UNIX,v1=HEX`, where HEX is HMAC-SHA256 of "UNIX.BODY" under STAYSAIL_SECRET.
"""

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot import clock
from bot.delivery.signature import signature

FRESH_SECONDS = 300


async def signed_body(request: Request, secret: str, largest: int) -> bytes | Response:
    """The body, or the answer for whoever did not sign it (401) or sent too much (413)."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > largest:
            return no(413, f"the body is too large: allowed are {largest} bytes")
    problem = _forged(request.headers.get("Staysail-Signature", ""), body, secret)
    return no(401, problem) if problem else body


def no(status: int, problem: str) -> Response:
    return JSONResponse({"ok": False, "error": problem}, status)


def _forged(header: str, body: bytes, secret: str) -> str | None:
    """Why the signature does not count; None: it does."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 12 or not given.isascii() or not given:
        return "the header Staysail-Signature is missing, or not `t=UNIX,v1=HEX`"
    if abs(clock.now().timestamp() - int(stamp)) > FRESH_SECONDS:
        return f"the signature is older than {FRESH_SECONDS} seconds"
    fits = hmac.compare_digest(signature(secret, int(stamp), body), f"t={stamp},v1={given}")
    return None if fits else "the signature does not fit the body"
