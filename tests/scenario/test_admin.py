"""`/stay admin`: every section, changes that count without a restart, and what is refused in which words."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import build
from bot.check import check_all
from bot.messages.actions import Action
from bot.sandbox.acts.outcome import Outcome
from bot.sandbox.server import Person
from bot.settings.changeable import CHANGEABLE
from bot.settings.live import VALUE
from models import Override, Trace
from tests.cast import ADMIN, GUEST, JANA, LEAD, OLIVER, STRANGER
from tests.factories import WEDNESDAY, Card, Company, World, until
from tests.scenario.conftest import OpenWorld, on_sqlite


async def form(world: World, person: Person, key: str, answer: Card | None = None) -> Card:
    """Opens the form of a setting; the answer in which it stands."""
    answer = answer or await world.command(person, f"admin {CHANGEABLE[key].section}")
    assert (await world.click(person, answer, Action.ADMIN_EDIT, key)).ok
    return answer


async def change(world: World, key: str, value: str, person: Person = ADMIN) -> tuple[Card, Outcome]:
    answer = await form(world, person, key)
    return answer, await world.submit(person, value=value)


async def change_there(world: World, answers: dict[str, Card], key: str, value: str) -> Outcome:
    """Like `change`, in the section's answer among `answers`; the first of a section puts it there."""
    section = CHANGEABLE[key].section
    answers[section] = await form(world, ADMIN, key, answers.get(section))
    return await world.submit(ADMIN, value=value)


def mistake(outcome: Outcome) -> str:
    (text,) = outcome.errors.values()
    return text


def owner_with_nine(company: Company) -> None:
    for number in range(9):
        company.account(f"Drop {number}", owner_email=JANA.email)


async def test_every_section_opens_and_says_where_a_value_comes_from(world: World) -> None:
    answer = await world.command(ADMIN, "admin")
    assert "Nothing: every setting is as staysail.yml says." in answer.words
    for section, expected in {
        "roles": "*Admins*  `admin@ours.example`\n",
        "channels": "*Alerts*  `#cs-alerts`",
        "limits": "*New cards a day*  `5`",
        "alerts": "*Digest at*  `08:30`\nNot in the file: the usual value",
        "connectors": "*crm.accounts* · read just now · 5 rows",
        "breakers": "No alerts are held.",
        "letters": "Everything could be sent.",
        "audit": "opened an alert",
    }.items():
        await world.click(ADMIN, answer, Action.ADMIN_SECTION, section)
        assert expected in answer.words
    await world.click(ADMIN, answer, Action.ADMIN_SECTION, "limits")
    assert "From staysail.yml, line " in answer.words
    assert len(world.told(ADMIN)) == 1


@on_sqlite
async def test_a_limit_counts_at_once_and_stands_in_the_audit_trail(open_world: OpenWorld) -> None:
    world = await open_world(accounts=owner_with_nine, worker=False)
    assert world.reports[0].opened == 5
    answer, outcome = await change(world, "limits.cards_a_day", "7")
    assert outcome.ok
    assert "Saved: “New cards a day” counts from now on." in answer.words
    assert f"*New cards a day*  `7`\nChanged in Slack by <@{ADMIN.id}>" in answer.words
    assert (await world.sweep()).opened == 2
    trail = await world.command(ADMIN, "audit settings")
    assert f"<@{ADMIN.id}> changed New cards a day: `5` → `7`" in trail.words
    await world.click(ADMIN, answer, Action.ADMIN_RESET, reset_value(answer))
    assert "*New cards a day*  `5`\nFrom staysail.yml, line " in answer.words
    assert world.app.settings.limits.cards_a_day == 5
    assert "went back to the file for New cards a day: `7` → `5`" in (await world.command(ADMIN, "audit settings")).words


def reset_value(answer: Card) -> str:
    (value,) = [
        str(element["value"])
        for block in answer.message.blocks
        for element in block.get("elements", [])
        if element.get("action_id") == Action.ADMIN_RESET
    ]
    return value


@on_sqlite
async def test_new_cards_go_to_the_new_channel(world: World) -> None:
    await world.quiet()
    _, outcome = await change(world, "channels.alerts", "#cs-leads")
    assert outcome.ok
    world.company.account("Foxtrot", owner_email=JANA.email)
    await world.sweep()
    assert (await world.card("Foxtrot")).channel == "C0LEADS"


