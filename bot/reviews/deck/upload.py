"""The deck of a meeting goes into the thread of its brief: once, whatever Slack answers and whenever a process dies.

The thread is looked at before each upload, the first too: a file of that name in it is the deck.
"""

import asyncio
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import clock
from bot.clock import Clock
from bot.database import Database
from bot.errors import SendFailed, Uncertain, Undeliverable
from bot.log import log
from bot.messages import catalog as m
from bot.messages.render import render
from bot.reviews import picture as pictures
from bot.reviews.deck.make import Made, made
from bot.reviews.deck.orders import MOST, Order, begin, due_decks, give_up, settle
from bot.reviews.deck.pages import title_of
from bot.reviews.picture import Picture
from bot.settings import LiveSettings
from bot.slack_api import asked, pages

PATIENCE = 30.0
"""Seconds for one upload, of three requests."""
PAGE, PAGES = 200, 10
THREAD = "the thread of the brief"


class Undrawn(Exception):
    """It would fail again: the picture stays the same."""


@contextmanager
def undrawn() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise Undrawn("it could not be drawn; the log tells more") from error


@dataclass(frozen=True)
class Decks:
    """The duty. `now` is business time."""

    database: Database
    live: LiveSettings
    client: AsyncWebClient
    now: Clock

    async def run(self) -> Mapping[str, int]:
        """How many decks were uploaded, and how many were given up. One that fails stops none of the others."""
        done: Counter[str] = Counter()
        for order in await self.database.read(due_decks, self.now(), clock.now()):
            if await self.database.run(begin, order, clock.now()):
                done[await self._bring(order)] += 1
        return done

    async def _bring(self, order: Order) -> str:
        try:
            await self._put(order)
        except SendFailed as error:
            log.warning("deck_not_uploaded", review=order.review_id, problem=str(error))
            if order.tries + 1 < MOST and not isinstance(error, Undeliverable):
                return "decks_waiting"
            return await self._give_up(order, f"Slack did not take it: {error}")
        except Undrawn as error:
            log.error("deck_not_made", review=order.review_id, problem=str(error.__cause__), exc_info=error)
            return await self._give_up(order, str(error))
        await self.database.run(settle, order, self.now())
        return "decks"

    async def _put(self, order: Order) -> None:
        with undrawn():
            picture = pictures.read(order.content["picture"])
        if await self._stands(order, name_of(picture)):
            return
        with undrawn():
            deck = await asyncio.to_thread(made, picture, self.live.current.deck_template)
        await self._upload(order, picture, deck)

    async def _stands(self, order: Order, name: str) -> bool:
        wanted: dict[str, Any] = {"channel": order.channel_id, "ts": order.ts, "limit": PAGE}
        async for answer in pages(lambda cursor: self.client.conversations_replies(**wanted, cursor=cursor), THREAD, PAGES):
            files = (file for message in answer["messages"] for file in message.get("files") or ())
            if any(file.get("name") == name for file in files):
                return True
        return False

    async def _upload(self, order: Order, picture: Picture, deck: Made) -> None:
        file = {"filename": name_of(picture), "content": deck.content, "title": title_of(picture)}
        note = render(m.ReviewDeckNote(account=picture.account, type=picture.type, problem=deck.problem)).text
        call = self.client.files_upload_v2(file_uploads=[file], channel=order.channel_id, thread_ts=order.ts, initial_comment=note)
        try:
            async with asyncio.timeout(PATIENCE):
                await asked(call, THREAD)
        except TimeoutError as error:
            raise Uncertain("no answer from Slack in time") from error

    async def _give_up(self, order: Order, why: str) -> str:
        await self.database.run(give_up, order, why, self.now())
        return "decks_given_up"


def name_of(picture: Picture) -> str:
    """`Northwind-Traders-QBR-2026-11-24.pptx`: the same whenever it is asked for."""
    plain = unicodedata.normalize("NFKD", picture.account).encode("ascii", "ignore").decode()
    account = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    kind = re.sub(r"[^A-Za-z]+", "-", picture.type).strip("-").upper()[:20]
    return "-".join(filter(None, (account, kind, str(picture.at.date())))) + ".pptx"
