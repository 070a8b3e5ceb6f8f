"""Clicks, modals, commands and events between the local Slack and a real Bolt app, by socket and by signed HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.errors import ActImpossible
from bot.sandbox.listener import listening
from bot.sandbox.server import Person, Room, Sandbox, Timing

JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example", title="CSM")
ROOMS = [Room("C0ALERTS", "cs-alerts", members=(JANA.id,))]
QUICK = Timing(ack=1.0, trigger=0.8, event_retries=(0.01, 0.01, 0.01))
PLAIN = "plain_text"
CARD: list[dict[str, Any]] = [
    {
        "type": "actions",
        "block_id": "buttons",
        "elements": [
            {"type": "button", "action_id": "take", "value": "7", "text": {"type": PLAIN, "text": "Take it"}},
            {"type": "button", "action_id": "silent", "text": {"type": PLAIN, "text": "Nobody listens"}},
            {"type": "button", "action_id": "ask", "text": {"type": PLAIN, "text": "Ask…"}},
            {"type": "datepicker", "action_id": "until"},
        ],
    }
]
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "snooze",
    "private_metadata": "alert 7",
    "notify_on_close": True,
    "title": {"type": PLAIN, "text": "Snooze"},
    "submit": {"type": PLAIN, "text": "Snooze"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": PLAIN, "text": "Why?"},
            "element": {
                "type": "static_select",
                "action_id": "reason",
                "options": [{"text": {"type": PLAIN, "text": v.title()}, "value": v} for v in ("holiday", "other")],
            },
        },
        {
            "type": "input",
            "block_id": "note",
            "optional": True,
            "label": {"type": PLAIN, "text": "Note"},
            "element": {"type": "plain_text_input", "action_id": "note", "multiline": True},
        },
        {
            "type": "input",
            "block_id": "who",
            "optional": True,
            "label": {"type": PLAIN, "text": "Account"},
            "element": {"type": "external_select", "action_id": "who", "min_query_length": 0},
        },
    ],
}


class Seen:
    """A bot that remembers what reached it."""

    def __init__(self, sandbox: Sandbox) -> None:
        client = AsyncWebClient(sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[], proxy="")
        self.client = client
        self.bodies: list[dict[str, Any]] = []
        self.trigger = ""
        self.deaf = 0
        self.app = AsyncApp(name="seen", client=client, signing_secret=sandbox.signing_secret, process_before_response=True)
        self.app.middleware(self.first)
        self.app.action("take")(self.taken)
        self.app.action("until")(self.noted)
        self.app.action("ask")(self.asked)
        self.app.view("snooze")(self.submitted)
        self.app.view_closed("snooze")(self.noted)
        self.app.options("who")(self.offered)
        self.app.command("/stay")(self.commanded)
        self.app.shortcut("find")(self.noted)
        for event in ("app_home_opened", "app_mention", "message"):
            self.app.event(event)(self.noted)

    async def first(self, body: dict[str, Any], next: Any) -> None:  # noqa: A002 (Bolt passes it by this name)
        """Deaf for the first `deaf` requests: it stumbles before it acknowledges."""
        self.bodies.append(body)
        if self.deaf > 0:
            self.deaf -= 1
            await asyncio.sleep(QUICK.ack + 0.2)
        await next()

    async def taken(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        await self.client.chat_update(channel=channel, ts=ts, text=f"taken by <@{body['user']['id']}>")
        await respond(text="You have it.", replace_original=False)

    async def noted(self, ack: Any) -> None:
        await ack()

    async def asked(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        self.trigger = body["trigger_id"]
        await self.client.views_open(trigger_id=self.trigger, view=MODAL)

    async def submitted(self, ack: Any, view: dict[str, Any]) -> None:
        note = view["state"]["values"]["note"]["note"]["value"]
        answers: dict[str | None, dict[str, Any]] = {
            "bad": {"response_action": "errors", "errors": {"note": "Say more."}},
            "wrong": {"response_action": "errors", "errors": {"nowhere": "?"}},
            "more": {"response_action": "push", "view": MODAL},
            "next": {"response_action": "update", "view": MODAL | {"title": {"type": PLAIN, "text": "Next"}}},
            "done": {"response_action": "clear"},
        }
        await ack(**answers.get(note, {}))

    async def offered(self, ack: Any, payload: dict[str, Any]) -> None:
        await ack(options=[{"text": {"type": PLAIN, "text": f"{payload['value']} Ltd"}, "value": "a1"}])

    async def commanded(self, ack: Any, command: dict[str, Any]) -> None:
        await ack(f"You said {command['text']}")


@asynccontextmanager
async def by_socket(**more: Any) -> AsyncIterator[tuple[Sandbox, Seen]]:
    async with Sandbox(people=[JANA], rooms=ROOMS, timing=QUICK, **more).serve() as sandbox:
        bot = Seen(sandbox)
        handler = AsyncSocketModeHandler(bot.app, sandbox.app_token, proxy="")
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            yield sandbox, bot
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def by_http() -> AsyncIterator[tuple[Sandbox, Seen]]:
    async def endpoint(request: Request) -> Response:
        return await adapter.handle(request)

    async with listening(Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])]), "127.0.0.1", 0) as url:
        events_url = f"{url}/slack/events"
        async with Sandbox(people=[JANA], rooms=ROOMS, timing=QUICK, events_url=events_url).serve() as sandbox:
            bot = Seen(sandbox)
            adapter = AsyncSlackRequestHandler(bot.app)
            yield sandbox, bot


@pytest.fixture(params=[by_socket, by_http], ids=["socket", "http"])
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Sandbox, Seen]]:
    async with request.param() as running:
        yield running


Slack = tuple[Sandbox, Seen]


async def card(slack: Slack) -> str:
    posted = await slack[1].client.chat_postMessage(channel="C0ALERTS", text="Acme", blocks=CARD)
    return str(posted["ts"])


async def open_modal(slack: Slack) -> str:
    assert (await slack[0].click(JANA.id, "C0ALERTS", await card(slack), "ask")).ok
    return slack[0].views(JANA.id)[-1].id


async def test_a_click_is_acknowledged_and_changes_the_card(slack: Slack) -> None:
    sandbox, bot = slack
    outcome = await sandbox.click(JANA.id, "C0ALERTS", await card(slack), "take")
    assert outcome.ok
    assert sandbox.messages("cs-alerts")[0].text == "taken by <@U0JANA>"
    assert [m.text for m in sandbox.ephemerals(JANA.id)] == ["You have it."]
    body = bot.bodies[0]
    assert body["user"] == {"id": "U0JANA", "username": "jana", "name": "jana", "team_id": "T0SANDBOX"}
    assert body["container"] | {"message_ts": 0} == {
        "type": "message",
        "message_ts": 0,
        "channel_id": "C0ALERTS",
        "is_ephemeral": False,
    }
    assert (body["actions"][0]["value"], body["actions"][0]["block_id"]) == ("7", "buttons")


async def test_a_chosen_date_is_in_the_action_and_in_the_state(slack: Slack) -> None:
    sandbox, bot = slack
    await sandbox.click(JANA.id, "C0ALERTS", await card(slack), "until", "2026-12-24")
    assert bot.bodies[0]["actions"][0]["selected_date"] == "2026-12-24"
    assert bot.bodies[0]["state"]["values"]["buttons"]["until"] == {"type": "datepicker", "selected_date": "2026-12-24"}


async def test_a_click_that_nobody_handles_shows_the_person_an_error(slack: Slack) -> None:
    outcome = await slack[0].click(JANA.id, "C0ALERTS", await card(slack), "silent")
    assert not outcome.ok
    assert "did not respond" in outcome.error


async def test_a_button_that_is_not_there_cannot_be_clicked(slack: Slack) -> None:
    with pytest.raises(ActImpossible, match="there are: ask, silent, take, until"):
        await slack[0].click(JANA.id, "C0ALERTS", await card(slack), "nonsense")


async def test_a_modal_opens_and_closes_by_submission(slack: Slack) -> None:
    sandbox, bot = slack
    outcome = await sandbox.submit(JANA.id, await open_modal(slack), {"reason": "holiday", "note": "until spring"})
    assert outcome.ok
    assert sandbox.views(JANA.id) == []
    view = bot.bodies[-1]["view"]
    assert view["private_metadata"] == "alert 7"
    assert view["state"]["values"]["reason"]["reason"]["selected_option"]["value"] == "holiday"
    assert view["state"]["values"]["note"]["note"] == {"type": "plain_text_input", "value": "until spring"}


async def test_a_required_field_left_empty_never_reaches_the_bot(slack: Slack) -> None:
    sandbox, bot = slack
    outcome = await sandbox.submit(JANA.id, await open_modal(slack), {"note": "x"})
    assert (outcome.status, list(outcome.errors)) == ("not_sent", ["reason"])
    assert [body["type"] for body in bot.bodies] == ["block_actions"]


async def test_the_bots_answers_to_a_submission_are_honoured(slack: Slack) -> None:
    sandbox, _ = slack
    first = await open_modal(slack)
    bad = await sandbox.submit(JANA.id, first, {"reason": "other", "note": "bad"})
    assert bad.errors == {"note": "Say more."}
    assert len(sandbox.views(JANA.id)) == 1
    wrong = await sandbox.submit(JANA.id, first, {"note": "wrong"})
    assert wrong.error.startswith("invalid_errors")
    await sandbox.submit(JANA.id, first, {"note": "next"})
    assert sandbox.views(JANA.id)[0].body["title"]["text"] == "Next"
    await sandbox.submit(JANA.id, first, {"note": "more"})
    assert len(sandbox.views(JANA.id)) == 2
    await sandbox.submit(JANA.id, sandbox.views(JANA.id)[-1].id, {"reason": "other", "note": "done"})
    assert sandbox.views(JANA.id) == []


async def test_closing_a_modal_tells_the_bot_that_asked_for_it(slack: Slack) -> None:
    sandbox, bot = slack
    await sandbox.close(JANA.id, await open_modal(slack))
    assert (bot.bodies[-1]["type"], bot.bodies[-1]["is_cleared"]) == ("view_closed", False)


async def test_a_trigger_works_once_and_not_for_long(slack: Slack) -> None:
    sandbox, bot = slack
    await open_modal(slack)
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await bot.client.views_open(trigger_id=bot.trigger, view=MODAL)
    late = sandbox.workspace.tickets.trigger(JANA.id)
    await asyncio.sleep(QUICK.trigger + 0.05)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await bot.client.views_open(trigger_id=late, view=MODAL)


async def test_a_stale_hash_and_a_fourth_modal_are_refused(slack: Slack) -> None:
    sandbox, bot = slack
    view_id = await open_modal(slack)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await bot.client.views_update(view_id=view_id, hash="1.old", view=MODAL)
    for _ in range(2):
        await bot.client.views_push(trigger_id=sandbox.workspace.tickets.trigger(JANA.id), view=MODAL)
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await bot.client.views_push(trigger_id=sandbox.workspace.tickets.trigger(JANA.id), view=MODAL)


async def test_an_external_select_asks_the_bot(slack: Slack) -> None:
    sandbox, _ = slack
    outcome = await sandbox.suggest(JANA.id, "who", "Acme", view_id=await open_modal(slack))
    assert outcome.body["options"][0]["text"]["text"] == "Acme Ltd"


async def test_a_slash_command_is_answered_to_the_person_alone(slack: Slack) -> None:
    sandbox, bot = slack
    assert (await sandbox.command(JANA.id, "#cs-alerts", "/stay", "help me")).ok
    assert [m.text for m in sandbox.ephemerals(JANA.id)] == ["You said help me"]
    assert bot.bodies[0]["channel_name"] == "cs-alerts"
    assert sandbox.messages("cs-alerts") == []


async def test_an_event_that_is_not_acknowledged_comes_again(slack: Slack) -> None:
    sandbox, bot = slack
    bot.deaf = 2
    outcome = await sandbox.open_home(JANA.id)
    await sandbox.settled()
    assert outcome.status == "timeout"
    assert len({body["event_id"] for body in bot.bodies}) == 1
    assert [one.parcel.retry_attempt for one in sandbox.deliveries] == [0, 1, 2]
    assert [str(one.receipt.status) for one in sandbox.deliveries] == ["timeout", "timeout", "acked"]


async def test_a_mention_and_a_shortcut_reach_the_bot(slack: Slack) -> None:
    sandbox, bot = slack
    await sandbox.post_as(JANA.id, "#cs-alerts", "@sandbox-bot hello")
    await sandbox.shortcut(JANA.id, "find")
    assert [b["event"]["type"] for b in bot.bodies if "event" in b] == ["message", "app_mention"]
    assert bot.bodies[1]["event"]["text"] == "<@U0BOT> hello"
    assert bot.bodies[2]["callback_id"] == "find"


async def test_the_home_view_is_published_and_its_buttons_work(slack: Slack) -> None:
    sandbox, bot = slack
    await bot.client.views_publish(user_id=JANA.id, view={"type": "home", "blocks": CARD})
    home = sandbox.home(JANA.id)
    assert home is not None
    await sandbox.click_in_view(JANA.id, home.id, "until", "2026-12-24")
    assert bot.bodies[-1]["view"]["state"]["values"]["buttons"]["until"]["selected_date"] == "2026-12-24"


async def test_a_duplicated_delivery_arrives_twice(slack: Slack) -> None:
    sandbox, bot = slack
    sandbox.faults.add("events_api", "duplicate")
    await sandbox.open_home(JANA.id)
    await sandbox.settled()
    assert len(bot.bodies) == 2
    assert bot.bodies[0]["event_id"] == bot.bodies[1]["event_id"]


async def test_a_response_url_replaces_deletes_and_wears_out(slack: Slack) -> None:
    sandbox, bot = slack
    await sandbox.click(JANA.id, "C0ALERTS", await card(slack), "until", "2026-12-24")
    url = bot.bodies[0]["response_url"]
    async with httpx.AsyncClient(trust_env=False) as http:
        await http.post(url, json={"replace_original": True, "text": "snoozed"})
        assert [(m.text, m.blocks) for m in sandbox.messages("C0ALERTS")] == [("snoozed", [])]
        await http.post(url, json={"text": "hello all", "response_type": "in_channel"})
        await http.post(url, json={"text": "hello you"})
        assert (await http.post(url, json={"text": "x", "blocks": [{"type": "nonsense"}]})).json()["error"] == "invalid_blocks"
        await http.post(url, json={"delete_original": True})
        assert (await http.post(url, json={"text": "once more"})).json()["error"] == "used_url"
    assert [m.text for m in sandbox.messages("C0ALERTS")] == ["hello all"]
    assert [m.text for m in sandbox.ephemerals(JANA.id)] == ["hello you"]


async def test_a_socket_that_is_told_to_leave_comes_back() -> None:
    async with by_socket() as (sandbox, _):
        for _ in range(2):
            await sandbox.disconnect()
            assert (await sandbox.command(JANA.id, "#cs-alerts", "/stay", "hi")).ok
        await sandbox.disconnect("warning")
        assert (await sandbox.command(JANA.id, "#cs-alerts", "/stay", "hi")).ok


async def test_without_a_connection_a_click_fails_at_once() -> None:
    async with Sandbox(people=[JANA], rooms=ROOMS, timing=QUICK).serve() as sandbox:
        assert (await sandbox.command(JANA.id, "#cs-alerts", "/stay")).status == "unreachable"


async def test_events_and_commands_follow_the_manifest() -> None:
    manifest = {"features": {"slash_commands": [{"command": "/stay", "should_escape": True}]}, "settings": {}}
    async with by_socket(manifest=manifest) as (sandbox, bot):
        assert (await sandbox.command(JANA.id, "#cs-alerts", "/leave")).error == "unknown_command"
        assert (await sandbox.event({"type": "team_join"})).error == "not_subscribed"
        await sandbox.command(JANA.id, "#cs-alerts", "/stay", "assign @jana")
        assert bot.bodies[0]["text"] == "assign <@U0JANA|jana>"


async def test_another_process_can_act_over_http() -> None:
    async with by_socket() as (sandbox, bot), httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        ts = await card((sandbox, bot))
        act = {"act": "click", "user": JANA.id, "channel": "C0ALERTS", "ts": ts, "action_id": "take"}
        assert (await http.post("/sandbox/act", json=act)).json()["ok"]
        assert (await http.post("/sandbox/act", json=act | {"action_id": "x"})).status_code == 400
        state = (await http.get("/sandbox/state")).json()
        assert (state["messages"][0]["versions"], state["status"]["connections"]) == (2, 1)
        methods = [call["method"] for call in (await http.get("/sandbox/calls")).json()]
        assert "chat.update" in methods
        assert "response_url" in methods
        await http.post("/sandbox/reset")
        assert sandbox.messages("C0ALERTS") == []
