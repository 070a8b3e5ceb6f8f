"""`POST /calendar/replies`: a mail server, or a rule in a mailbox, hands on an answer to an invitation. Signed like our own webhooks.

The body is the whole mail (`Content-Type: message/rfc822`) or the calendar in it (`text/calendar`): then whoever signs vouches for whose
answer it is. What is no answer changes nothing, so that a rule may hand on every mail: `{"ok": true, "became": "recorded"}`.
"""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.database import Database
from bot.log import log
from bot.reviews.answering import Became, take_in
from bot.reviews.replies import Answer, NoAnswer, Unreadable, read_calendar, read_mail
from handlers.web.signed import no, signed_body

LARGEST = 1024 * 1024
"""Bytes. An answer is small, but some sign with pictures."""
READERS: dict[str, Callable[[bytes], Answer]] = {"message/rfc822": read_mail, "text/calendar": read_calendar}
NO_ANSWER = "no_answer"


def reply_routes(database: Database, secret: str | None, now: Clock, soon: Callable[[], None]) -> list[Route]:
    """None without a secret: nobody could be told from anybody. `soon`: there is something to send, and plays may go on."""
    if not secret:
        return []

    async def taken_in(request: Request) -> Response:
        body = await signed_body(request, secret, LARGEST)
        if isinstance(body, Response):
            return body
        read = READERS.get(request.headers.get("Content-Type", "").partition(";")[0].strip().lower())
        if read is None:
            return no(400, f"Content-Type: allowed are {' and '.join(READERS)}")
        try:
            answer = await asyncio.to_thread(read, body)
        except Unreadable as error:
            return no(400, str(error))
        except NoAnswer as error:
            return JSONResponse({"ok": True, "became": NO_ANSWER, "why": str(error)})
        became = await database.run(take_in, answer, now())
        log.info("answer_taken_in", became=became.value)
        if became is Became.RECORDED:
            soon()
        return JSONResponse({"ok": True, "became": became.value})

    return [Route("/calendar/replies", taken_in, methods=["POST"])]
