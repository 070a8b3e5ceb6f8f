"""Writing to a contact: from the card's button to the letter in their inbox, and everything that can come in between."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.messages import catalog as m
from bot.messages.actions import Action, Input, InputError
from bot.sandbox.acts.outcome import Outcome
from bot.sandbox.server import Letter, Person
from bot.team.roles import actor_of
from bot.writing.form import Form, Ticket
from bot.writing.means import means_of
from bot.writing.opening import open_form
from bot.writing.sending import Sent, send
from models import Account, Alert, Contact, Dispatch, Touch, Trace
from tests.cast import GUEST, JANA, OLIVER, STRANGER
from tests.factories import Card, Company, World, few_accounts, until, words
from tests.scenario.conftest import OpenWorld, on_sqlite

MARTA, JON, EVA = "c91", "c92", "c93"
OPENED = "Is everything all right at Acme?"


def company(company: Company) -> None:
    """Acme's own contact is `c1`, an Admin; three more people work there."""
    few_accounts(company)
    company.contact("a1", MARTA, "Marta Silva", "marta@acme.example", "Champion")
    company.contact("a1", JON, "Jon Low", "jon@acme.example", "User")
    company.contact("a1", EVA, "Eva Blank", None, "User")


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world(accounts=company, mail=True)


async def opened(world: World, person: Person = JANA, account: str = "Acme") -> Card:
    card = await world.card(account)
    outcome = await world.click(person, card, Action.ALERT_WRITE)
    assert outcome.ok, outcome
    return card


async def choose(world: World, action: Action, value: Any = None, person: Person = JANA, **typed: Any) -> None:
    """Something chosen in the form, with what was typed there before; waits for the new form."""
    view = world.modal(person)
    versions = view.versions
    outcome = await world.sandbox.click_in_view(person.id, view.id, action.value, value, state=typed)
    assert outcome.ok, outcome
    await until(lambda: view.versions > versions, "the form has changed")


def value(world: World, name: Input, person: Person = JANA) -> Any:
    """What an input begins with: a text, or the chosen option's value."""
    (element,) = [
        block["element"] for block in world.modal(person).blocks if block["type"] == "input" and block["block_id"].partition(":")[0] == name
    ]
    return element.get("initial_value", (element.get("initial_option") or {}).get("value", ""))


def options(world: World, name: Input) -> list[str]:
    (block,) = [block for block in world.modal(JANA).blocks if block["block_id"].partition(":")[0] == name]
    groups = block["element"].get("option_groups") or [block["element"]]
    return [option["value"] for group in groups for option in group["options"]]


async def letters(world: World, count: int = 1) -> list[Letter]:
    await world.quiet()
    assert len(world.sandbox.mail) == count
    return world.sandbox.mail


async def change(world: World, table: Any, which: Any, **values: Any) -> None:
    await world.app.database.run(lambda session: session.execute(update(table).where(which).values(values)) and None)


async def stored(world: World, look: Callable[[Session], Any]) -> Any:
    return await world.app.database.read(look)


async def written(world: World) -> tuple[int, int]:
    """How many letters were decided on, and how many are in the ledger."""

    def look(session: Session) -> tuple[int, int]:
        decided = select(func.count()).where(Dispatch.kind == "letter")
        return session.scalar(decided) or 0, session.scalar(select(func.count(Touch.id))) or 0

    found: tuple[int, int] = await stored(world, look)
    return found


def errors(outcome: Outcome) -> dict[str, str]:
    return {block.partition(":")[0]: text for block, text in outcome.errors.items()}


