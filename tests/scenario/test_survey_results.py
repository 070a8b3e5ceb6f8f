"""What becomes of an answer in Slack: its card, every button of it, and the loop that is closed."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.duty.digests_shown import digest_now
from bot.feedback.record import Given, record
from bot.messages.actions import Action, Callback, InputError
from bot.messages.render import render, words_of
from bot.sandbox.server import Person
from bot.surveys.links import SurveyLinks
from bot.surveys.survey import BAND_NAMES, SCALES, Kind
from jobs.surveys import look_after_surveys
from models import Account, Alert, Contact, Event, Invitation, Play, Response, Theme, ThemeMark, Trace
from tests.cast import GUEST, JANA, OLIVER, STRANGER, WEI
from tests.factories import Card, Company, World, steady, words
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_home import open_home

LINKS = SurveyLinks("https://ours.example", "secret")
SLOW = "Exports take <!channel> an hour & *nobody* cares"


def two_accounts(company: Company) -> None:
    fjord = company.account("Fjord", steady, owner_email=JANA.email, arr=90_000)
    company.contact(fjord, "olga", "Olga Lund", "olga@fjord.example", "Buyer")
    company.contact(fjord, "per", "Per Dahl", "per@fjord.example", None)
    company.account("Grove", steady, owner_email=OLIVER.email)


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world(accounts=two_accounts, mail=True)


def _answer(session: Session, world: World, score: int, comment: str, how: dict[str, Any]) -> Response:
    account = session.scalars(select(Account).where(Account.name == how["account"])).one()
    wave, contact, now = f"play:{how['wave']}", how["contact"] or "c1", world.clock.at
    here = (Invitation.account_id == account.id, Invitation.contact_id == contact, Invitation.wave == wave)
    asked = session.scalars(select(Invitation).where(*here)).first()
    if asked is None:
        person = session.get_one(Contact, contact).email or ""
        asked = Invitation(survey=how["survey"], version=1, kind=how["kind"], relational=True, wave=wave, account_id=account.id)
        asked.contact_id, asked.person, asked.state, asked.token = contact, person, "asked", f"{wave}:{contact}"
        asked.created_at = asked.asked_at = now
        asked.expires_at = now + timedelta(days=300)
        session.add(asked)
        session.flush()
    return record(session, asked, Given(score, comment), world.app.settings, LINKS, now)


async def answers(world: World, score: int, comment: str = "", **how: Any) -> Response:
    """Somebody at an account (its only contact, unless said) submits the page, a minute after whatever was before."""
    world.clock.move(minutes=1)
    how = {"account": "Fjord", "wave": 1, "contact": "", "survey": "nps-relationship", "kind": "nps"} | how
    response = await world.app.database.run(_answer, world, score, comment, how)
    world.app.worker.wake()
    return response


async def card_of(world: World, account: str = "Fjord") -> Card:
    await world.quiet()
    return await world.card(account)


@on_sqlite
async def test_from_an_unhappy_answer_to_an_agreement(world: World) -> None:
    await answers(world, 9, wave=0)
    before = await world.alert("Fjord")
    await world.app.database.run(lambda session: setattr(session.get_one(Alert, before.id), "closed_at", world.clock.at))
    world.clock.move(days=180)
    await answers(world, 3, SLOW)
    card = await card_of(world)
    for told in ("Fjord", "NPS: detractor", "*3* of 10 · detractor · Contact of Fjord, admin · down from 9", "€90,000", "*Owner*"):
        assert told in card.read
    assert "&lt;!channel&gt; an hour &amp; *nobody* cares" in card.read
    assert "*Talk to them by*" in card.words
    assert "*Answered before*\n*9* of 10 · promoter" in card.read
    assert "from Contact of Fjord “Exports take" in card.text.replace("\u200b", "")
    assert card.buttons == [
        *("Take it", "Reply by letter…", "Book a call…", "Escalate…", "Theme…", "Close the loop…"),
        *("Hand over…", "Task…", "Snooze…", "Not needed…", "Done…", "Details", "Why?"),
    ]
    assert (await world.click(JANA, card, Action.ALERT_TAKE)).ok
    due = (world.clock.at + timedelta(days=7)).date().isoformat()
    assert (await world.open_and_submit(JANA, card, Action.SURVEY_CLOSE_LOOP, agreed="A *call* on Friday", due=due)).ok
    await world.quiet()
    card = Card(card.message)
    assert "Done: agreed with the customer" in card.words
    assert "“A *call* on Friday”" in card.read
    assert card.buttons == []
    response = await world.app.database.read(lambda session: session.scalars(select(Response).order_by(Response.at.desc())).first())
    assert response is not None
    assert (response.closed_by, response.agreed, str(response.agreed_by)) == (JANA.id, "A *call* on Friday", due)
    task = world.direct(JANA)[-1]
    assert "Contact of Fjord: A *call* on Friday" in task


FORMS = {
    Action.ALERT_SNOOZE: Callback.ALERT_SNOOZE,
    Action.ALERT_DISMISS: Callback.ALERT_DISMISS,
    Action.ALERT_RESOLVE: Callback.ALERT_RESOLVE,
    Action.ALERT_ASSIGN: Callback.ALERT_ASSIGN,
    Action.ALERT_TASK: Callback.ALERT_TASK,
    Action.ALERT_WHY: Callback.ALERT_WHY,
    Action.ALERT_WRITE: Callback.ALERT_WRITE,
    Action.ALERT_ESCALATE: Callback.ALERT_ESCALATE,
    Action.SURVEY_CLOSE_LOOP: Callback.SURVEY_CLOSE_LOOP,
}


def _chosen(world: World) -> dict[str, str]:
    inputs = [block["element"] for block in world.modal(JANA).body["blocks"] if block["type"] == "input"]
    options = {one["action_id"].split(".")[-1]: one["initial_option"]["value"] for one in inputs if "initial_option" in one}
    return {name: options[name] for name in ("contact", "letter")}


FAVOURS = {
    Action.SURVEY_THANKS: {"contact": "olga", "letter": "feedback-thanks"},
    Action.SURVEY_REFERENCE: {"contact": "olga", "letter": "reference-request"},
    Action.SURVEY_PRAISE: {"contact": "olga", "letter": "review-request"},
}


@on_sqlite
async def test_every_button_opens_its_form_and_letters_begin_with_whom_and_what_they_are_for(world: World) -> None:
    for score, who in ((8, ""), (10, "olga")):
        await answers(world, score, contact=who)
    chosen: dict[Action, dict[str, str]] = {}
    for action in FAVOURS:
        await world.click(JANA, await card_of(world), action)
        chosen[action] = _chosen(world)
        await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    assert chosen == FAVOURS
    await answers(world, 4, contact="per")
    card = await card_of(world)
    for action, callback in FORMS.items():
        assert (await world.click(JANA, card, action)).ok, action
        assert world.modal(JANA).body["callback_id"] == callback, action
        assert "NPS: detractor" in world.modal_words(JANA), action
        chosen |= {action: _chosen(world)} if action is Action.ALERT_WRITE else {}
        await world.sandbox.close(JANA.id, world.modal(JANA).id, everything=True)
    assert chosen[Action.ALERT_WRITE] == {"contact": "per", "letter": "sorry-follow-up"}
    assert world.told(JANA) == []


ASKED_FOR = ["Say thanks…", "Ask for a reference…", "Ask for a public review…"]


@on_sqlite
async def test_nobody_is_asked_for_a_favour_twice_or_while_anybody_is_unhappy(world: World) -> None:
    async def offered() -> list[str]:
        return [name for name in (await card_of(world)).buttons if name in ASKED_FOR]

    for who in ("", "olga"):
        await answers(world, 10, contact=who)
    card = await card_of(world)
    assert await offered() == ASKED_FOR
    assert (await world.open_and_submit(JANA, card, Action.SURVEY_REFERENCE)).ok
    assert await offered() == ASKED_FOR  # the other one was not asked yet
    await world.click(JANA, card, Action.SURVEY_THANKS)
    assert _chosen(world)["contact"] == "c1"
    assert (await world.submit(JANA)).ok
    assert await offered() == []
    await answers(world, 9, contact="per")
    assert await offered() == ASKED_FOR
    await answers(world, 3, contact="")
    assert await offered() == []
    world.clock.move(days=180)
    await answers(world, 10, contact="olga", wave=2)
    await world.quiet()
    assert [name for name in Card(world.posts()[-1]).buttons if name in ASKED_FOR] == ["Say thanks…", "Ask for a public review…"]


@on_sqlite
async def test_several_of_one_wave_share_a_card_that_stays_until_nobody_unhappy_is_left(world: World) -> None:
    await answers(world, 10)
    card = await card_of(world)
    assert "Talk to them by" not in card.words
    assert "Ask for a reference…" in card.buttons
    low = await answers(world, 2, "No", contact="olga")
    lowest = await answers(world, 0, contact="per")
    card = await card_of(world)
    assert len(world.posts()) == 1
    assert card.words.index("*0* of 10") < card.words.index("*2* of 10") < card.words.index("*10* of 10")
    assert "Talk to them by" in card.words
    assert "Olga Lund answered too: 2" in card.read
    assert (await world.open_and_submit(JANA, card, Action.SURVEY_CLOSE_LOOP, answers=[lowest.id], agreed="A call")).ok
    card = await card_of(world)
    assert "Loop closed by <@U0JANA>" in card.words
    assert "<@U0JANA> closed the loop with Per Dahl" in card.read
    assert (await world.alert("Fjord")).closed_at is None
    await world.click(OLIVER, card, Action.SURVEY_CLOSE_LOOP)
    assert "Per Dahl" not in world.modal_words(OLIVER)
    outcome = await world.submit(OLIVER, agreed="  ", due="2026-11-01")
    assert outcome.errors == {"agreed": InputError.AGREED_MISSING, "due": InputError.DAY_PAST}
    assert (await world.submit(OLIVER, answers=[low.id], agreed="Money back", due="")).ok
    alert = await world.alert("Fjord")
    assert (alert.state, alert.outcome, alert.closed_by) == ("resolved", "agreed", OLIVER.id)
    assert [what for what, _ in await world.did("Fjord")] == ["opened", "answered", "answered", "loop_closed", "loop_closed", "resolved"]


async def test_a_form_that_is_sent_twice_closes_once_and_whoever_is_late_is_told_who_was_first(world: World) -> None:
    await answers(world, 3)
    card = await card_of(world)
    await world.click(JANA, card, Action.SURVEY_CLOSE_LOOP)
    await world.click(OLIVER, card, Action.SURVEY_CLOSE_LOOP)
    view, values = world.modal(JANA).id, {"agreed": "A call", "due": world.clock.at.date().isoformat()}
    await asyncio.gather(*(world.sandbox.submit(JANA.id, view, values) for _ in range(3)), return_exceptions=True)
    await world.quiet()
    assert [what for what, _ in await _did(world)].count("loop_closed") == 1
    assert len([text for text in world.direct(JANA) if "A call" in text]) == 1
    await world.submit(OLIVER, agreed="Another")
    assert "Already resolved by <@U0JANA>" in world.modal_words(OLIVER)
    assert (await world.app.database.read(lambda session: session.scalars(select(Response.agreed)).all())) == ["A call"]


async def _did(world: World) -> list[tuple[str, str]]:
    """Of the answers' alert; the task that was set is a newer one."""

    def look(session: Session) -> list[tuple[str, str]]:
        alert = session.scalars(select(Alert.id).where(Alert.card == "survey-answers")).one()
        return [(one.what, one.actor) for one in session.scalars(select(Trace).where(Trace.alert_id == alert).order_by(Trace.id))]

    return await world.app.database.read(look)


