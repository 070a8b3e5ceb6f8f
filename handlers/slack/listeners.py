"""Where Slack's requests come in: one listener a surface, and a table from id to function.

ack → typed payload → who acts → one function → show its reply. The tables are what the registry test reads.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SendFailed
from bot.log import log
from bot.messages.actions import Action, Callback, Input
from bot.messages.catalog import AccountAnswer, AccountModal, Hit, Message, Modal, NoticeModal, Recipient, RisksAnswer, RisksModal, Said
from bot.messages.mrkdwn import plain
from bot.messages.render import render, render_view
from bot.slack_api import asked
from handlers.slack import (
    accounts,
    admin,
    alerts,
    audit,
    away,
    changes,
    commands,
    details,
    digest,
    forms,
    home,
    look_up,
    playbooks,
    plays,
    precision,
    review_due,
    review_held,
    review_report,
    reviews,
    rooms,
    survey_report,
    surveys,
    tasks,
    themes,
    write,
    write_back,
)
from handlers.slack.desk import Desk, Filling, Followed, Later, Mistakes, Push, Replace, Reply, Update
from handlers.slack.errors import say
from handlers.slack.events import EVENTS, take_in
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command, Search, Shortcut, Submission

Key = TypeVar("Key")
Value = TypeVar("Value")
MOST_OPTIONS = 100

FEATURES: Sequence[Feature] = tuple(
    module.FEATURE
    for module in (
        accounts, admin, alerts, audit, away, changes, commands, details, digest, forms, home, look_up, playbooks, plays,
        precision, review_due, review_held, review_report, reviews, rooms, survey_report, surveys, tasks, themes, write, write_back
    )
)  # fmt: skip


def joined(tables: Iterable[Mapping[Key, Value]]) -> Mapping[Key, Value]:
    """One table; an id that two features claim is a mistake of ours."""
    found: dict[Key, Value] = {}
    for table in tables:
        if twice := found.keys() & table.keys():
            raise ValueError(f"two features answer to {twice}")
        found |= table
    return found


CLICKS = joined(feature.clicks for feature in FEATURES)
FORMS = joined(feature.forms for feature in FEATURES)
WORDS = joined(feature.words for feature in FEATURES)
OPTIONS = joined(feature.options for feature in FEATURES)
SHORTCUTS = joined(feature.shortcuts for feature in FEATURES)
TOLD = joined(feature.events for feature in FEATURES)

ANYTHING = re.compile(r".*", re.DOTALL)


class Listeners:
    """Bolt's listeners over one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._under_way: set[asyncio.Task[None]] = set()

    def register(self, app: AsyncApp) -> None:
        app.action(ANYTHING)(self.clicked)
        app.view(ANYTHING)(self.submitted)
        app.command("/stay")(self.commanded)
        app.options(ANYTHING)(self.searched)
        app.shortcut(ANYTHING)(self.shortcut)
        app.middleware(self.events)
        for event in {*EVENTS, *TOLD}:
            app.event(event)(self.known)

    async def clicked(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
        reply: Reply
        try:
            click = Click.read(body)
            if click.action in CLICKS:  # an input inside a modal tells nothing until it is sent off
                actor = await self._desk.actor(click.who)
                reply = await CLICKS[Action(click.action)](self._desk, actor, click)
            else:
                reply = None
        except Exception as error:
            reply = say(error)
        await ack()
        if rest := await _show(reply, client, respond, Place.of(body)):
            self._beside(rest)
        if home.is_shown_anew_by(body):
            self._beside(home.follow(self._desk, body))

    async def submitted(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        try:
            form = Submission.read(body)
            actor = await self._desk.actor(form.who)
            reply = await FORMS[Callback(form.callback)](self._desk, actor, form)
        except Exception as error:
            reply = notice_of(say(error))
        if isinstance(reply, Mistakes):
            by_input = {form.block_of(name): str(text) for name, text in reply.by_input.items()}
            await ack(response_action="errors", errors=by_input | reply.by_block)
        elif isinstance(reply, Modal):
            await ack(response_action="update", view=render_view(reply))
        elif isinstance(reply, Push):
            await ack(response_action="push", view=render_view(reply.modal))
        else:
            await ack()
        self._beside(home.follow(self._desk, body))

    async def commanded(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
        reply: Reply
        try:
            command = Command.read(body)
            actor = await self._desk.actor(command.who)
            found = WORDS.get(command.word or "help")
            reply = await found(self._desk, actor, command) if found else commands.unknown(actor, command.word, WORDS)
        except Exception as error:
            reply = say(error)
        if isinstance(reply, Later):
            self._beside(_late(reply, client, respond, Place.of(body)))
        if isinstance(reply, Followed):
            self._beside(_follow(reply, respond))
            reply = reply.message
        if isinstance(reply, Message):
            shown = render(reply)
            await ack(text=shown.text, blocks=shown.blocks, response_type="ephemeral")
        else:
            await ack()

    async def searched(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Whatever goes wrong, the select shows that nothing was found."""
        options: list[dict[str, Any]] = []
        try:
            search = Search.read(body)
            actor = await self._desk.actor(search.who)
            hits = await OPTIONS[Input(search.name)](self._desk, actor, search)
            options = [option_of(hit) for hit in hits[:MOST_OPTIONS]]
        except Exception as error:
            say(error)
        await ack(options=options)

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
        reply: Reply
        try:
            shortcut = Shortcut.read(body)
            actor = await self._desk.actor(shortcut.who)
            reply = await SHORTCUTS[Callback(shortcut.callback)](self._desk, actor, shortcut)
        except Exception as error:
            reply = notice_of(say(error))
        await ack()
        if rest := await _show(reply, client, respond, Place.of(body)):
            self._beside(rest)

    async def events(self, body: dict[str, Any], next_: Callable[[], Awaitable[Any]]) -> None:
        """Runs before the ack: what an event tells is written first. Should that fail, Slack sends the event again."""
        if body.get("type") == "event_callback" and await take_in(self._desk, body):
            self._tell(body["event"])
        await next_()

    def _tell(self, event: dict[str, Any]) -> None:
        """What an event asks for is done beside: its acknowledgement must not wait for it."""
        if told := TOLD.get(event["type"]):
            self._beside(told(self._desk, event))

    def _beside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(_quietly(work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def known(self) -> None:
        """The event was taken in by the middleware; a listener makes Bolt acknowledge it."""


def option_of(hit: Hit | Recipient) -> dict[str, Any]:
    if isinstance(hit, Recipient):
        value, label = hit.id, f"{hit.name}, {hit.role}" if hit.role else hit.name
    else:
        value, label = hit.account.id, f"{hit.account.name} · {hit.domain}" if hit.domain else hit.account.name
    return {"value": value, "text": {"type": "plain_text", "text": plain(label, 75)}}


def notice_of(said: Said) -> NoticeModal:
    return NoticeModal(text=said.text, who=said.who, at=said.at)


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:
        say(error)


@dataclass(frozen=True)
class Place:
    """Where somebody clicked. `view` is the id of the view in which it was."""

    trigger: str | None
    view: str | None

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Place":
        view = body.get("view") or {}
        return cls(body.get("trigger_id"), view.get("id") if view.get("type") != "home" else None)


async def _show(reply: Reply, client: AsyncWebClient, respond: AsyncRespond, place: Place) -> Awaitable[None] | None:
    """Gives what takes its time, to be done beside: the acknowledgement leaves only when the listener has ended."""
    match reply:
        case Modal():
            await _open(reply, client, respond, place)
        case Filling(here=True) if place.view:
            await _update(reply.modal, client, place.view)
            return _fill(reply, client, place.view)
        case Filling():
            shown = await _open(reply.modal, client, respond, place)
            return _fill(reply, client, shown) if shown else None
        case Later():
            return _late(reply, client, respond, place)
        case Update() if place.view:
            await _update(reply.modal, client, place.view)
        case Replace(AccountAnswer() | RisksAnswer() as answer) if place.view:
            await _update(
                AccountModal(answer=answer) if isinstance(answer, AccountAnswer) else RisksModal(answer=answer), client, place.view
            )
        case Replace():
            await _tell(reply.message, respond, replace=True)
        case Said() if place.view or not respond.response_url:
            await _open(notice_of(reply), client, respond, place)
        case Message():
            await _tell(reply, respond, replace=False)
    return None


async def _late(reply: Later, client: AsyncWebClient, respond: AsyncRespond, place: Place) -> None:
    found: Reply
    try:
        found = await reply.answer()
    except Exception as error:
        found = say(error)
    if isinstance(found, Followed):
        await _tell(found.message, respond, replace=False)
        await _follow(found, respond)
    elif rest := await _show(found, client, respond, place):
        await rest


async def _fill(reply: Filling, client: AsyncWebClient, view_id: str) -> None:
    async for modal in reply.fill():
        await _update(modal, client, view_id)


async def _open(modal: Modal, client: AsyncWebClient, respond: AsyncRespond, place: Place) -> str | None:
    """The id of the view, or None when it could not be opened."""
    if place.trigger is None:
        return None
    opened = client.views_push if place.view else client.views_open
    try:
        answer = await asked(opened(trigger_id=place.trigger, view=render_view(modal)), "the form")
        return str(answer["view"]["id"])
    except SendFailed as error:
        log.warning("modal_not_opened", problem=str(error))
        if respond.response_url:
            late = "expired_trigger_id" in str(error)
            await _tell(Said(text="That took too long. Please click again.") if late else say(error), respond, replace=False)
        return None


async def _update(modal: Modal, client: AsyncWebClient, view_id: str) -> None:
    """A view that was closed meanwhile is nobody's loss."""
    try:
        await asked(client.views_update(view_id=view_id, view=render_view(modal)), "the form")
    except SendFailed as error:
        log.info("modal_not_updated", problem=str(error))


async def _follow(reply: Followed, respond: AsyncRespond) -> None:
    """A message of its own: Slack replaces what a button stands in, not the answer to a command."""
    if more := await reply.more():
        await _tell(more, respond, replace=False)


async def _tell(message: Message, respond: AsyncRespond, replace: bool) -> None:
    shown = render(message)
    await respond(text=shown.text, blocks=shown.blocks, response_type="ephemeral", replace_original=replace)