@on_sqlite
async def test_a_csm_writes_from_the_card(world: World) -> None:
    card = await opened(world)
    assert "Acme" in world.modal_words(JANA)
    assert "Not offered: Eva Blank (no e-mail address)." in world.modal_words(JANA)
    assert options(world, Input.CONTACT) == ["c1", MARTA, JON]
    assert options(world, Input.LETTER)[:2] == ["usage-check-in", "feature-help"]
    assert options(world, Input.LETTER)[-1] == "-"
    assert value(world, Input.SUBJECT) == OPENED
    assert value(world, Input.BODY).endswith("Best regards,\nJana Nováková")
    outcome = await world.submit(JANA, body="Hello,\n\nshall we talk? <b>&\nhttps://ours.example/a?b=1&c=2")
    assert outcome.ok
    assert world.modal_words(JANA) == "Your letter leaves now. Answers come to jana@ours.example."
    (letter,) = await letters(world)
    mail = letter.message
    assert (mail["From"], mail["To"]) == ("Jana Nováková <cs@ours.example>", "Contact of Acme <contact@account1.example>")
    assert (mail["Reply-To"], mail["Subject"]) == ("jana@ours.example", OPENED)
    assert mail["List-Unsubscribe"] == "<mailto:cs@ours.example?subject=unsubscribe>"
    assert mail["Auto-Submitted"] is None, "a person wrote it: an absence note may come back"
    text = letter.part("plain")
    assert text.startswith("Hello,\n\nshall we talk? <b>&\nhttps://ours.example/a?b=1&c=2\n\n-- \nYou receive this letter")
    assert "Unsubscribe: mailto:cs@ours.example" in text
    html = letter.part("html")
    assert '<p>shall we talk? &lt;b&gt;&amp;<br><a href="https://ours.example/a?b=1&amp;c=2"' in html
    assert '<html lang="en">' in html
    assert "unsubscribe" in html.partition("<footer>")[2]
    assert "wrote to Contact of Acme" in card.read
    assert f"“{OPENED}”" in card.read
    trace = await stored(world, lambda session: session.scalars(select(Trace).where(Trace.what == "wrote")).one())
    assert (trace.actor, trace.account_id, trace.playbook) == (JANA.id, "a1", "usage-drop")
    touch = await stored(world, lambda session: session.scalars(select(Touch)).one())
    assert (touch.contact_id, touch.channel, touch.what, touch.playbook) == ("c1", "email", "usage-check-in", None)


async def test_a_form_that_comes_in_several_times_is_one_letter(world: World) -> None:
    card = await opened(world)
    view = world.modal(JANA)
    await asyncio.gather(world.submit(JANA), world.sandbox.submit(JANA.id, view.id, {}))
    payload = world.sandbox.deliveries[-1].parcel.payload
    assert payload["type"] == "view_submission"
    receipts = await asyncio.gather(*(world.sandbox.courier.interact(payload) for _ in range(4)))
    await world.open_and_submit(OLIVER, card, Action.ALERT_RESOLVE, outcome="saved")
    receipts.append(await world.sandbox.courier.interact(payload))
    assert all("Your letter leaves now." in words(receipt.body["view"]["blocks"]) for receipt in receipts)
    await letters(world)
    assert await written(world) == (1, 1)
    assert [what for what, _ in await world.did("Acme")].count("wrote") == 1


@on_sqlite
async def test_every_choice_writes_the_text_anew_as_long_as_it_is_the_letters_own(world: World) -> None:
    await change(world, Contact, Contact.id == MARTA, locale="cs-CZ")
    await opened(world)
    await choose(world, Action.WRITE_LETTER, "renewal-talk")
    assert value(world, Input.SUBJECT) == "Your renewal on 30 June 2027"
    await choose(world, Action.WRITE_CONTACT, MARTA)
    assert value(world, Input.LANGUAGE) == "cs"
    assert value(world, Input.SUBJECT) == "Prodloužení smlouvy 30. června 2027"
    await choose(world, Action.WRITE_LANGUAGE, "ru")
    assert value(world, Input.BODY).startswith("Здравствуйте, Marta!")
    await choose(world, Action.WRITE_LETTER, "usage-check-in")
    assert value(world, Input.LANGUAGE) == "ru", "the language that the person chose stays"
    await choose(world, Action.WRITE_CONTACT, "c1")
    assert value(world, Input.LANGUAGE) == "en"
    assert value(world, Input.SUBJECT) == OPENED
    assert "stays as it is" not in world.modal_words(JANA)
    await choose(world, Action.WRITE_LETTER, "-")
    assert (value(world, Input.SUBJECT), value(world, Input.BODY)) == ("", "")
    assert (await world.submit(JANA, subject="Hi", body="Only this.")).ok
    (letter,) = await letters(world)
    assert letter.part("plain").startswith("Only this.\n\n-- \n")


@on_sqlite
async def test_text_that_a_person_changed_is_never_taken_away_by_a_choice(world: World) -> None:
    await opened(world)
    mine = "Hello Admin,\n\nmy own words"
    await choose(world, Action.WRITE_CONTACT, MARTA, body=mine)
    assert value(world, Input.BODY) == mine
    assert "it was written for Contact of Acme" in world.modal_words(JANA)
    await choose(world, Action.WRITE_LETTER, "renewal-talk")
    assert value(world, Input.BODY) == mine
    await choose(world, Action.WRITE_ANEW, send_at="morning")
    assert value(world, Input.BODY).startswith("Hello Marta,")
    assert value(world, Input.SEND_AT) == "morning"
    assert "stays as it is" not in world.modal_words(JANA)


