"""Accounts looked up in conversations: links that unfold, mentions, and messages that become notes."""

from typing import Any

import pytest
from sqlalchemy import select, update

from bot.messages.actions import Action, Callback, Input, InputError
from bot.sandbox.acts.outcome import Outcome
from bot.sandbox.messages import Message
from bot.sandbox.server import Person, Room
from models import Account, Note, Trace
from models import Room as Escalation
from tests.cast import GUEST, JANA, LEAD, OLIVER, STRANGER
from tests.factories import Company, World, steady, until, words
from tests.scenario.conftest import OpenWorld, on_sqlite

LINK = "https://crm.example/accounts/1"
HOSTILE = "<!channel> *Co* & {{7*7}}"


def plain_words(message: Message) -> str:
    blocks = [*message.blocks, *(block for one in message.attachments for block in one["blocks"])]
    return words(blocks).replace("\u200b", "")


async def said(world: World, person: Person, text: str, channel: str = "#cs-alerts", thread: str | None = None) -> Message:
    outcome = await world.sandbox.post_as(person.id, channel, text, thread)
    found = world.sandbox.workspace.find_message(world.sandbox.channel(channel).id, outcome.body)
    assert found
    return found


async def unfolded(world: World, message: Message) -> str:
    await until(lambda: message.attachments, "the link unfolds")
    return plain_words(message)


async def answer_to(world: World, message: Message) -> Message:
    """The app's answer in the thread."""
    channel = world.sandbox.workspace.channels[message.channel]
    thread = message.thread_ts or message.ts
    await until(lambda: [one for one in channel.replies(thread) if one.from_bot], "the mention is answered")
    (answer,) = [one for one in channel.replies(thread) if one.from_bot]
    return answer


async def told(world: World, person: Person) -> str:
    await until(lambda: world.told(person), "the person is told alone")
    return world.told(person)[-1].replace("\u200b", "")


def shared_with_others(world: World) -> None:
    world.sandbox.channel("#cs-alerts").is_ext_shared = True


async def notes(world: World) -> list[Note]:
    return await world.app.database.read(lambda session: list(session.scalars(select(Note).order_by(Note.id))))


async def settled(world: World) -> None:
    """Whatever the app does beside has been done: a later opening of a Home tab is through."""
    before = len(world.calls("views.publish"))
    await world.sandbox.open_home(JANA.id)
    await until(lambda: len(world.calls("views.publish")) > before, "the tab is published")


# --- links


@on_sqlite
async def test_a_link_unfolds_and_its_details_open_for_whoever_asks(world: World) -> None:
    await world.card("Acme")
    message = await said(world, JANA, f"Look at {LINK} please")
    text = await unfolded(world, message)
    assert f"*<{LINK}|Acme>* · €120,000 · Adoption · Team" in text
    assert "Health 40 · ↘ active users −59 % · renews in 224 days · *1 open alert*" in text
    assert f"Owner: <@{JANA.id}>" in text
    assert (await world.sandbox.click(OLIVER.id, message.channel, message.ts, Action.HOME_ACCOUNT.value)).ok
    assert "contact@account1.example" in world.modal_words(OLIVER)
    assert (await world.sandbox.click(GUEST.id, message.channel, message.ts, Action.HOME_ACCOUNT.value)).ok
    assert world.sandbox.views(GUEST.id) == []
    assert "you are here as a guest" in world.told(GUEST)[-1]


@on_sqlite
async def test_what_a_link_says_besides_the_record_does_not_matter(world: World) -> None:
    for link in (f"{LINK}/", f"{LINK}?tab=notes#top"):
        assert "Acme" in await unfolded(world, await said(world, JANA, link))


@on_sqlite
async def test_several_links_one_of_them_unknown(world: World) -> None:
    message = await said(world, JANA, f"{LINK} {LINK}000 https://crm.example/accounts/2")
    text = await unfolded(world, message)
    assert [one["from_url"] for one in message.attachments] == [LINK, "https://crm.example/accounts/2"]
    assert "Borealis" in text


@on_sqlite
async def test_an_unknown_link_stays_as_it_is(world: World) -> None:
    for text in (f"{LINK}000", "https://crm.example", "https://crm.example/[", "https://elsewhere.example/accounts/1"):
        await said(world, JANA, text)
    await settled(world)
    assert world.calls("chat.unfurl") == []


