"""The local Slack, seen by the real slack_sdk client."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import Person, Room, Sandbox

JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example", title="CSM")
GUEST = Person("U0GUEST", "guest", "Greta Guest", "greta@elsewhere.example", is_restricted=True)
ROOMS = [
    Room("C0ALERTS", "cs-alerts", members=(JANA.id, GUEST.id)),
    Room("C0OPEN", "open", bot_in=False),
    Room("C0SECRET", "secret", is_private=True, bot_in=False, members=(JANA.id,)),
    Room("C0OLD", "old", is_archived=True),
]
MANIFEST = {
    "display_information": {"name": "Staysail"},
    "features": {"app_home": {"home_tab_enabled": True}, "bot_user": {"display_name": "staysail"}},
    "oauth_config": {"scopes": {"bot": ["chat:write", "channels:history"], "bot_optional": ["users:read"]}},
}
BUTTON = {"type": "button", "action_id": "take", "text": {"type": "plain_text", "text": "Take it"}}
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Acme*"}},
    {"type": "actions", "elements": [BUTTON]},
]


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(people=[JANA, GUEST], rooms=ROOMS, usergroups={"leads": [JANA.id]}).serve() as running:
        yield running


@pytest.fixture
async def scoped() -> AsyncIterator[Sandbox]:
    async with Sandbox(people=[JANA], rooms=ROOMS, manifest=MANIFEST).serve() as running:
        yield running


def client_of(sandbox: Sandbox, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token or sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[], proxy="")


async def refusal(call: Awaitable[object]) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    return dict(caught.value.response.data)


async def error_of(call: Awaitable[object]) -> object:
    return (await refusal(call))["error"]


async def test_a_post_is_kept_and_an_update_changes_it_in_place(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel="#cs-alerts", text="Acme", blocks=CARD)
    await client.chat_update(channel="C0ALERTS", ts=posted["ts"], text="Acme, taken", blocks=CARD[:1])
    (message,) = sandbox.messages("cs-alerts")
    assert (message.text, message.versions, len(message.blocks)) == ("Acme, taken", 2, 1)
    assert posted["message"]["bot_id"]
    assert posted["message"]["blocks"][1]["block_id"]


async def test_an_update_with_text_alone_takes_the_blocks_away(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel="C0ALERTS", text="Acme", blocks=CARD)
    await client.chat_update(channel="C0ALERTS", ts=posted["ts"], text="closed")
    assert sandbox.messages("C0ALERTS")[0].blocks == []


async def test_history_gives_metadata_only_when_asked(sandbox: Sandbox) -> None:
    client, metadata = client_of(sandbox), {"event_type": "outbox", "event_payload": {"id": "7"}}
    posted = await client.chat_postMessage(channel="C0ALERTS", text="Acme", metadata=metadata)
    await client.chat_postMessage(channel="C0ALERTS", text="below", thread_ts=posted["ts"])
    plain = await client.conversations_history(channel="C0ALERTS")
    full = await client.conversations_history(channel="C0ALERTS", oldest=posted["ts"], inclusive=True, include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert plain["messages"][0]["reply_count"] == 1
    assert [m["metadata"] for m in full["messages"]] == [metadata]
    thread = await client.conversations_replies(channel="C0ALERTS", ts=posted["ts"])
    assert [m["text"] for m in thread["messages"]] == ["Acme", "below"]


async def test_history_comes_newest_first_in_pages(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    for number in range(5):
        await client.chat_postMessage(channel="C0ALERTS", text=str(number))
    pages = [[m["text"] for m in page["messages"]] async for page in await client.conversations_history(channel="C0ALERTS", limit=2)]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]


async def test_what_slack_refuses_is_refused_under_slacks_name(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"
    assert await error_of(client_of(sandbox, "xoxb-wrong").auth_test()) == "invalid_auth"
    assert await error_of(AsyncWebClient(base_url=sandbox.api_url, proxy="").auth_test()) == "not_authed"
    assert await error_of(client.chat_postMessage(channel="#nowhere", text="x")) == "channel_not_found"
    assert await error_of(client.chat_postMessage(channel="secret", text="x")) == "channel_not_found"
    assert await error_of(client.chat_postMessage(channel="C0OLD", text="x")) == "is_archived"
    assert await error_of(client.api_call("chat.postMessage", json={"channel": "C0ALERTS"})) == "no_text"
    assert await error_of(client.chat_postMessage(channel="C0ALERTS", text="x" * 40_001)) == "msg_too_long"
    assert await error_of(client.chat_update(channel="C0ALERTS", ts="1.0", text="x")) == "message_not_found"
    assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await error_of(client.users_lookupByEmail(email="no@body.example")) == "users_not_found"
    assert await error_of(client.conversations_history(channel="C0OPEN")) == "not_in_channel"
    assert await error_of(client.chat_postEphemeral(channel="C0ALERTS", user="U0NOBODY", text="x")) == "user_not_in_channel"


async def test_a_persons_message_cannot_be_updated(sandbox: Sandbox) -> None:
    said = await sandbox.post_as(JANA.id, "#cs-alerts", "hello @guest <script>")
    call = client_of(sandbox).chat_update(channel="C0ALERTS", ts=said.body, text="x")
    assert await error_of(call) == "cant_update_message"
    assert sandbox.messages("cs-alerts")[0].text == "hello <@U0GUEST> &lt;script&gt;"


async def test_a_missing_scope_is_named(scoped: Sandbox) -> None:
    client = client_of(scoped)
    answer = await refusal(client.users_lookupByEmail(email=JANA.email))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read.email")
    assert "chat:write" in str(answer["provided"])
    assert await error_of(client.chat_postMessage(channel="open", text="x")) == "not_in_channel"
    assert "email" not in (await client.users_info(user=JANA.id))["user"]["profile"]


@pytest.mark.parametrize(
    ("blocks", "pointer"),
    [
        ([section("")], "/blocks/0/text/text"),
        ([section("x" * 3001)], "/blocks/0/text/text"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "/blocks/0/text/type"),
        ([{"type": "surprise"}], "/blocks/0/type"),
        ([{"type": "alert", "text": {"type": "mrkdwn", "text": "x"}}], "/blocks/0/type"),
        ([{"type": "actions", "elements": [BUTTON, BUTTON]}], "/blocks/0"),
        ([section("a") | {"block_id": "b"}, section("c") | {"block_id": "b"}], "/blocks"),
        ([{"type": "divider"}] * 51, "/blocks"),
        ([{"type": "actions", "elements": [BUTTON | {"value": "v" * 2001}]}], "/blocks/0/elements/0/value"),
        ([section("x") | {"colour": "red"}], "/blocks/0/colour"),
    ],
)
async def test_bad_blocks_are_refused_and_the_place_is_named(sandbox: Sandbox, blocks: list[dict[str, Any]], pointer: str) -> None:
    answer = await refusal(client_of(sandbox).chat_postMessage(channel="C0ALERTS", text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert any(m.endswith(f"[json-pointer:{pointer}]") for m in answer["response_metadata"]["messages"])
    assert sandbox.messages("C0ALERTS") == []


async def test_a_message_to_a_person_goes_to_their_direct_messages(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    posted = await client.chat_postMessage(channel=JANA.id, text="psst")
    opened = await client.conversations_open(users=JANA.id)
    assert posted["channel"] == opened["channel"]["id"]
    assert [m.text for m in sandbox.direct_messages(JANA.id)] == ["psst"]


async def test_rooms_are_created_by_slacks_rules_and_people_invited(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    made = (await client.conversations_create(name="esc-acme", is_private=True))["channel"]["id"]
    assert await error_of(client.conversations_create(name="esc-acme")) == "name_taken"
    assert await error_of(client.conversations_create(name="Esc Acme")) == "invalid_name_specials"
    assert await error_of(client.conversations_create(name="e" * 81)) == "invalid_name_maxlength"
    await client.conversations_invite(channel=made, users=f"{JANA.id},U0NOBODY", force=True)
    assert await error_of(client.conversations_invite(channel=made, users=JANA.id)) == "already_in_channel"
    await client.conversations_setTopic(channel=made, topic="Acme")
    assert (await client.conversations_members(channel=made))["members"][1:] == [JANA.id]
    await client.conversations_archive(channel=made)
    assert sandbox.channel("esc-acme").is_archived


async def test_lists_come_in_pages(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    users = [u["id"] async for page in await client.users_list(limit=1) for u in page["members"]]
    assert users == [JANA.id, GUEST.id, "U0BOT"]
    listed = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True, limit=50)
    assert [c["name"] for c in listed["channels"]] == ["cs-alerts", "open"]
    groups = await client.usergroups_list(include_users=True)
    assert groups["usergroups"][0]["users"] == [JANA.id]


async def test_a_file_goes_by_its_upload_address_into_the_channel(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    await client.files_upload_v2(channel="C0ALERTS", filename="chart.svg", content="<svg/>", initial_comment="Usage")
    (message,) = sandbox.messages("C0ALERTS")
    assert (message.text, message.files[0]["size"]) == ("Usage", 6)


async def test_a_file_in_a_thread_is_among_its_replies_and_is_downloaded_under_its_name(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    ts = (await client.chat_postMessage(channel="C0ALERTS", text="The brief"))["ts"]
    await client.files_upload_v2(
        channel="C0ALERTS", thread_ts=ts, filename="Acmé.pptx", content=b"PK", title="The deck", initial_comment="x"
    )
    parent, answer = (await client.conversations_replies(channel="C0ALERTS", ts=ts))["messages"]
    assert parent["reply_count"] == 1
    (file,) = answer["files"]
    assert (file["name"], file["title"], file["filetype"], answer["thread_ts"]) == ("Acmé.pptx", "The deck", "pptx", ts)
    async with aiohttp.ClientSession() as session, session.get(file["url_private"]) as got:
        assert (await got.read(), got.headers["content-disposition"]) == (b"PK", "attachment; filename*=UTF-8''Acm%C3%A9.pptx")


async def test_the_extras_of_a_room_work_once(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    ts = (await client.chat_postMessage(channel="C0ALERTS", text="brief"))["ts"]
    await client.reactions_add(channel="C0ALERTS", timestamp=ts, name="eyes")
    await client.pins_add(channel="C0ALERTS", timestamp=ts)
    await client.bookmarks_add(channel_id="C0ALERTS", title="CRM", type="link", link="https://crm.example")
    await client.conversations_canvases_create(channel_id="C0ALERTS", document_content={"type": "markdown", "markdown": "# A"})
    assert await error_of(client.reactions_add(channel="C0ALERTS", timestamp=ts, name="eyes")) == "already_reacted"
    assert (
        await error_of(client.api_call("conversations.canvases.create", json={"channel_id": "C0ALERTS"})) == "channel_canvas_already_exists"
    )
    assert (await client.chat_getPermalink(channel="C0ALERTS", message_ts=ts))["permalink"].endswith(ts.replace(".", ""))