@on_sqlite
async def test_a_choice_whose_effect_was_not_seen_yet_is_shown_before_anything_is_sent(world: World) -> None:
    await opened(world)
    assert (await world.submit(JANA, **{Action.WRITE_CONTACT: MARTA})).ok
    assert "Not sent yet: you chose something just before" in world.modal_words(JANA)
    assert value(world, Input.BODY).startswith("Hello Marta,")
    assert (await world.submit(JANA, **{Action.WRITE_LANGUAGE: "cs"}, send_at="morning")).ok
    assert value(world, Input.BODY).startswith("Dobrý den,")
    assert value(world, Input.SEND_AT) == "morning"
    assert (await world.submit(JANA, **{Action.WRITE_LETTER: "renewal-talk"}, body="Mine")).ok
    assert value(world, Input.BODY) == "Mine"
    assert "it was written for Marta Silva" in world.modal_words(JANA)
    assert await written(world) == (0, 0)
    assert (await world.submit(JANA, send_at="now")).ok
    (letter,) = await letters(world)
    assert letter.part("plain").startswith("Mine\n\n-- \nTento e-mail")


@on_sqlite
async def test_the_preview_is_what_leaves(world: World) -> None:
    await opened(world)
    form = world.modal(JANA)
    typed = {"body": "My *own*  words..\n<!channel>"}
    assert (await world.sandbox.click_in_view(JANA.id, form.id, Action.WRITE_PREVIEW.value, state=typed)).ok
    seen = world.modal_words(JANA).replace("\u200b", "")
    assert len(world.sandbox.views(JANA.id)) == 2
    await world.sandbox.close(JANA.id, world.modal(JANA).id)
    assert (await world.submit(JANA)).ok
    (letter,) = await letters(world)
    for name in ("From", "To", "Subject"):
        assert f"*{name}* {letter.message[name]}".replace("<", "&lt;").replace(">", "&gt;") in seen, name
    assert "*Answers to* jana@ours.example" in seen
    assert letter.part("plain").strip() in seen
    assert letter.part("plain").startswith("My *own*  words..\n<!channel>\n")


@on_sqlite
async def test_who_wants_no_mail_is_named_and_not_offered(world: World) -> None:
    await change(world, Contact, Contact.id == "c1", opted_out=True)
    await change(world, Contact, Contact.id == MARTA, unsubscribed_at=world.clock.at)
    await change(world, Contact, Contact.id == JON, bounced_at=world.clock.at)
    await change(world, Contact, Contact.id == EVA, email="eva@acme.example")
    await opened(world)
    reasons = "Contact of Acme (opted out in the CRM), Marta Silva (unsubscribed), Jon Low (mail to them bounced)."
    assert f"Not offered: {reasons}" in world.modal_words(JANA)
    assert options(world, Input.CONTACT) == [EVA]


@on_sqlite
async def test_what_happened_to_the_contact_since_the_form_opened_counts(world: World) -> None:
    await opened(world)
    happened: list[tuple[dict[str, Any], str]] = [
        ({"bounced_at": world.clock.at}, "mail to them bounced"),
        ({"bounced_at": None, "opted_out": True}, "opted out in the CRM"),
        ({"gone_at": world.clock.at}, "this person is no longer in the CRM"),
    ]
    for values, why in happened:
        await change(world, Contact, Contact.id == "c1", **values)
        outcome = await world.submit(JANA, body="My own words")
        assert errors(outcome) == {Input.CONTACT: f"Not sent: {why}."}
    assert await written(world) == (0, 0)
    await choose(world, Action.WRITE_CONTACT, MARTA)
    assert (await world.submit(JANA)).ok
    (letter,) = await letters(world)
    assert (letter.message["To"], letter.part("plain")[:12]) == ("Marta Silva <marta@acme.example>", "My own words")


@on_sqlite
async def test_a_closed_alert_and_a_customer_who_left_are_refused_with_the_text_kept(world: World) -> None:
    card = await opened(world)
    await world.open_and_submit(OLIVER, card, Action.ALERT_RESOLVE, outcome="saved")
    assert "resolved meanwhile. Copy your text" in errors(await world.submit(JANA))[Input.BODY]
    await change(world, Alert, Alert.account_id == "a1", closed_at=None, state="open")
    await change(world, Account, Account.id == "a1", gone_at=world.clock.at)
    assert "no longer in the CRM. Copy your text" in errors(await world.submit(JANA))[Input.BODY]
    assert await written(world) == (0, 0)