@on_sqlite
async def test_a_link_of_an_outsider_does_not_unfold(world: World) -> None:
    for outsider in (GUEST, STRANGER):
        await said(world, outsider, LINK)
    await settled(world)
    assert world.calls("chat.unfurl") == []


@on_sqlite
async def test_where_others_read_only_the_name_and_the_owner_show(world: World) -> None:
    shared_with_others(world)
    text = await unfolded(world, await said(world, JANA, LINK))
    assert text == f"*<{LINK}|Acme>*\nOwner: <@{JANA.id}>\nDetails"


@pytest.mark.parametrize("fault", ["ratelimited", "channel_not_found"])
@on_sqlite
async def test_where_slack_does_not_say_who_reads_nothing_more_shows_either(world: World, fault: str) -> None:
    world.sandbox.faults.add("conversations.info", "error", error=fault)
    assert "Health" not in await unfolded(world, await said(world, JANA, LINK))


@on_sqlite
async def test_money_stays_out_when_only_owners_may_see_it(open_world: OpenWorld) -> None:
    world = await open_world(settings={"roles": {"money": "owners"}})
    text = await unfolded(world, await said(world, JANA, LINK))
    assert "Health 40" in text
    assert "120,000" not in text


@on_sqlite
async def test_a_link_in_a_message_that_is_still_being_written_waits(world: World) -> None:
    event = {"type": "link_shared", "user": JANA.id, "channel": "COMPOSER", "message_ts": "x", "unfurl_id": "x", "source": "composer"}
    assert (await world.sandbox.event(event | {"links": [{"url": LINK, "domain": "crm.example"}]})).ok
    await settled(world)
    assert world.calls("chat.unfurl") == []


# --- mentions


def bot(world: World) -> str:
    return f"@{world.sandbox.workspace.people[world.sandbox.workspace.identity.bot_user].name}"


@on_sqlite
async def test_a_mention_is_answered_once_in_the_thread(world: World) -> None:
    await world.card("Acme")
    world.sandbox.faults.add("events_api", "duplicate")
    message = await said(world, JANA, f"{bot(world)} acme?")
    answer = await answer_to(world, message)
    assert plain_words(answer).startswith(f"*<{LINK}|Acme>* · €120,000 · Adoption · Team")
    assert answer.text == "Acme: 1 open alert"
    await world.sandbox.settled()
    await settled(world)
    assert len(world.sandbox.workspace.channels[message.channel].replies(message.ts)) == 1
    assert (await world.sandbox.click(OLIVER.id, answer.channel, answer.ts, Action.HOME_ACCOUNT.value)).ok
    assert "contact@account1.example" in world.modal_words(OLIVER)


@on_sqlite
async def test_other_questions(world: World) -> None:
    for question, answer in (
        ("zzz", "No account has “zzz” in its name or domain."),
        ("", "Which account? Mention me with a part of its name or domain."),
        ("what is new at Borealis today", "*<https://crm.example/accounts/2|Borealis>* · €48,000"),
    ):
        message = await said(world, JANA, f"{bot(world)} {question}")
        assert plain_words(await answer_to(world, message)).startswith(answer), question


@on_sqlite
async def test_several_accounts_fit_and_what_is_chosen_opens_for_the_chooser_alone(world: World) -> None:
    message = await said(world, JANA, f"{bot(world)} account")
    answer = await answer_to(world, message)
    assert "5 accounts match “account”. Which one? It opens for you alone." in plain_words(answer)
    assert (await world.sandbox.click(OLIVER.id, answer.channel, answer.ts, Action.HOME_ACCOUNT.value, "a1")).ok
    assert "Acme" in world.modal_words(OLIVER)
    assert "Acme" in plain_words(answer)
    assert answer.versions == 1


@on_sqlite
async def test_where_others_read_only_the_asking_person_gets_the_answer(world: World) -> None:
    shared_with_others(world)
    await said(world, JANA, f"{bot(world)} acme")
    text = await told(world, JANA)
    assert "Acme" in text
    assert "120,000" not in text
    assert [one for one in world.sandbox.messages("#cs-alerts") if one.from_bot and one.thread_ts] == []


@on_sqlite
async def test_an_outsider_is_refused_alone(world: World) -> None:
    for outsider, refusal in ((GUEST, "you are here as a guest"), (STRANGER, "from another organisation")):
        await said(world, outsider, f"{bot(world)} acme")
        assert refusal in await told(world, outsider)
    assert [one for one in world.sandbox.messages("#cs-alerts") if one.from_bot and one.thread_ts] == []


