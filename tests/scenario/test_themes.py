"""Themes in Slack: the form on a card of answers, the managers' card, the lists, and who sees what."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.feedback.suggest import Suggestion
from bot.messages.actions import Action, Callback, Input
from bot.sandbox.server import Person
from handlers.slack import themes
from jobs.surveys import look_after_surveys
from models import Response, Theme, ThemeMark, Trace
from tests.cast import ADMIN, JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World, steady, until, words
from tests.integration.answers import answer
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_survey_results import answers, card_of

EXAMPLES = {"Reports": ["The monthly report takes too long"], "Price": ["Too expensive"]}
SLOW = "Our report is <!channel> late & *nobody* cares"


def accounts(company: Company) -> None:
    fjord = company.account("Fjord", steady, owner_email=JANA.email, arr=90_000)
    company.contact(fjord, "olga", "Olga Lund", "olga@fjord.example", "Buyer")
    company.account("Grove", steady, owner_email=OLIVER.email, arr=40_000)


def by_name(comment: str, known: Mapping[str, Sequence[str]]) -> list[Suggestion]:
    """As quick as no model is."""
    return [Suggestion(name, 0.5) for name in known if name.lower()[:5] in comment.lower()]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(themes, "suggest", by_name)


@pytest.fixture
async def world(open_world: OpenWorld, quick: None) -> World:
    return await open_world(accounts=accounts, settings={"surveys": {"themes": EXAMPLES}})


async def form(world: World, person: Person, card: Card, value: Any = None) -> str:
    """The form, filled in."""
    assert (await world.click(person, card, Action.SURVEY_THEME, value)).ok
    return await until(lambda: (read := world.modal_words(person)) and "Looking at" not in read and read, "the form is filled in")


def checked(world: World, person: Person, name: Input) -> list[str]:
    """What stands chosen in an input."""
    blocks = [block for block in world.modal(person).body["blocks"] if block.get("block_id", "").startswith(f"{name.value}:")]
    element = blocks[0]["element"]
    return [one["value"] for one in element.get("initial_options", ())]


async def marks(world: World) -> dict[str, bool]:
    joined = select(Theme.name, ThemeMark.suggested).join(ThemeMark, ThemeMark.theme_id == Theme.id)
    return await world.app.database.read(lambda session: dict(session.execute(joined.order_by(Theme.name)).all()))


async def follow(world: World, **later: float) -> dict[str, int]:
    world.clock.move(**later)
    done = await look_after_surveys(world.app.database, world.app.settings, world.clock.at)
    world.app.worker.wake()
    await world.quiet()
    return done


def told(world: World, channel: str = "C0LEADS") -> list[Card]:
    found = world.sandbox.workspace.channels[channel].messages.values()
    cards = [Card(message) for message in found if message.from_bot]
    return [card for card in cards if card.text.startswith("Theme ")]


async def marked(world: World, *days: float, account: str | None = "a1", name: str = "Reports", **more: Any) -> None:
    """Answers of so many days ago that a person has marked; a theme of that name."""

    def store(session: Session) -> None:
        theme = session.scalars(select(Theme).where(Theme.name == name)).first()
        if theme is None:
            theme = Theme(name=name, examples=[], created_at=world.clock.at, created_by=JANA.id)
            session.add(theme)
            session.flush()
        for age in days:
            number = len(session.scalars(select(Response)).all()) + 1
            comment = f"Report {number} is late"
            row = answer(account, 3, world.clock.at - timedelta(days=age), number, **{"comment": comment} | more)
            session.add(row)
            session.flush()
            session.add(ThemeMark(response_id=row.id, theme_id=theme.id, by=JANA.id, at=world.clock.at))

    await world.app.database.run(store)


# --- the form


async def test_a_suggestion_is_a_guess_until_a_person_confirms_it(world: World) -> None:
    await answers(world, 3, SLOW)
    card = await card_of(world)
    read = await form(world, JANA, card)
    assert "Looks like, by its words" in read
    assert "A guess, nothing more: you decide." in read
    assert f"{SLOW}".replace("<", "<\u200b") in read, "as it was written, in a place where nothing is interpreted"
    assert (checked(world, JANA, Input.SUGGESTED), checked(world, JANA, Input.THEMES)) == ([], [])
    assert (await world.submit(JANA)).ok
    assert await marks(world) == {}, "nobody confirmed it"
    await form(world, JANA, card)
    assert (await world.submit(JANA, suggested=["Reports"], themes=["Price"], new_theme="Speed")).ok
    assert await marks(world) == {"Price": False, "Reports": True, "Speed": False}
    card = await card_of(world)
    assert "Price, Reports, Speed" in card.read
    assert f"<@{JANA.id}> marked what an answer is about" in card.read
    assert ("themed", JANA.id) in await world.did("Fjord")


@on_sqlite
async def test_marks_are_taken_away_by_unticking_and_a_form_sent_twice_changes_nothing(world: World) -> None:
    await answers(world, 3, SLOW)
    card = await card_of(world)
    await form(world, JANA, card)
    await world.submit(JANA, themes=["Reports", "Price"])
    await form(world, OLIVER, card)
    assert checked(world, OLIVER, Input.THEMES) == ["Price", "Reports"]
    view = world.modal(OLIVER)
    assert (await world.submit(OLIVER, themes=["Price"])).ok
    assert await marks(world) == {"Price": False}
    world.sandbox.workspace.contents.stacks[OLIVER.id] = [view]
    assert (await world.submit(OLIVER, themes=["Price"])).ok
    what = await world.did("Fjord")
    assert [who for deed, who in what if deed == "themed"] == [JANA.id, OLIVER.id]
    card = await card_of(world)
    assert "Price" in card.read
    assert "Reports, Price" not in card.read


@on_sqlite
async def test_of_several_answers_one_chooses_and_each_keeps_its_own(world: World) -> None:
    await answers(world, 2, "The report is late")
    await answers(world, 6, "The price is high", contact="olga")
    card = await card_of(world)
    read = await form(world, JANA, card)
    assert "The report is late" in read
    view = world.modal(JANA)
    assert (await world.submit(JANA, themes=["Reports"])).ok
    await form(world, JANA, card)
    view = world.modal(JANA)
    assert "The price is high" in world.modal_words(JANA), "the worst that has no theme yet"
    first = view.body["blocks"][0]["element"]["options"][0]["value"]
    assert (await world.sandbox.click_in_view(JANA.id, view.id, Action.THEME_ANSWER.value, first)).ok
    await until(lambda: "The report is late" in world.modal_words(JANA), "the other answer is shown")
    assert checked(world, JANA, Input.THEMES) == ["Reports"]
    assert (await world.submit(JANA, themes=["Reports"], new_theme="PRICE")).ok
    found = await world.app.database.read(lambda s: {r.comment: r.id for r in s.scalars(select(Response))})
    names = await world.app.database.read(themes_by, found["The report is late"])
    assert names == ["Price", "Reports"]


def themes_by(session: Session, response: str) -> list[str]:
    joined = select(Theme.name).join(ThemeMark, ThemeMark.theme_id == Theme.id).where(ThemeMark.response_id == response)
    return list(session.scalars(joined.order_by(Theme.name)))


@on_sqlite
async def test_the_form_opens_before_the_suggestions_are_there_and_keeps_what_was_typed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(comment: str, known: Mapping[str, Sequence[str]]) -> list[Suggestion]:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(10)
        return by_name(comment, known)

    monkeypatch.setattr(themes, "suggest", slow)
    await answers(world, 3, SLOW)
    card = await card_of(world)
    outcome = await world.click(JANA, card, Action.SURVEY_THEME)
    assert outcome.ok
    await until(lambda: world.sandbox.views(JANA.id), "the form is open")
    assert "Looking at its words…" in world.modal_words(JANA)
    view = world.modal(JANA)
    view.values["new_theme:0"] = {"new_theme": {"type": "plain_text_input", "value": "Speed"}}
    gate.set()
    await until(lambda: "Looks like" in world.modal_words(JANA), "the suggestions have come")
    assert (await world.submit(JANA, suggested=["Reports"])).ok
    assert await marks(world) == {"Reports": True, "Speed": False}


@on_sqlite
async def test_suggestions_that_fail_leave_a_form_without_them_and_no_words_get_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(comment: str, known: Mapping[str, Sequence[str]]) -> list[Suggestion]:
        raise RuntimeError("no model")

    monkeypatch.setattr(themes, "suggest", broken)
    await answers(world, 3, SLOW)
    read = await form(world, JANA, await card_of(world))
    assert "No theme looks like it, by its words." in read
    assert (await world.submit(JANA, themes=["Price"])).ok
    assert await marks(world) == {"Price": False}
    await answers(world, 3, account="Grove", contact="c2")
    read = await form(world, JANA, await card_of(world, "Grove"))
    assert "No comment." in read
    assert "looks like" not in read.lower()


@on_sqlite
async def test_whoever_may_not_read_comments_reads_none_here(open_world: OpenWorld, quick: None) -> None:
    world = await open_world(accounts=accounts, settings={"surveys": {"themes": EXAMPLES}, "roles": {"money": "owners"}})
    await answers(world, 3, SLOW)
    card = await card_of(world)
    read = await form(world, WEI, card)
    assert "nobody" not in read
    assert "looks like" not in read.lower(), "what it looks like would tell of it"
    assert "shown to the account’s CSM and to managers" in read
    assert "nobody" in await form(world, JANA, card)
    listed = [(await world.command(person, "themes")).buttons for person in (WEI, JANA, LEAD)]
    assert listed == [[], ["Answers without a theme (1)"], ["Answers without a theme (1)"]]


# --- the managers' card


@on_sqlite
async def test_a_theme_that_grows_becomes_one_card_for_the_managers(world: World) -> None:
    await marked(world, 1, 2, 40)
    await marked(world, 3, account="a2", comment=SLOW)
    assert (await follow(world, minutes=1))["themes"] == 1
    (card,) = told(world)
    assert "*Reports* comes up more often: 3 answers in the last 30 days, 1 in the 30 before" in card.read
    assert "*2 accounts*, €130,000 of ARR" in card.read
    assert "Fjord" in card.read
    assert "&lt;!channel&gt; late &amp; *nobody* cares" in card.read
    assert card.buttons == ["Answers…", "Close theme…"]
    assert "themes" not in await follow(world, hours=1)
    assert len(told(world)) == 1
    assert (await world.click(OLIVER, card, Action.THEME_ANSWERS)).ok
    read = world.modal_words(OLIVER).replace("\u200b", "")
    assert "*Reports* · 4 answers" in read
    assert "Grove" in read
    assert "NPS 3 of 10" in read


@on_sqlite
async def test_closing_shows_on_the_card_and_a_return_is_told_anew(world: World) -> None:
    await marked(world, 1, 2, 3)
    await follow(world, minutes=1)
    (card,) = told(world)
    assert (await world.click(OLIVER, card, Action.THEME_CLOSE)).ok
    assert world.modal(OLIVER).body["callback_id"] == Callback.THEME_CLOSE
    outcome = await world.submit(OLIVER, note="  ")
    assert "note" in str(outcome)
    assert (await world.submit(OLIVER, note="Made it *quick*")).ok
    await world.quiet()
    assert f"<@{OLIVER.id}> closed it" in card.read
    assert "“Made it *quick*”" in card.read
    assert card.buttons == ["Answers…"]
    assert "themes" not in await follow(world, days=1)
    await marked(world, 0.5, comment="Late again")
    assert (await follow(world, minutes=1))["themes"] == 1
    first, second = told(world)
    assert "*Reports* is back: 1 answer since it was closed" in second.read
    assert "Late again" in second.read
    assert "closed it" in first.read
    assert first.buttons == ["Answers…"]
    assert second.buttons == ["Answers…", "Close theme…"]
    what = await world.app.database.read(
        lambda s: [(t.what, t.actor) for t in s.scalars(select(Trace).order_by(Trace.id)) if "theme" in t.what]
    )
    assert what == [("theme_told", "staysail"), ("theme_closed", OLIVER.id), ("theme_opened", "staysail"), ("theme_told", "staysail")]


@on_sqlite
async def test_the_second_who_closes_is_told_who_was_first(world: World) -> None:
    await marked(world, 1, 2, 3)
    await follow(world, minutes=1)
    (card,) = told(world)
    for person in (OLIVER, LEAD):
        assert (await world.click(person, card, Action.THEME_CLOSE)).ok
    assert (await world.submit(OLIVER, note="Done")).ok
    await world.submit(LEAD, note="Done too")
    assert f"Already closed by <@{OLIVER.id}>" in world.modal_words(LEAD)
    await world.quiet()
    assert "Done too" not in card.read


@on_sqlite
async def test_marking_from_a_card_changes_the_managers_card(world: World) -> None:
    await marked(world, 1, 2, 3)
    await follow(world, minutes=1)
    (card,) = told(world)
    await answers(world, 2, "The report never comes")
    await form(world, JANA, await card_of(world))
    assert (await world.submit(JANA, suggested=["Reports"])).ok
    await world.quiet()
    assert "4 answers in the last 30 days" in card.read
    assert "The report never comes" in card.read


@on_sqlite
async def test_where_strangers_read_the_card_has_no_money_and_quotes_nobody(world: World) -> None:
    channel = world.sandbox.workspace.channels["C0LEADS"]
    await world.app.channels.refresh(world.clock())
    await marked(world, 1, 2, 3, comment="They pay us late")
    await follow(world, minutes=1)
    (card,) = told(world)
    assert "€90,000" in card.read
    assert "They pay us late" in card.read
    channel.is_ext_shared = True
    event: dict[str, Any] = {"type": "channel_shared", "channel": channel.id}
    assert (await world.sandbox.event(event)).ok
    await world.quiet()
    assert "€" not in card.read
    assert "They pay us late" not in card.read
    assert "Fjord" in card.read


@on_sqlite
async def test_at_night_it_waits_and_what_was_unmarked_until_then_is_not_told(open_world: OpenWorld, quick: None) -> None:
    hours = {"timezone": "Europe/Prague", "business_hours": "Mon-Fri 09:00-18:00"}
    world = await open_world(accounts=accounts, settings={"workspace": hours, "surveys": {"themes": EXAMPLES}})
    world.clock.move(hours=12)
    await marked(world, 1, 2, 3)
    done = await look_after_surveys(world.app.database, world.app.settings, world.clock.at)
    assert done["themes"] == 1
    await world.app.database.run(lambda s: s.delete(s.scalars(select(ThemeMark)).first()))
    world.clock.move(hours=11)
    await follow(world)
    assert told(world) == []
    theme = await world.app.database.read(lambda session: session.scalars(select(Theme)).one())
    assert theme.told_at is None
    await marked(world, 0)
    await follow(world, minutes=1)
    assert len(told(world)) == 1


# --- the lists


@on_sqlite
async def test_the_list_of_themes_with_what_can_be_done(world: World) -> None:
    await marked(world, 1, 35)
    await marked(world, 2, name="Speed", account="a2", comment="Slow")
    answer = await world.command(JANA, "themes")
    read = answer.read
    assert read.index("*Reports* · 1 answer in the last 30 days, 1 in the 30 before · 2 in all") < read.index("*Speed*")
    assert "“Slow” <https://crm.example/accounts/2|Grove>" in read
    assert "*Price* · no answer yet" in read
    assert (await world.click(JANA, answer, Action.THEME_CLOSE)).ok
    assert (await world.submit(JANA, note="Cheaper now")).ok
    shown = Card(world.sandbox.ephemerals(JANA.id)[-1])
    assert "is closed." in shown.read
    assert "“Cheaper now”" in shown.read
    assert (await world.click(JANA, shown, Action.THEME_REOPEN)).ok
    shown = Card(world.sandbox.ephemerals(JANA.id)[-1])
    assert "is open again." in shown.read
    assert "Open again" not in shown.buttons


@on_sqlite
async def test_answers_without_a_theme_are_listed_and_leave_the_list_when_they_have_one(world: World) -> None:
    await answers(world, 7, "The report is fine, the price is not")
    await answers(world, 8, "", account="Grove", contact="c2")
    answer = await world.command(OLIVER, "themes")
    assert (await world.click(OLIVER, answer, Action.THEMES_UNMARKED)).ok
    listed = Card(world.sandbox.ephemerals(OLIVER.id)[-1])
    assert "The report is fine" in listed.read
    assert "Grove" not in listed.read, "it says nothing"
    await form(world, OLIVER, listed)
    assert (await world.submit(OLIVER, suggested=["Price"])).ok
    listed = Card(world.sandbox.ephemerals(OLIVER.id)[-1])
    assert "Every answer of the last half year that says something has a theme." in listed.read
    assert (await world.click(OLIVER, listed, Action.THEMES_PREVIOUS)).ok
    assert "*Price* · 1 answer" in Card(world.sandbox.ephemerals(OLIVER.id)[-1]).read


@on_sqlite
async def test_anonymous_answers_can_be_marked_once_they_are_not_a_few(world: World) -> None:
    anonymous: dict[str, Any] = {"anonymous": True, "survey": "pulse", "comment": "The report is late"}

    def add(session: Session, first: int, count: int) -> None:
        session.add_all(answer(None, 3, world.clock.at, first + place, **anonymous) for place in range(count))

    await world.app.database.run(add, 1, 4)
    assert (await world.command(JANA, "themes")).buttons == []
    await world.app.database.run(add, 5, 1)
    answers_ = await world.command(JANA, "themes")
    assert answers_.buttons == ["Answers without a theme (5)"]
    await world.click(JANA, answers_, Action.THEMES_UNMARKED)
    listed = Card(world.sandbox.ephemerals(JANA.id)[-1])
    await form(world, JANA, listed)
    assert "An anonymous answer" in world.modal_words(JANA)
    assert (await world.submit(JANA, themes=["Reports"])).ok
    (trace,) = await world.app.database.read(lambda s: list(s.scalars(select(Trace).where(Trace.what == "themed"))))
    assert (trace.account_id, trace.alert_id) == (None, None)
    await world.click(JANA, await world.command(JANA, "themes"), Action.THEME_ANSWERS)
    read = world.modal_words(JANA)
    assert "1 anonymous answer is counted but not shown" in read
    assert "The report is late" not in read


@on_sqlite
async def test_pages_turn(world: World) -> None:
    await marked(world, *[1] * 19)
    for number in range(10):
        await marked(world, 1, name=f"Theme {number}")
    answer_ = await world.command(ADMIN, "themes")
    assert "12 themes · page 1 of 2" in answer_.read
    await world.click(ADMIN, answer_, Action.THEMES_NEXT)
    assert "page 2 of 2" in Card(world.sandbox.ephemerals(ADMIN.id)[-1]).read
    await world.click(ADMIN, answer_, Action.THEMES_PREVIOUS)
    answer_ = Card(world.sandbox.ephemerals(ADMIN.id)[-1])
    await world.click(ADMIN, answer_, Action.THEME_ANSWERS)
    assert "19 answers · page 1 of 3" in world.modal_words(ADMIN)
    view = world.modal(ADMIN)
    for page in (2, 3):
        assert (await world.sandbox.click_in_view(ADMIN.id, view.id, Action.THEME_ANSWERS_NEXT.value)).ok
        assert f"page {page} of 3" in world.modal_words(ADMIN)
    assert len(words(view.body["blocks"]).split("Theme…")) - 1 == 3
    assert (await world.sandbox.close(ADMIN.id, view.id)).ok
    assert "takes no further words" in (await world.command(ADMIN, "themes Reports")).read


@on_sqlite
async def test_a_mark_is_taken_away_in_the_list_of_answers_which_then_shows_it(world: World) -> None:
    assert "*Reports* · no answer yet" in (await world.command(JANA, "themes")).read
    await marked(world, 1, 2)
    await world.click(JANA, await world.command(JANA, "themes"), Action.THEME_ANSWERS)
    below = world.modal(JANA)
    assert (await world.sandbox.click_in_view(JANA.id, below.id, Action.SURVEY_THEME.value, "response:r1")).ok
    await until(lambda: len(world.sandbox.views(JANA.id)) == 2, "the form is on top")
    await until(lambda: "Looking" not in world.modal_words(JANA), "it is filled in")
    assert (await world.submit(JANA, themes=[])).ok
    assert world.modal(JANA).id == below.id
    assert "*Reports* · 1 answer" in world.modal_words(JANA)