@on_sqlite
async def test_the_card_follows_a_change_of_mind(world: World) -> None:
    await answers(world, 3, "Bad")
    await answers(world, 9, "Good after all")
    card = await card_of(world)
    assert "NPS: promoter" in card.words
    assert "Good after all" in card.words
    assert "changed once" in card.words
    assert "Contact of Fjord changed their answer: 3 → 9" in card.words
    assert "Talk to them by" not in card.words
    await answers(world, 3, "Bad")
    card = await card_of(world)
    assert "NPS: detractor" in card.words
    assert "Talk to them by" in card.words
    assert len(world.posts()) == 1
    await world.open_and_submit(JANA, card, Action.ALERT_RESOLVE, outcome="done")
    await answers(world, 9)
    await answers(world, 3)
    await world.quiet()
    assert len(world.posts()) == 1
    await answers(world, 1)
    again = await card_of(world)
    assert len(world.posts()) == 2
    assert "They are less content than when this was closed" in again.words


@on_sqlite
async def test_a_passive_answer_is_a_line_in_the_digest_until_another_calls_for_a_card(world: World) -> None:
    await answers(world, 7, "Fine", account="Grove", contact="c2")
    await world.quiet()
    assert world.posts() == []
    world.clock.move(minutes=1)
    digest = await _digest(world, OLIVER)
    for told in ("Grove", "NPS: passive", "They answered 7 of 10, in the survey nps-relationship", "no card: nobody waits for an answer"):
        assert told in digest
    assert "NPS: passive" in (await world.command(OLIVER, "risks")).words
    await answers(world, 5, account="Grove", contact="c2")
    card = await card_of(world, "Grove")
    assert "NPS: detractor" in card.words
    assert "changed their answer: 7 → 5" in card.words