@on_sqlite
async def test_an_answer_in_a_thread_stays_there_and_the_apps_own_messages_ask_nothing(world: World) -> None:
    first = await said(world, JANA, "How are they?")
    reply = await said(world, OLIVER, f"{bot(world)} acme", thread=first.ts)
    assert (await answer_to(world, reply)).thread_ts == first.ts
    own = {"type": "app_mention", "user": "U0BOT", "bot_id": "B0BOT", "text": "acme", "channel": first.channel, "ts": first.ts}
    assert (await world.sandbox.event(own)).ok
    await settled(world)
    assert len([one for one in world.sandbox.messages("#cs-alerts") if one.from_bot and one.thread_ts]) == 1


@pytest.mark.parametrize("fault", ["drop_after", "error"])
@on_sqlite
async def test_an_uncertain_answer_is_not_repeated(open_world: OpenWorld, fault: str) -> None:
    world = await open_world(worker=False, sweep=True)
    details: dict[str, Any] = {"error": "internal_error"} if fault == "error" else {}
    world.sandbox.faults.add("chat.postMessage", fault, **details)
    await said(world, JANA, f"{bot(world)} acme")
    await until(lambda: world.calls("chat.postMessage"), "the answer is tried")
    await settled(world)
    assert len(world.calls("chat.postMessage")) == 1


# --- notes


def the_option(outcome: Outcome) -> list[tuple[str, str]]:
    return [(one["value"], one["text"]["text"]) for one in outcome.body["options"]]


async def log(world: World, person: Person, message: Message) -> Outcome:
    return await world.sandbox.shortcut(person.id, Callback.LOG_TO_ACCOUNT.value, message.channel, message.ts)


def form(world: World, person: Person) -> dict[str, Any]:
    return {block["block_id"]: block["element"] for block in world.modal(person).blocks}


async def test_a_message_becomes_a_note_once(world: World) -> None:
    message = await said(world, OLIVER, "Acme wants SSO & a new @jana by <https://x.example|June>")
    assert (await log(world, JANA, message)).ok
    asked = form(world, JANA)
    assert asked[Input.ACCOUNT]["initial_option"]["value"] == "a1"
    assert asked[Input.NOTE]["initial_value"].startswith("Acme wants SSO & a new @Jana Nováková")
    assert (await world.submit(JANA, note="They want SSO\nby June")).ok
    assert world.modal_words(JANA) == "Noted on Acme: it stands in the account's details."
    (note,) = await notes(world)
    assert (note.account_id, note.by, note.text) == ("a1", JANA.id, "They want SSO\nby June")
    assert note.link
    assert message.ts.replace(".", "") in note.link
    traces = await world.app.database.read(lambda session: list(session.scalars(select(Trace).where(Trace.what == "noted"))))
    assert [(trace.actor, trace.account_id, trace.detail["note"]) for trace in traces] == [(JANA.id, "a1", "They want SSO\nby June")]


@on_sqlite
async def test_a_form_that_is_sent_twice_makes_one_note(world: World) -> None:
    message = await said(world, OLIVER, "Acme is happy")
    await log(world, JANA, message)
    world.sandbox.faults.add("interactive", "duplicate")
    assert (await world.submit(JANA)).ok
    await world.sandbox.settled()
    assert len(await notes(world)) == 1
    await log(world, JANA, message)
    assert (await world.submit(JANA)).ok
    assert len(await notes(world)) == 2


@on_sqlite
async def test_the_select_searches_hostile_names_too(open_world: OpenWorld) -> None:
    def company(company: Company) -> None:
        company.account("Acme", steady)
        company.account(HOSTILE, steady, domain=None)
        company.account("x" * 300, steady, id="z" * 200)
        company.account("\u200b", steady, domain="empty.example")
        for number in range(101):
            company.account(f"Many {number}", steady)

    world = await open_world(accounts=company)
    await log(world, JANA, await said(world, OLIVER, "hello"))
    asked, view = form(world, JANA)[Input.ACCOUNT], world.modal(JANA).id
    assert (asked["type"], asked["min_query_length"]) == ("external_select", 2)
    assert "initial_option" not in asked

    async def found(query: str, person: Person = JANA) -> list[tuple[str, str]]:
        return the_option(await world.sandbox.suggest(person.id, Input.ACCOUNT.value, query, view_id=view))

    assert await found("ACM") == [("a1", "Acme · account1.example")]
    assert await found("channel") == [("a2", "<\u200b!channel> *Co* & {{7*7}}")]
    assert await found("empty") == [("a4", "(no name) · empty.example")]
    assert len(await found("many")) == 100
    assert await found("xxx") == await found("100%") == await found("acme", GUEST) == []