@on_sqlite
async def test_a_form_for_what_is_gone_does_not_open(world: World) -> None:
    card = await world.card("Acme")
    await change(world, Account, Account.id == "a1", gone_at=world.clock.at)
    await world.click(JANA, card, Action.ALERT_WRITE)
    assert world.told(JANA)[-1] == "This account is no longer in the CRM."
    await change(world, Account, Account.id == "a1", gone_at=None)
    await change(world, Contact, Contact.account_id == "a1", opted_out=True)
    await world.click(JANA, card, Action.ALERT_WRITE)
    assert world.told(JANA)[-1].startswith("Nobody at Acme can be written to: Contact of Acme (opted out in the CRM)")
    await change(world, Contact, Contact.account_id == "a1", gone_at=world.clock.at)
    await world.click(JANA, card, Action.ALERT_WRITE)
    assert world.told(JANA)[-1] == "The CRM names no contact at Acme."
    await change(world, Alert, Alert.account_id == "a1", closed_at=world.clock.at, closed_by=OLIVER.id, state="resolved")
    await world.click(JANA, card, Action.ALERT_WRITE)
    assert world.told(JANA)[-1].startswith(f"Already resolved by <@{OLIVER.id}>")
    assert world.sandbox.views(JANA.id) == []


@on_sqlite
async def test_without_a_mail_server_the_button_says_how_to_get_one(open_world: OpenWorld) -> None:
    world = await open_world()
    await world.click(JANA, await world.card("Acme"), Action.ALERT_WRITE)
    assert "section `email`" in world.told(JANA)[-1].replace("\u200b", "")


@on_sqlite
async def test_outsiders_write_to_nobody(world: World) -> None:
    for outsider in (GUEST, STRANGER):
        await world.click(outsider, await world.card("Acme"), Action.ALERT_WRITE)
        assert world.told(outsider)[-1].startswith("Only ")
        assert world.sandbox.views(outsider.id) == []


@on_sqlite
async def test_mistakes_come_back_inside_the_form(world: World) -> None:
    await opened(world)
    assert errors(await world.submit(JANA, subject="  ", body=" \n ")) == {
        Input.SUBJECT: InputError.SUBJECT_MISSING,
        Input.BODY: InputError.BODY_MISSING,
    }
    assert await written(world) == (0, 0)
    form = world.modal(JANA)
    await world.sandbox.click_in_view(JANA.id, form.id, Action.WRITE_PREVIEW.value)
    assert world.modal_words(JANA) == f"{InputError.SUBJECT_MISSING} {InputError.BODY_MISSING}"


async def test_the_second_of_two_learns_of_the_first_and_may_still_write(world: World) -> None:
    await opened(world, JANA)
    await opened(world, OLIVER)
    assert (await world.submit(JANA, subject="Mine")).ok
    world.clock.move(minutes=5)
    assert (await world.submit(OLIVER, body="From Oliver")).ok
    seen = world.modal_words(OLIVER)
    assert "Not sent yet: somebody wrote to them while you did." in seen
    assert f"<@{JANA.id}> wrote to Contact of Acme 5 min ago: “Mine”" in seen
    assert value(world, Input.BODY, OLIVER) == "From Oliver"
    await letters(world)
    assert (await world.submit(OLIVER)).ok
    _, second = await letters(world, 2)
    assert second.message["From"] == "Oliver Grant <cs@ours.example>"
    assert second.part("plain").startswith("From Oliver\n")
    await world.sandbox.close(JANA.id, world.modal(JANA).id)
    await opened(world, JANA)
    assert f"<@{OLIVER.id}> wrote to Contact of Acme" in world.modal_words(JANA)


@on_sqlite
async def test_a_full_ledger_is_told_with_its_numbers_and_holds_no_person_back(open_world: OpenWorld) -> None:
    world = await open_world(accounts=company, mail=True, settings={"limits": {"contact": "1 per 7d", "account": "2 per 7d"}})
    await opened(world)
    assert "limit" not in world.modal_words(JANA)
    await world.submit(JANA)
    await world.sandbox.close(JANA.id, world.modal(JANA).id)
    await opened(world)
    assert "Contact of Acme has had 1 letter within 7 days, and the limit is 1" in world.modal_words(JANA)
    await choose(world, Action.WRITE_CONTACT, MARTA)
    assert "limit" not in world.modal_words(JANA)
    await world.submit(JANA)
    await world.sandbox.close(JANA.id, world.modal(JANA).id)
    await opened(world)
    assert "The account has had 2 letters within 7 days, and the limit is 2" in world.modal_words(JANA)
    assert (await world.submit(JANA)).ok
    await letters(world, 3)