OFFICE = {"workspace": {"business_hours": "Mon-Fri 09:00-18:00"}}


@on_sqlite
async def test_outside_of_hours_it_waits_and_its_time_runs_in_the_owners(open_world: OpenWorld) -> None:
    world = await open_world(accounts=two_accounts, settings={**OFFICE, "surveys": {"deadline": "1d"}})
    world.clock.at = datetime(2026, 11, 20, 20, tzinfo=UTC)  # Friday evening
    await answers(world, 3)
    await world.duty()
    assert world.posts() == []
    world.clock.at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    world.app.worker.wake()
    await card_of(world)
    assert (await world.alert("Fjord")).deadline == datetime(2026, 11, 24, 8, tzinfo=UTC)
    world.clock.at = datetime(2026, 11, 24, 8, 1, tzinfo=UTC)
    await world.sweep()
    card = await card_of(world)
    assert "Overdue: talk to them" in card.words
    assert card.text.startswith("Overdue: NPS: detractor")


@on_sqlite
async def test_it_goes_where_the_routes_lead_and_to_who_stands_in(open_world: OpenWorld) -> None:
    routes = [{"when": "arr > 80000", "to": "#cs-leads"}]
    world = await open_world(accounts=two_accounts, settings={"channels": {"routes": routes}})
    await world.command(JANA, "away until 2026-12-01 @wei")
    await answers(world, 3)
    await answers(world, 3, account="Grove", contact="c2")
    assert (await card_of(world)).channel == "C0LEADS"
    assert (await card_of(world, "Grove")).channel == "C0ALERTS"
    assert (await world.alert("Fjord")).assigned_to == WEI.id