@on_sqlite
async def test_the_account_that_a_message_names_is_chosen(world: World) -> None:
    for text, guessed in (
        ("we lost https://crm.example/accounts/2?x=1", "a2"),
        ("ACME's admin left", "a1"),
        ("Acmeology", None),
        ("Acme or Dynamo", "a4"),
        ("nobody", None),
    ):
        await log(world, JANA, await said(world, OLIVER, text))
        assert form(world, JANA)[Input.ACCOUNT].get("initial_option", {}).get("value") == guessed, text
        await world.sandbox.close(JANA.id, world.modal(JANA).id)


@on_sqlite
async def test_in_an_accounts_room_it_is_that_account(world: World) -> None:
    await world.card("Cobalt")
    alert = (await world.alert("Cobalt")).id

    def opened(session: Any) -> None:
        row = {"key": "k", "alert_id": alert, "account_id": "a3", "state": "accepted", "asked_by": JANA.id, "asked_at": world.clock.at}
        session.add(Escalation(**row, specialist=LEAD.id, urgency="today", need="help", channel_id="C0ALERTS"))

    await world.app.database.run(opened)
    await log(world, JANA, await said(world, OLIVER, "Acme is not the one"))
    assert form(world, JANA)[Input.ACCOUNT]["initial_option"]["value"] == "a3"


@on_sqlite
async def test_in_a_channel_named_after_an_account_it_is_that_account(world: World) -> None:
    workspace, names = world.sandbox.workspace, {"acct-borealis-2026-11": "a2", "acct-nothing-2026-11": None}
    for name in names:
        workspace.contents.channels[f"C0{name}"] = workspace._channel(Room(f"C0{name}", name, members=(JANA.id, OLIVER.id)))
    await world.app.channels.refresh(world.clock())
    for name, guessed in names.items():
        await log(world, JANA, await said(world, OLIVER, "Hello", channel=name))
        assert form(world, JANA)[Input.ACCOUNT].get("initial_option", {}).get("value") == guessed
        await world.sandbox.close(JANA.id, world.modal(JANA).id)


@on_sqlite
async def test_an_account_that_is_gone_meanwhile_takes_no_note(world: World) -> None:
    await log(world, JANA, await said(world, OLIVER, "Acme is happy"))
    await world.app.database.run(lambda session: session.execute(update(Account).where(Account.id == "a1").values(gone_at=world.clock.at)))
    assert (await world.submit(JANA)).errors == {Input.ACCOUNT: InputError.ACCOUNT_GONE}
    assert (await world.submit(JANA, account="a-none")).errors == {Input.ACCOUNT: InputError.ACCOUNT_GONE}
    assert (await world.submit(JANA, account="a2", note="  ")).errors == {Input.NOTE: InputError.NOTE_MISSING}
    assert await notes(world) == []
    assert (await world.submit(JANA, account="a2", note="Now it is")).ok
    assert [note.account_id for note in await notes(world)] == ["a2"]


@on_sqlite
async def test_a_note_does_without_its_link(world: World) -> None:
    world.sandbox.faults.add("chat.getPermalink", "error", error="internal_error")
    await log(world, JANA, await said(world, OLIVER, "Acme is happy"))
    assert (await world.submit(JANA)).ok
    assert [note.link for note in await notes(world)] == [None]


@on_sqlite
async def test_an_outsider_logs_nothing(world: World) -> None:
    for outsider, refusal in ((GUEST, "Only full members"), (STRANGER, "Only people of our own workspace")):
        assert (await log(world, outsider, await said(world, JANA, "Acme is happy"))).ok
        assert world.modal_words(outsider).startswith(refusal)


@on_sqlite
async def test_a_long_message_is_cut_to_what_a_form_holds(world: World) -> None:
    await log(world, JANA, await said(world, OLIVER, f"Acme: {'&<x>' * 2000}"))
    assert len(form(world, JANA)[Input.NOTE]["initial_value"]) == 3000
    assert (await world.submit(JANA)).ok