async def test_a_new_manager_may_see_the_team_at_once_also_in_another_process(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    other = build(world.app.settings, None, world.clock, world.app.database)
    assert "Only managers" in (await world.command(OLIVER, "team")).text
    _, outcome = await change(world, "roles.managers", f"{LEAD.email}\n{OLIVER.email}")
    assert outcome.ok
    assert "Only managers" not in (await world.command(OLIVER, "team")).text
    assert other.settings.roles.managers == (LEAD.email,)
    assert await other.live.refresh()
    assert other.settings.roles.managers == (LEAD.email, OLIVER.email)
    assert not await other.live.refresh()


WRONG = {
    "limits.cards_a_day": ("0", "`cards_a_day`: found `0` (allowed: 1 or more)"),
    "limits.contact": ("many", "allowed: a number and a length of time, such as 3 per 7d"),
    "alerts.min_precision": ("130%", "found `1.3` (allowed: 1 or less)"),
    "alerts.deadlines": ("50000: soon", "'soon' is not a length of time"),
    "digest.at": ("25:00", 'found `25:00` (allowed: a time of day such as "08:30")'),
    "usage.mass_drop": ("0", "found `0` (allowed: greater than 0)"),
    "channels.alerts": ("cs alerts", "found `cs alerts` (allowed:"),
    "roles.managers": ("helena", "found `helena` (allowed: an e-mail address, or a Slack user group as @handle)"),
    "away.stand_ins": ("jana@ours.example", "line 1: found `jana@ours.example` (allowed: who is away and who stands in"),
    "channels.routes": ("arr > 5 #cs-leads", "line 1: found `arr > 5 #cs-leads` (allowed: a condition and a channel"),
}
WRONG_IN_THE_WORLD = {
    "no such channel": ("channels.alerts", "#cs-alrets", "Slack shows the app no channel #cs-alrets"),
    "a private channel without the app": ("channels.managers", "#cs-secret", "Slack shows the app no channel #cs-secret"),
    "an archived channel": ("channels.admins", "#cs-old", "#cs-old is archived"),
    "no such id": ("channels.admins", "C0NOWHERE", "Slack shows the app no channel C0NOWHERE"),
    "a private channel by its id": ("channels.managers", "C0SECRET", "C0SECRET"),
    "a route to nowhere": ("channels.routes", "arr > 5 -> #nowhere", "Slack shows the app no channel #nowhere"),
    "a route by no signal": (
        "channels.routes",
        "arr > 5 -> #cs-leads\narrr > 5 -> #cs-leads",
        "line 2, column 1: unknown signal `arrr` (nearest: arr)",
    ),
    "a person nobody knows": ("roles.managers", "olivr@ours.example", "no member of ours with the address olivr@ours.example"),
    "a group nobody knows": ("roles.managers", "@cs-gang", "Slack knows no user group @cs-gang"),
    "a stand-in nobody knows": ("away.stand_ins", "jana@ours.example: x@y.example", "no member of ours with the address x@y.example"),
    "one's own stand-in": ("away.stand_ins", "jana@ours.example: jana@ours.example", "cannot stand in for themselves"),
    "a guest as admin": ("roles.admins", f"{ADMIN.email}, {GUEST.email}", f"no member of ours with the address {GUEST.email}"),
    "no admin at all": ("roles.admins", "", "nobody of ours would be an admin any more"),
}


@on_sqlite
async def test_a_wrong_value_gets_the_words_of_the_reader(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    answers: dict[str, Card] = {}
    for key, (value, words) in WRONG.items():
        outcome = await change_there(world, answers, key, value)
        assert words in mistake(outcome), key
        assert list(outcome.errors) == ["value"]
    assert await overrides(world) == []


@on_sqlite
async def test_what_is_not_there_is_refused(open_world: OpenWorld) -> None:
    world = await open_world(usergroups={"cs-admins": [LEAD.id]}, worker=False)
    answers: dict[str, Card] = {}
    for what, (key, value, words) in WRONG_IN_THE_WORLD.items():
        outcome = await change_there(world, answers, key, value)
        assert words in mistake(outcome), what
    assert await overrides(world) == []


async def overrides(world: World) -> list[Any]:
    return await world.app.database.read(lambda session: [(row.key, row.value, row.by) for row in session.query(Override)])


@on_sqlite
async def test_nobody_else_may_even_look(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    await form(world, ADMIN, "limits.cards_a_day")
    view = world.modal(ADMIN)
    refused = {
        JANA: "Only admins may do this. Admins are: admin@ours.example.",
        LEAD: "Only admins may do this.",
        GUEST: "you are here as a guest",
        STRANGER: "you are here from another organisation",
    }
    for person, refusal in refused.items():
        for word in ("admin", "admin limits", "audit", "status"):
            assert refusal in (await world.command(person, word)).text
    for action, value in EVERY_CLICK.items():
        message = await forged(world, action, value)
        for person, refusal in refused.items():
            told = len(world.told(person))
            await world.sandbox.click(person.id, "C0ALERTS", message.ts, action.value, value)
            assert refusal in world.told(person)[told], action
    assert view.id == world.modal(ADMIN).id
    assert await overrides(world) == []


EVERY_CLICK = {
    Action.ADMIN_SECTION: "limits",
    Action.ADMIN_EDIT: "limits.cards_a_day",
    Action.ADMIN_RESET: "limits.cards_a_day@x",
    Action.ADMIN_DROP: "x",
    Action.ADMIN_PREVIOUS: "1",
    Action.ADMIN_NEXT: "2",
    Action.OUTBOX_RESEND: "x",
    Action.BREAKER_RELEASE: "1",
    Action.BREAKER_KEEP: "1",
    Action.AUDIT_SEARCH: '[1, "", "", "", ""]',
    Action.AUDIT_PREVIOUS: '[1, "", "", "", ""]',
    Action.AUDIT_NEXT: '[2, "", "", "", ""]',
    Action.AUDIT_CSV: '[1, "", "", "", ""]',
}


async def forged(world: World, action: Action, value: str) -> Card:
    """A message of the app's in the channel with just this button, as an old or altered client would send it."""
    button = {"type": "button", "action_id": action.value, "value": value, "text": {"type": "plain_text", "text": "x"}}
    posted = await world.app.client.chat_postMessage(channel="C0ALERTS", text="x", blocks=[{"type": "actions", "elements": [button]}])
    found = world.sandbox.workspace.find_message("C0ALERTS", posted["ts"])
    assert found is not None
    return Card(found)


async def test_of_two_admins_at_once_the_second_is_told_what_it_is_now(open_world: OpenWorld) -> None:
    world = await open_world(settings={"roles": {"admins": [ADMIN.email, LEAD.email], "managers": []}}, worker=False)
    first = await form(world, ADMIN, "limits.cards_a_day")
    await form(world, LEAD, "limits.cards_a_day")
    assert (await world.submit(ADMIN, value="7")).ok
    assert (await world.submit(LEAD, value="9")).ok
    assert f"This was changed meanwhile. Send yours again to put it in its place. It is now `7`. (<@{ADMIN.id}>)" in world.modal_words(LEAD)
    assert world.app.settings.limits.cards_a_day == 7
    assert (await world.submit(LEAD, value="9")).ok
    assert world.app.settings.limits.cards_a_day == 9
    old = reset_value(first)
    await world.click(ADMIN, first, Action.ADMIN_RESET, old)
    assert "This was changed meanwhile; here is what counts now." in first.words
    assert world.app.settings.limits.cards_a_day == 9
    assert await traces(world) == [(ADMIN.id, "5", "7"), (LEAD.id, "7", "9")]


async def traces(world: World) -> list[tuple[str, str, str]]:
    def read(session: Session) -> list[tuple[str, str, str]]:
        found = session.scalars(select(Trace).where(Trace.what.in_(["setting_changed", "setting_reset"])).order_by(Trace.id))
        return [(trace.actor, trace.detail["from"], trace.detail["to"]) for trace in found]

    return await world.app.database.read(read)


@on_sqlite
async def test_an_admin_leaves_only_when_it_is_meant(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    answer, outcome = await change(world, "roles.admins", LEAD.email)
    assert outcome.ok
    assert "You yourself would no longer be an admin." in world.modal_words(ADMIN)
    assert world.app.settings.roles.admins == (ADMIN.email,)
    assert (await world.submit(ADMIN, value=LEAD.email)).ok
    assert world.app.settings.roles.admins == (LEAD.email,)
    await world.click(ADMIN, answer, Action.ADMIN_SECTION, "limits")
    assert "Only admins may do this. Admins are: lead@ours.example." in world.told(ADMIN)[-1]


@on_sqlite
async def test_going_back_to_the_file_takes_nobodys_own_role(open_world: OpenWorld) -> None:
    world = await open_world(settings={"roles": {"admins": [ADMIN.email]}}, worker=False)
    await change(world, "roles.admins", f"{ADMIN.email}\n{LEAD.email}")
    answer = await world.command(LEAD, "admin roles")
    await world.click(LEAD, answer, Action.ADMIN_RESET, reset_value(answer))
    assert "The file does not name you as an admin." in world.told(LEAD)[-1]
    assert world.app.settings.roles.admins == (ADMIN.email, LEAD.email)


@on_sqlite
async def test_a_user_group_counts_as_soon_as_it_is_named(open_world: OpenWorld) -> None:
    world = await open_world(usergroups={"cs-leads": [OLIVER.id]}, worker=False)
    _, outcome = await change(world, "roles.managers", f"{LEAD.email}\n@cs-leads")
    assert outcome.ok
    await world.app.directory.refresh(world.clock())  # what the job does that the form has started
    assert "Only managers" not in (await world.command(OLIVER, "team")).text


@on_sqlite
async def test_the_same_value_again_changes_nothing(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    answer, outcome = await change(world, "limits.cards_a_day", "5")
    assert outcome.ok
    assert "is so already: nothing was changed." in answer.words
    assert await overrides(world) == []
    assert await traces(world) == []


@on_sqlite
async def test_a_change_that_no_longer_fits_is_ignored_and_said(open_world: OpenWorld) -> None:
    world = await open_world(settings={"channels": {"routes": [{"when": "arr > 1000000", "to": "#cs-leads"}]}})
    await change(world, "channels.routes", "seats > 10 -> #cs-leads")
    assert [route.when for route in world.app.settings.routes] == ["seats > 10"]
    await world.app.database.run(_tamper, "channels.routes", [{"when": "industry = 'x'", "to": "#cs-leads"}])
    await world.app.database.run(_tamper, "limits.cards_a_day", "five")
    await world.app.live.refresh()
    assert world.app.settings.limits.cards_a_day == 5
    world.company.account("Foxtrot", owner_email=JANA.email)
    await world.sweep()
    assert (await world.card("Foxtrot")).channel == "C0ALERTS"
    for word in ("status", "admin", "admin channels"):
        answer = (await world.command(ADMIN, word)).read
        assert "channels.routes (changed in Slack by Petr Dvořák): no longer fits and is ignored" in answer
        assert "limits.cards_a_day (changed in Slack by Petr Dvořák): no longer fits and is ignored" in answer
    found = [str(finding) for finding in await check_all(world.config, world.variables) if not finding.fatal]
    assert [text.partition(" ")[0] for text in found if "no longer fits" in text] == ["limits.cards_a_day", "channels.routes"]


def _tamper(session: Session, key: str, value: Any) -> None:
    """As if it had been saved when the file was another."""
    session.merge(Override(key=key, value={VALUE: value}, by=ADMIN.id, at=WEDNESDAY))


async def test_a_dead_letter_is_sent_again_or_dropped(open_world: OpenWorld) -> None:
    world = await open_world(settings={"channels": {"alerts": "#cs-old"}})
    await until(world.dead, "dead letters")
    await world.quiet()
    answer = await world.command(ADMIN, "admin letters")
    assert answer.buttons.count("Drop…") == len(await world.dead()) == 4
    first, stale = (await world.dead())[0], await world.command(ADMIN, "admin letters")
    await world.click(ADMIN, answer, Action.ADMIN_DROP, first.id)
    assert mistake(await world.submit(ADMIN, reason="   ")) == "A few words, please: what is it?"
    assert (await world.submit(ADMIN, reason="The channel is gone <!channel>")).ok
    assert "Dropped." in answer.words
    assert answer.buttons.count("Drop…") == 3
    (row,) = [row for row in await world.rows() if row.id == first.id]
    assert row.problem == f"dropped by {ADMIN.id}: The channel is gone <!channel>"
    assert (row.dead_at, row.shown_version) == (None, row.wanted_version)
    await world.click(ADMIN, stale, Action.OUTBOX_RESEND, first.id)
    assert "This is no longer among what could not be sent" in world.told(ADMIN)[-1]
    world.sandbox.workspace.channels["C0OLD"].is_archived = False
    await world.click(ADMIN, answer, Action.OUTBOX_RESEND, (await world.dead())[0].id)
    await until(lambda: _none_dead(world), "the others get another chance")
    await world.quiet()
    trail = (await world.command(ADMIN, "audit outbox")).read
    assert f"<@{ADMIN.id}> dropped what could not be sent" in trail
    assert "“The channel is gone &lt;!channel&gt;”" in trail
    assert f"<@{ADMIN.id}> sent again what could not be sent" in trail
    assert len(world.posts()) == 3


async def _none_dead(world: World) -> bool:
    return not await world.dead()


@on_sqlite
async def test_dead_letters_come_in_pages(open_world: OpenWorld) -> None:
    world = await open_world(accounts=owner_with_nine, settings={"channels": {"alerts": "#cs-old"}, "limits": {"cards_a_day": 20}})
    await world.quiet()
    answer = await world.command(ADMIN, "admin letters")
    assert "9 could not be sent · page 1 of 2" in answer.words
    await world.click(ADMIN, answer, Action.ADMIN_NEXT, "2")
    assert answer.buttons == ["Resend", "Drop…", "Previous"]
    await world.click(ADMIN, answer, Action.ADMIN_PREVIOUS, "1")
    assert "page 1 of 2" in answer.words
    assert len(world.told(ADMIN)) == 1


@on_sqlite
async def test_held_alerts_are_released_from_there(open_world: OpenWorld) -> None:
    world = await open_world(accounts=lambda company: [company.account(f"Drop {n}") for n in range(12)] and None, worker=False)
    answer = await world.command(ADMIN, "admin breakers")
    assert "12 of 12 accounts (100 %) would open at once" in answer.read.replace("\u00a0", " ")
    await world.click(ADMIN, answer, Action.BREAKER_KEEP)
    assert f"<@{ADMIN.id}> keeps holding them" in answer.words
    await world.click(ADMIN, answer, Action.BREAKER_RELEASE)
    assert f"<@{ADMIN.id}> released them" in answer.words
    assert answer.buttons == []
    trail = (await world.command(ADMIN, "audit held")).read
    assert f"<@{ADMIN.id}> released held alerts" in trail
    assert "Staysail held alerts" in trail


@on_sqlite
async def test_whoever_lost_the_role_meanwhile_saves_nothing(open_world: OpenWorld) -> None:
    world = await open_world(settings={"channels": {"alerts": "#cs-old"}})
    row = (await until(world.dead, "a dead letter"))[0]
    for section, action, value, values in (
        ("admin limits", Action.ADMIN_EDIT, "limits.cards_a_day", {"value": "9"}),
        ("admin letters", Action.ADMIN_DROP, row.id, {"reason": "x"}),
        ("audit", Action.AUDIT_SEARCH, None, {"teammate": LEAD.id}),
    ):
        await make_admins(world, [ADMIN.email, LEAD.email])
        await world.click(LEAD, await world.command(LEAD, section), action, value)
        await make_admins(world, [ADMIN.email])
        await world.submit(LEAD, **values)
        assert "Only admins may do this." in world.modal_words(LEAD)
    assert row.id in {dead.id for dead in await world.dead()}
    assert world.app.settings.limits.cards_a_day == 5


async def make_admins(world: World, emails: list[str | None]) -> None:
    await world.app.database.run(_tamper, "roles.admins", emails)
    await world.app.live.refresh()


@on_sqlite
async def test_what_is_typed_is_no_layout_and_calls_nobody(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    for key, typed in {
        "limits.contact": "<!channel> *x*",
        "away.stand_ins": "<!here>: `x`",
        "channels.routes": "<!here> -> #cs-leads",
    }.items():
        _, outcome = await change(world, key, typed)
        assert not outcome.ok, key
        assert "<!" not in mistake(outcome).replace("<\u200b!", "")