@on_sqlite
async def test_a_snoozed_one_comes_back(world: World) -> None:
    await answers(world, 3)
    card = await card_of(world)
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="3d")
    assert (await world.duty(days=4)).get("woken") == 1
    assert "Back from its snooze" in (await card_of(world)).words
    await world.open_and_submit(JANA, card, Action.ALERT_SNOOZE, snooze_for="3d")
    await answers(world, 2)
    assert (await world.alert("Fjord")).state == "open"


@on_sqlite
async def test_people_of_other_organisations_read_no_names_comments_or_money_and_close_nothing(world: World) -> None:
    await world.app.channels.refresh(world.clock())
    await answers(world, 3, "Secret words")
    card = await card_of(world)
    channel = world.sandbox.workspace.channels["C0ALERTS"]
    channel.is_ext_shared = True
    assert (await world.sandbox.event({"type": "channel_shared", "channel": channel.id})).ok
    await answers(world, 2, "Secret words", contact="olga")
    await world.quiet()
    for person in (GUEST, STRANGER):
        await world.click(person, card, Action.SURVEY_CLOSE_LOOP)
        assert "Only " in world.told(person)[-1]
    shown = Card(card.message)
    hidden = ("Secret words", "90,000", "Contact of Fjord", "Olga")
    assert [word for word in hidden if word in shown.words or word in shown.text] == []
    assert "*2* of 10" in shown.words


