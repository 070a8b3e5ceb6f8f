"""The deck of a meeting: in the thread of its brief, once, whatever Slack answers and whenever the process dies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pptx import Presentation
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.delivery import outbox
from bot.delivery.keys import brief_key, brief_subject
from bot.reviews.deck import orders
from bot.reviews.deck.upload import Decks
from bot.reviews.sample import SAMPLE
from bot.sandbox.messages import Message
from models import Dispatch, Review
from tests.cast import JANA
from tests.factories import World
from tests.integration.crashing import Crash, Dying
from tests.scenario.conftest import OpenWorld, on_sqlite

AT = datetime(2026, 11, 19, 9, tzinfo=UTC)
COMPLETE, REPLIES = "files.completeUploadExternal", "conversations.replies"
NAME = "Acme-QBR-2026-11-19.pptx"


async def briefed(open_world: OpenWorld, **plan: Any) -> World:
    """A meeting tomorrow whose brief stands in Jana's conversation."""
    return await open_world(**plan, begin=is_briefed)


async def is_briefed(world: World) -> None:
    await world.app.database.run(brief, world.clock.at)
    world.app.worker.wake()
    await world.quiet()


def brief(session: Session, now: datetime) -> None:
    people = {"organizer": JANA.id, "organizer_email": JANA.email, "organizer_name": JANA.real_name, "created_by": JANA.id}
    times = {"starts_at": AT, "created_at": now, "changed_at": now, "briefed_at": now, "minutes": 30, "zone": "Europe/Prague"}
    review = Review(key="r", uid="r", account_id="a1", type="qbr", state="scheduled", **people, **times)
    session.add(review)
    session.flush()
    picture = replace(SAMPLE, review_id=review.id, account_id="a1", account="Acme", at=AT)
    content = {"picture": picture.dump(), "charts": []}
    key = brief_key(review.id, review.sequence)
    found = Dispatch(kind="brief", key=key, account_id="a1", recipient=JANA.id, content=content, created_at=now)
    session.add(found)
    session.flush()
    outbox.enqueue(session, [outbox.New(key, brief_subject(found.id), JANA.id, now)], now)


async def run(world: World) -> dict[str, int]:
    (duty,) = [one for one in world.app.reviews if isinstance(getattr(one, "__self__", None), Decks)]
    return dict(await duty())


def hurry(session: Session, **state: Any) -> None:
    """The pause after an attempt is over."""
    for found in session.scalars(select(Dispatch).where(Dispatch.kind == "brief")):
        if known := found.content.get("deck"):
            found.content = {**found.content, "deck": known | {"retry_at": "2020-01-01T00:00:00+00:00"} | state}


async def again(world: World) -> dict[str, int]:
    await world.app.database.run(hurry)
    return await run(world)


async def review(world: World) -> Review:
    found = await world.app.database.read(lambda session: session.scalars(select(Review)).one())
    assert isinstance(found, Review)
    return found


def posts(world: World) -> list[Message]:
    return [one for one in world.sandbox.direct_messages(JANA.id) if one.from_bot]


def decks(world: World) -> list[Message]:
    """Files in the thread of the brief."""
    (top,) = [one for one in posts(world) if "what to know before it" in one.text]
    return [one for one in posts(world) if one.files and one.thread_ts == top.ts]


async def test_the_deck_comes_in_the_thread_of_the_brief_once(open_world: OpenWorld) -> None:
    world = await briefed(open_world)
    assert await run(world) == {"decks": 1}
    assert await run(world) == {}
    (deck,) = decks(world)
    (file,) = deck.files
    assert (file["name"], file["title"]) == (NAME, "Acme · Quarterly business review · 19 November 2026")
    assert file["mimetype"].endswith("presentationml.presentation")
    assert deck.text.startswith("The deck for the QBR with Acme. The customer may see all of it")
    slides = Presentation(BytesIO(world.sandbox.workspace.contents.uploads[file["id"]].content)).slides
    assert len(slides) == 8
    assert (await review(world)).deck_at == world.clock.at


