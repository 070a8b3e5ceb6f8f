"""`/u/TOKEN`: unsubscribe. `/c/TOKEN`: a counted link. Looking changes nothing: only the button, or one-click (RFC 8058), does."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot import clock
from bot.clock import Clock
from bot.database import Database
from bot.delivery.clicks import TOGETHER, by_a_person, count_click, note_fetch, target_of
from bot.delivery.dispatches import unsubscribe
from bot.letters.links import LinkSigner
from handlers.web.page import Pages, language_for
from handlers.web.pages.words import ASK, DONE, GONE, UNKNOWN, WORDS
from models import Dispatch

PAGES = Pages("letter.html.j2", "page.css")
STATUS = {ASK: 200, DONE: 200, UNKNOWN: 404, GONE: 410}


def letter_routes(database: Database, links: LinkSigner | None, now: Clock, together: timedelta = TOGETHER) -> list[Route]:
    """None without `links`: no letter carries a link to here. `now` is the domain's clock; scanners are told by the machine's."""
    if links is None:
        return []
    pages = _Pages(database, links, now, together)
    return [
        Route("/u/{token}", pages.asked, methods=["GET"]),
        Route("/u/{token}", pages.unsubscribed, methods=["POST"]),
        Route("/c/{token}", pages.clicked, methods=["GET"]),
    ]


class _Pages:
    def __init__(self, database: Database, links: LinkSigner, now: Clock, together: timedelta) -> None:
        self._database, self._links, self._now, self._together = database, links, now, together
        self._counting: set[asyncio.Task[None]] = set()

    async def asked(self, request: Request) -> Response:
        dispatch_id = self._links.read_unsubscribe(request.path_params["token"])
        if dispatch_id is None:
            return _page(request, UNKNOWN)
        language = await self._database.read(_language_of, dispatch_id)
        return _page(request, ASK if language else GONE, language)

    async def unsubscribed(self, request: Request) -> Response:
        dispatch_id = self._links.read_unsubscribe(request.path_params["token"])
        if dispatch_id is None:
            return _page(request, UNKNOWN)
        done = await self._database.run(unsubscribe, dispatch_id, self._now())
        return _page(request, DONE if done else GONE, await self._database.read(_language_of, dispatch_id))

    async def clicked(self, request: Request) -> Response:
        found = self._links.read_click(request.path_params["token"])
        if found is None:
            return _page(request, UNKNOWN)
        target = await self._database.read(target_of, *found)
        if target is None:
            return _page(request, GONE)
        if by_a_person(request.method, request.headers):
            self._later(self._count(*found))
        return RedirectResponse(target, 302, PAGES.headers)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._counting.add(task)
        task.add_done_callback(self._counting.discard)

    async def _count(self, dispatch_id: int, number: int) -> None:
        """Waits to see what else is fetched. A process that ends meanwhile counts one click too few: no harm."""
        at = clock.now()
        if await self._database.run(note_fetch, dispatch_id, number, at):
            await asyncio.sleep(self._together.total_seconds())
            await self._database.run(count_click, dispatch_id, number, at, self._now())


def _language_of(session: Session, dispatch_id: int) -> str | None:
    dispatch = session.get(Dispatch, dispatch_id)
    return str(dispatch.content.get("language", "en")) if dispatch else None


def _page(request: Request, what: str, language: str | None = None) -> Response:
    words = WORDS[spoken := language_for(request, WORDS, language)][what]
    return PAGES.show(STATUS[what], {"language": spoken, "title": words.title, "text": words.text, "button": words.button})
