"""Where Slack's requests come in: one listener a surface, and a table from id to function.

ack → typed payload → who acts → one function → show its reply. The tables are what the registry test reads.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SendFailed
from bot.messages.actions import Action, Callback
from bot.messages.catalog import Message, Modal, NoticeModal, Said
from bot.messages.render import render, render_view
from bot.slack_api import asked
from bot.team.roles import Actor
from handlers.slack import admin, alerts, commands, forms, playbooks, plays
from handlers.slack.desk import Desk, Mistakes, Replace, Reply
from handlers.slack.errors import say
from handlers.slack.events import EVENTS, take_in
from handlers.slack.payloads import Click, Command, Submission

log = structlog.get_logger()

CLICKS: Mapping[Action, Callable[[Desk, Actor, Click], Awaitable[Reply]]] = {
    Action.ALERT_TAKE: alerts.take_clicked,
    Action.ALERT_SNOOZE: alerts.snooze_clicked,
    Action.ALERT_DISMISS: alerts.dismiss_clicked,
    Action.ALERT_RESOLVE: alerts.resolve_clicked,
    Action.ALERT_DETAILS: alerts.details_clicked,
    Action.ALERT_WHY: alerts.why_clicked,
    Action.ALERT_ASSIGN: alerts.assign_clicked,
    Action.BREAKER_RELEASE: admin.release_clicked,
    Action.BREAKER_KEEP: admin.keep_clicked,
    Action.OUTBOX_RESEND: admin.resend_clicked,
    Action.ACCOUNT_PICK: commands.account_picked,
    Action.RISKS_PREVIOUS: commands.risks_turned,
    Action.RISKS_NEXT: commands.risks_turned,
    Action.PLAY_START: plays.start_clicked,
    Action.PLAY_TAKE_OVER: plays.take_over_clicked,
    Action.PLAYBOOK_OPEN: playbooks.open_clicked,
    Action.PLAYBOOK_PAUSE: playbooks.pause_clicked,
    Action.PLAYBOOK_RESUME: playbooks.resume_clicked,
    Action.PLAYBOOK_PROMOTE: playbooks.promote_clicked,
    Action.PLAYBOOK_DRY_RUN: playbooks.dry_run_clicked,
    Action.PLAYBOOKS_PREVIOUS: playbooks.playbooks_turned,
    Action.PLAYBOOKS_NEXT: playbooks.playbooks_turned,
}

FORMS: Mapping[Callback, Callable[[Desk, Actor, Submission], Awaitable[Reply]]] = {
    Callback.ALERT_SNOOZE: forms.snooze_sent,
    Callback.ALERT_DISMISS: forms.dismiss_sent,
    Callback.ALERT_RESOLVE: forms.resolve_sent,
    Callback.ALERT_ASSIGN: forms.assign_sent,
    Callback.PLAYBOOK_PROMOTE: playbooks.promote_sent,
}

ANYTHING = re.compile(r".*", re.DOTALL)


class Listeners:
    """Bolt's listeners over one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, app: AsyncApp) -> None:
        app.action(ANYTHING)(self.clicked)
        app.view(ANYTHING)(self.submitted)
        app.command("/stay")(self.commanded)
        app.middleware(self.events)
        for event in EVENTS:
            app.event(event)(self.known)

    async def clicked(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
        reply: Reply
        trigger = None
        try:
            click = Click.read(body)
            trigger = click.trigger
            if click.action in CLICKS:  # an input inside a modal tells nothing until it is sent off
                actor = await self._desk.actor(click.who)
                reply = await CLICKS[Action(click.action)](self._desk, actor, click)
            else:
                reply = None
        except Exception as error:
            reply = say(error)
        await ack()
        await _show(reply, client, respond, trigger, "view" in body)

    async def submitted(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        try:
            form = Submission.read(body)
            actor = await self._desk.actor(form.who)
            reply = await FORMS[Callback(form.callback)](self._desk, actor, form)
        except Exception as error:
            said = say(error)
            reply = NoticeModal(text=said.text, who=said.who, at=said.at)
        if isinstance(reply, Mistakes):
            await ack(response_action="errors", errors={name.value: str(text) for name, text in reply.by_input.items()})
        elif isinstance(reply, Modal):
            await ack(response_action="update", view=render_view(reply))
        else:
            await ack()

    async def commanded(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        reply: Reply
        try:
            command = Command.read(body)
            actor = await self._desk.actor(command.who)
            reply = await commands.answer(self._desk, actor, command)
        except Exception as error:
            reply = say(error)
        if isinstance(reply, Message):
            shown = render(reply)
            await ack(text=shown.text, blocks=shown.blocks, response_type="ephemeral")
        else:
            await ack()

    async def events(self, body: dict[str, Any], next_: Callable[[], Awaitable[Any]]) -> None:
        """Runs before the ack: what an event tells is written first. Should that fail, Slack sends the event again."""
        if body.get("type") == "event_callback":
            await take_in(self._desk, body)
        await next_()

    async def known(self) -> None:
        """The event was taken in by the middleware; a listener makes Bolt acknowledge it."""


async def _show(reply: Reply, client: AsyncWebClient, respond: AsyncRespond, trigger: str | None, in_view: bool) -> None:
    if isinstance(reply, Modal) and trigger:
        opened = client.views_push if in_view else client.views_open
        try:
            await asked(opened(trigger_id=trigger, view=render_view(reply)), "the form")
        except SendFailed as error:
            log.warning("modal_not_opened", problem=str(error))
            late = "expired_trigger_id" in str(error)
            await _tell(Said(text="That took too long. Please click again.") if late else say(error), respond, replace=False)
    elif isinstance(reply, Replace):
        await _tell(reply.message, respond, replace=True)
    elif isinstance(reply, Message) and in_view and trigger and isinstance(reply, Said):
        await client.views_push(trigger_id=trigger, view=render_view(NoticeModal(text=reply.text, who=reply.who, at=reply.at)))
    elif isinstance(reply, Message):
        await _tell(reply, respond, replace=False)


async def _tell(message: Message, respond: AsyncRespond, replace: bool) -> None:
    shown = render(message)
    await respond(text=shown.text, blocks=shown.blocks, response_type="ephemeral", replace_original=replace)