@on_sqlite
async def test_money_and_comments_are_for_those_who_may_see_them(open_world: OpenWorld) -> None:
    world = await open_world(accounts=two_accounts, settings={"roles": {"money": "owners"}})
    comment = "Long <tale> " * 200
    await answers(world, 3, comment)
    card = await card_of(world)
    assert "… in Details" in card.words
    await world.click(JANA, card, Action.ALERT_DETAILS)
    assert world.modal_words(JANA).count("&lt;tale&gt;") == 200
    for action in (Action.ALERT_DETAILS, Action.SURVEY_CLOSE_LOOP):
        await world.click(WEI, card, action)
        assert "*3* of 10" in world.modal_words(WEI)
        assert "tale" not in world.modal_words(WEI)
        await world.sandbox.close(WEI.id, world.modal(WEI).id, everything=True)
    assert "tale" in (await world.command(JANA, "account Fjord")).words
    assert "*3* of 10 · detractor" in (told := (await world.command(WEI, "account Fjord")).words)
    assert "tale" not in told


PLAYBOOK = """
playbook: ask-why
version: 1
about: Somebody is not content
kind: survey
trigger: {event: nps_detractor}
steps:
  - task: {what: Ask them why, within: 1d}
"""


@on_sqlite
async def test_its_event_starts_playbooks(open_world: OpenWorld, tmp_path: Path) -> None:
    folder = tmp_path / "playbooks"
    folder.mkdir()
    (folder / "ask-why.yml").write_text(PLAYBOOK)
    world = await open_world(accounts=two_accounts, settings={"playbooks": str(folder), "enable": ["ask-why"]})
    await answers(world, 3)
    await world.app.sweep.go_on()

    def look(session: Session) -> tuple[list[str], list[str]]:
        plays = session.scalars(select(Play.playbook).join(Event, Event.account_id == Play.account_id).where(Event.name == "nps_detractor"))
        return list(plays), list(session.scalars(select(Alert.card).order_by(Alert.id)))

    assert await world.app.database.read(look) == (["ask-why"], ["survey-answers", "task"])


async def _digest(world: World, person: Person) -> str:
    found = await world.app.database.read(digest_now, person.id, world.app.settings, world.app.world)
    return words(render(found).blocks).replace("\u200b", "") if found else ""


@on_sqlite
async def test_a_passive_answer_is_told_once_and_put_away_after_a_week(open_world: OpenWorld) -> None:
    world = await open_world(accounts=two_accounts, settings={"digest": {"enabled": True, "at": "08:30"}})
    await answers(world, 7, account="Grove", contact="c2")
    world.clock.at = datetime(2026, 11, 19, 8, 40, tzinfo=UTC)
    await world.duty()
    assert "NPS: passive" in world.direct(OLIVER)[-1]
    world.clock.at = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)
    await world.duty()
    assert len(world.direct(OLIVER)) == 1
    assert "NPS: passive" in (await world.command(OLIVER, "risks")).words
    world.clock.move(days=6)
    assert await look_after_surveys(world.app.database, world.app.settings, world.clock.at) == {"put_away": 1}
    assert await look_after_surveys(world.app.database, world.app.settings, world.clock.at) == {}
    assert "passive" not in await _digest(world, OLIVER)
    assert (await world.alert("Grove")).outcome == "told"


@on_sqlite
async def test_every_list_tells_it_sensibly_and_the_card_its_confirmed_themes(world: World) -> None:
    response = await answers(world, 3, "Private words")
    card = await card_of(world)
    told = "They answered 3 of 10, in the survey nps-relationship"
    for text in ((await world.command(JANA, "risks")).read, (await world.command(JANA, "account Fjord")).read):
        assert told in text
    await world.click(JANA, card, Action.ALERT_WHY)
    assert told in world.modal_words(JANA)
    assert "Whoever is not content" in world.modal_words(JANA)
    home = await open_home(world, JANA, "NPS: detractor")
    assert told in home

    def confirm(session: Session) -> None:
        theme = Theme(name="Speed <!here>", examples=[], created_at=world.clock.at, created_by=JANA.id)
        session.add(theme)
        session.flush()
        session.add(ThemeMark(response_id=response.id, theme_id=theme.id, by=JANA.id, at=world.clock.at))

    await world.app.database.run(confirm)
    await world.click(JANA, card, Action.ALERT_TAKE)
    assert "about Speed &lt;!here&gt;" in (await card_of(world)).words


def test_the_templates_know_the_scales_and_bands_that_answers_are_counted_by() -> None:
    assert words_of("_answers.j2", "BEST") == {kind.value: scale[-1] for kind, scale in SCALES.items()}
    assert words_of("_answers.j2", "BANDS") == {kind.value: {band.value: name for band, name in BAND_NAMES[kind].items()} for kind in Kind}