@on_sqlite
async def test_send_in_the_morning_waits_for_the_contacts_own(open_world: OpenWorld) -> None:
    world = await open_world(accounts=company, mail=True, settings={"workspace": {"business_hours": "Mon-Fri 09:00-18:00"}})
    await change(world, Contact, Contact.id == "c1", timezone="America/New_York")
    await opened(world)
    assert "Wed 18 Nov at 09:00, America/New_York" in str(world.modal(JANA).body)
    assert (await world.submit(JANA, send_at="morning")).ok
    assert "18 Nov 2026 14:00 UTC" in world.modal_words(JANA)
    await world.stop_worker()
    (row,) = [row for row in await world.rows() if row.channel.startswith("mailto:")]
    assert row.due_at == world.clock.at.replace(hour=14, minute=0, second=0)
    world.clock.move(hours=4)
    await world.app.worker.deliver()
    assert world.sandbox.mail == []
    world.clock.move(hours=1)
    await world.app.worker.deliver()
    assert len(world.sandbox.mail) == 1


@on_sqlite
async def test_a_letter_that_waits_for_the_morning_can_be_withdrawn_by_its_writer(world: World) -> None:
    await opened(world)
    assert (await world.submit(JANA, body="Dear <!channel>,\nhow *are* you?", send_at="morning")).ok
    notice = await until(lambda: waiting(world), "Jana has the letter before her")
    assert "to Contact of Acme at <https://crm.example/accounts/1|Acme> leaves in their morning: <!date^" in words(notice.blocks)
    assert (await world.click(JANA, notice, Action.WRITE_WITHDRAW)).ok
    await until(lambda: "was withdrawn by <@U0JANA>" in words(waiting(world).blocks), "it says so")
    assert "Dear <\u200b!channel>,\nhow *are* you?" in words(waiting(world).blocks), "to copy"
    assert Action.WRITE_WITHDRAW not in json.dumps(waiting(world).blocks)
    assert await written(world) == (1, 0)
    card = await world.card("Acme")
    await until(lambda: "<@U0JANA> withdrew the letter to Contact of Acme before it left" in card.words, "and the card")
    world.clock.move(days=2)
    world.app.worker.wake()
    await world.quiet()
    assert world.sandbox.mail == []


@on_sqlite
async def test_a_letter_that_has_left_is_not_withdrawn(world: World) -> None:
    await opened(world)
    assert (await world.submit(JANA, send_at="morning")).ok
    notice = await until(lambda: waiting(world), "Jana has the letter before her")
    world.clock.move(days=1)
    world.app.worker.wake()
    await until(lambda: world.sandbox.mail, "it leaves")
    await world.quiet()
    assert (await world.click(JANA, notice, Action.WRITE_WITHDRAW)).ok
    assert world.told(JANA)[-1] == "This letter is not waiting any more."
    await until(lambda: Action.WRITE_WITHDRAW not in json.dumps(waiting(world).blocks), "the button goes")
    assert await written(world) == (1, 1)


def waiting(world: World) -> Any:
    return next((one for one in world.sandbox.direct_messages(JANA.id) if "Your letter" in words(one.blocks)), None)


@on_sqlite
async def test_whoever_wrote_is_told_when_the_letter_did_not_leave_after_all(world: World) -> None:
    await opened(world)
    assert (await world.submit(JANA, send_at="morning")).ok
    await change(world, Contact, Contact.id == "c1", unsubscribed_at=world.clock.at)
    world.clock.move(days=1)
    world.app.worker.wake()
    await until(lambda: told(world), "Jana is told")
    await world.quiet()
    (words_to_her,) = told(world)
    assert "to Contact of Acme at <https://crm.example/accounts/1|Acme> did not reach them: the contact unsubscribed." in words_to_her
    assert world.sandbox.mail == []
    assert await written(world) == (1, 0)


def told(world: World) -> list[str]:
    every = (words(message.blocks) for message in world.sandbox.direct_messages(JANA.id))
    return [one for one in every if "did not reach" in one]


