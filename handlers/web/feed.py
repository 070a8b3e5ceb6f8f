"""`/reviews/TOKEN.ics`: somebody's meetings, for their own calendar program. Reading is all that it does."""

import hashlib
from dataclasses import dataclass, field
from math import ceil

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import Clock
from bot.database import Database
from bot.log import log
from bot.reviews.feed import FeedLinks, feed_of
from handlers.web.flood import Gate, network_of

HEADERS = {
    "Cache-Control": "private, max-age=300",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
AGAIN_IN = 300
"""Seconds, when something on our side does not work."""


@dataclass(frozen=True)
class Gates:
    """Far above what calendar programs do: some look every few minutes, and a vendor's servers do it for many people at once."""

    network: Gate = field(default_factory=lambda: Gate(600, 20))
    person: Gate = field(default_factory=lambda: Gate(60, 0.2))

    def wait(self, request: Request, slack_id: str | None) -> float:
        """Seconds until the request may come again; 0: it may pass."""
        network = self.network.wait(network_of(request.client.host if request.client else ""))
        return network or (self.person.wait(slack_id) if slack_id else 0)


def feed_routes(database: Database, links: FeedLinks | None, now: Clock) -> list[Route]:
    """None without `links`: nobody has an address. `now` is the domain's clock."""
    if links is None:
        return []
    feed = _Feed(database, links, now)
    return [Route("/reviews/{token}.ics", feed.asked, methods=["GET"])]


class _Feed:
    def __init__(self, database: Database, links: FeedLinks, now: Clock) -> None:
        self._database, self._links, self._now, self._gates = database, links, now, Gates()

    async def asked(self, request: Request) -> Response:
        """Whose address it is and whether they are still with us, nobody learns who may not read it."""
        slack_id = self._links.read(request.path_params["token"])
        if wait := self._gates.wait(request, slack_id):
            return _refused(429, "Too many requests", ceil(wait))
        try:
            calendar = await self._database.read(feed_of, slack_id, self._now()) if slack_id else None
        except SQLAlchemyError as error:
            log.error("feed_failed", problem=str(error.__cause__ or type(error).__name__).splitlines()[0])
            return _refused(503, "Not available", AGAIN_IN)
        return _refused(404, "Not found") if calendar is None else _answer(request, calendar.encode())


def _refused(status: int, text: str, again_in: int | None = None) -> Response:
    again = {"Retry-After": str(again_in)} if again_in is not None else {}
    return PlainTextResponse(text, status, {**HEADERS, "Cache-Control": "no-store", **again})


def _answer(request: Request, body: bytes) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**HEADERS, "ETag": tag, "Content-Disposition": 'inline; filename="reviews.ics"'}
    if _is_known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, media_type="text/calendar; charset=utf-8")


def _is_known(asked: str, tag: str) -> bool:
    """By the weak comparison (RFC 9110, 13.1.2)."""
    return asked.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in asked.split(","))