@pytest.mark.parametrize(("refused", "kept"), [("drop_before", "drop_after"), ("rate_limited", "truncated")])
@on_sqlite
async def test_whatever_slack_answers_there_is_one_deck(open_world: OpenWorld, refused: str, kept: str) -> None:
    """Also where the look before it fails first."""
    world = await briefed(open_world)
    world.sandbox.faults.add(REPLIES, "html")
    for fault in (refused, kept):
        world.sandbox.faults.add(COMPLETE, fault, seconds=0.05)
    assert await run(world) == {"decks_waiting": 1}
    assert await run(world) == {}, "there is a pause"
    for _ in range(2):
        assert await again(world) == {"decks_waiting": 1}
    assert await again(world) == {"decks": 1}
    assert len(decks(world)) == 1
    assert not world.sandbox.faults.waiting()


@on_sqlite
async def test_a_process_that_dies_between_any_two_steps_leaves_one_deck(open_world: OpenWorld) -> None:
    world = await briefed(open_world)
    with Dying(world.app.database).listening() as dying:
        for left in range(1, 40):
            dying.left = left
            try:
                await again(world)
            except Crash:
                continue
            if (await review(world)).deck_at:
                break
    dying.left = None
    assert left > 3, "it died in between"
    assert len(decks(world)) == 1
    assert (await review(world)).deck_at
    assert [one.text[:8] for one in posts(world)] == ["QBR with", "The deck"]


@on_sqlite
async def test_what_cannot_be_uploaded_is_told_once(open_world: OpenWorld) -> None:
    world = await briefed(open_world)
    world.sandbox.faults.add(COMPLETE, "error", error="missing_scope", times=50)
    assert await run(world) == {"decks_waiting": 1}
    await world.app.database.run(hurry, tries=orders.MOST - 2)
    assert await run(world) == {"decks_waiting": 1}
    assert await again(world) == {"decks_given_up": 1}
    assert await again(world) == {}
    world.app.worker.wake()
    await world.quiet()
    (told,) = [one for one in posts(world) if "There is no deck" in one.text]
    assert told.text.startswith("There is no deck for the QBR with Acme: Slack did not take it: missing_")
    assert "install it again from the current manifest" in told.text
    assert decks(world) == []


@on_sqlite
async def test_a_picture_that_cannot_be_drawn_is_told_at_once(open_world: OpenWorld) -> None:
    world = await briefed(open_world)

    def spoil(session: Session) -> None:
        found = session.scalars(select(Dispatch).where(Dispatch.kind == "brief")).one()
        found.content = {**found.content, "picture": {"account": "Acme", "at": found.content["picture"]["at"]}}

    await world.app.database.run(spoil)
    assert await run(world) == {"decks_given_up": 1}
    await world.quiet()
    assert [one.text for one in posts(world) if "There is no deck" in one.text] == [
        "There is no deck for the QBR with Acme: it could not be drawn; the log tells more"
    ]


@on_sqlite
async def test_a_template_that_cannot_be_used_is_told_beside_the_file(open_world: OpenWorld) -> None:
    world = await briefed(open_world, settings={"meetings": {"deck": "ours.pptx"}})
    (world.app.settings.path.parent / "ours.pptx").write_bytes(b"no presentation")
    assert await run(world) == {"decks": 1}
    (deck,) = decks(world)
    assert "It is made from Staysail's own template, because ours.pptx is no PowerPoint file (PPTX) that can be read." in deck.text


@on_sqlite
async def test_a_meeting_that_is_over_or_off_or_moved_gets_none(open_world: OpenWorld) -> None:
    world = await briefed(open_world)

    async def change(**values: Any) -> None:
        def apply(session: Session) -> None:
            found = session.scalars(select(Review)).one()
            for name, value in values.items():
                setattr(found, name, value)

        await world.app.database.run(apply)

    moved = {"state": "scheduled", "starts_at": AT + timedelta(hours=1)}
    for values in ({"starts_at": world.clock.at}, {"starts_at": AT, "state": "cancelled"}, moved):
        await change(**values)
        assert await run(world) == {}
    await change(sequence=1, starts_at=AT)  # its agenda or its people changed: the brief is still that of this time
    assert await run(world) == {"decks": 1}