@on_sqlite
async def test_letters_that_are_broken_or_too_long_say_so_in_the_form(open_world: OpenWorld, tmp_path: Path) -> None:
    for name, body in (("usage-check-in", 'Hi {{ signals["nowhere"] }}'), ("feature-help", "Long " * 900)):
        folder = tmp_path / "letters" / name
        (folder / "en").mkdir(parents=True)
        (folder / "letter.yml").write_text("about: Ours\nfits: [usage-drop]")
        (folder / "en" / "subject.txt.j2").write_text("Hi")
        (folder / "en" / "body.txt.j2").write_text(body)
    world = await open_world(accounts=company, mail=True, settings={"letters": "letters"})
    await opened(world)
    assert value(world, Input.LETTER) == "feature-help"
    assert "longer than 3,000 characters" in world.modal_words(JANA)
    assert len(value(world, Input.BODY)) == 2999
    await choose(world, Action.WRITE_LETTER, "usage-check-in")
    assert "This letter could not be written:" in world.modal_words(JANA)
    assert "nowhere" in world.modal_words(JANA)
    assert value(world, Input.BODY) == ""
    assert (await world.submit(JANA, subject="All the same", body="By hand")).ok
    await letters(world)


@on_sqlite
async def test_the_same_form_serves_an_account_without_an_alert(world: World) -> None:
    app = world.app
    jana = actor_of(await app.directory.lookup(JANA.id, world.clock.at), app.settings.roles)

    def look(session: Session) -> m.WriteModal:
        means = means_of(session, app.settings, app.world, jana, world.clock.at)
        return open_form(session, means, "a5", None, "a mark of its own")

    modal = await stored(world, look)
    assert (modal.account.name, modal.cause, modal.letter, modal.fitting) == ("Evergreen", None, "-", ())
    form = Form(Ticket.read(modal.metadata), modal.contact, "-", modal.language, "Hi", "A word")

    def twice(session: Session) -> Any:
        means = means_of(session, app.settings, app.world, jana, world.clock.at)
        return [send(session, means, form), send(session, means, form)]

    assert await app.database.run(twice) == [Sent(None), Sent(None)]
    app.worker.wake()
    (letter,) = await letters(world)
    assert letter.message["To"] == "Contact of Evergreen <contact@account5.example>"
    trace = await stored(world, lambda session: session.scalars(select(Trace).where(Trace.what == "wrote")).one())
    assert (trace.alert_id, trace.account_id, trace.detail["to"]) == (None, "a5", "Contact of Evergreen")


NASTY = '<!channel> "x" <b>\r\nBcc: all@evil.example'


def hostile(company: Company) -> None:
    company.account(NASTY, domain="evil.example")
    company.contact("a1", "c90", NASTY, "victim@evil.example", "*Admin* <@U1>")


@on_sqlite
async def test_hostile_names_stay_text_in_the_form_and_in_the_mail(open_world: OpenWorld) -> None:
    world = await open_world(accounts=hostile, mail=True)
    name = await stored(world, lambda session: session.scalar(select(Account.name)))
    card = await opened(world, account=name)
    await choose(world, Action.WRITE_LETTER, "usage-check-in")
    await choose(world, Action.WRITE_CONTACT, "c90")
    for text in _shown(world.modal(JANA).body["blocks"]):
        assert "<!channel>" not in text
        assert "<@U1>" not in text
    form = world.modal(JANA)
    await world.sandbox.click_in_view(JANA.id, form.id, Action.WRITE_PREVIEW.value)
    assert "<!channel>" not in world.modal_words(JANA)
    await world.sandbox.close(JANA.id, world.modal(JANA).id)
    assert (await world.submit(JANA)).ok
    (letter,) = await letters(world)
    assert letter.recipients == ("victim@evil.example",)
    assert letter.message["Bcc"] is None
    assert "\n" not in letter.message["Subject"]
    assert "<b>" not in letter.part("html")
    assert "<!channel>" in letter.part("plain"), "the name as it is"
    assert "<!channel>" not in card.words
    assert "wrote to" in card.words


def _shown(found: Any) -> list[str]:
    """Every text of a view that Slack interprets: what stands in a text input it does not."""
    if isinstance(found, dict):
        return [text for key, part in found.items() if key != "initial_value" for text in _shown(part)]
    if isinstance(found, list):
        return [text for part in found for text in _shown(part)]
    return [found] if isinstance(found, str) else []
