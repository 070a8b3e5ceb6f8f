"""`/stay`: every word, what it answers, and that only the asker sees it."""

from bot.messages.actions import Action
from tests.cast import ADMIN, JANA, LEAD, OLIVER, WEI
from tests.factories import Card, Company, World, steady
from tests.scenario.conftest import OpenWorld, on_sqlite


@on_sqlite
async def test_help_names_the_words_that_one_may_use(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    answers = {person: (await world.command(person, "help")).words for person in (JANA, LEAD, ADMIN)}
    assert ["/stay team" in words for words in answers.values()] == [False, True, True]
    assert ["/stay status" in words for words in answers.values()] == [False, False, True]
    assert (await world.command(JANA, "")).text == "What /stay can do"
    assert world.told(OLIVER) == []


@on_sqlite
async def test_an_unknown_word_gets_the_nearest_or_help(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    for wrong, near in {"risk": "risks", "acount Acme": "account", "STATS": "status", "wy Acme": "why"}.items():
        answer = await world.command(JANA, wrong)
        assert f"Did you mean `/stay {near}`?" in answer.words
        assert "/stay account NAME" in answer.words
    answer = await world.command(JANA, "<!channel> `xyzzy`")
    assert "There is no" in answer.words
    assert "Did you mean" not in answer.words
    assert "<!channel>" not in answer.words


@on_sqlite
async def test_an_account_by_a_part_of_its_name(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    answer = await world.command(WEI, "account acm")
    for text in ("Acme", "account1.example", "€120,000", f"<@{JANA.id}>", "`active_users.ratio`", "Contact of Acme", "Usage drop"):
        assert text in answer.words
    assert answer.text == "Acme: 1 open alert"
    assert "Details" in answer.buttons
    await world.click(WEI, answer, Action.ALERT_DETAILS)
    assert "Contact of Acme" in world.modal_words(WEI)


@on_sqlite
async def test_an_account_by_its_domain_or_not_at_all(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    assert (await world.command(JANA, "account account2.exam")).text == "Borealis: 1 open alert"
    assert (await world.command(JANA, "account nobody")).text == "No account has “nobody” in its name or domain."
    assert (await world.command(JANA, "account 100%")).text == "No account has “100%” in its name or domain."
    assert (await world.command(JANA, "account")).text.startswith("Which account?")


@on_sqlite
async def test_of_several_accounts_one_is_chosen(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    answer = await world.command(JANA, "account account")
    assert "5 accounts match “account”. Which one?" in answer.words
    await world.click(JANA, answer, Action.ACCOUNT_PICK, "a2")
    assert answer.text == "Borealis: 1 open alert"
    assert len(world.told(JANA)) == 1


@on_sqlite
async def test_of_several_accounts_one_is_chosen_for_why(open_world: OpenWorld) -> None:
    world = await open_world(worker=False)
    answer = await world.command(JANA, "why account usage-drop")
    await world.click(JANA, answer, Action.ACCOUNT_PICK, "a5")
    assert "Evergreen" in answer.words
    assert "does not match" in answer.words


def nine_of_jana(company: Company) -> None:
    for number in range(9):
        company.account(f"Drop {number}", owner_email=JANA.email if number else OLIVER.email, currency="USD" if number % 2 else "EUR")


@on_sqlite
async def test_risks_are_ones_own_and_a_managers_all_by_value(open_world: OpenWorld) -> None:
    world = await open_world(accounts=nine_of_jana, settings={"limits": {"cards_a_day": 20, "posts_per_second": 50}}, worker=False)
    own = await world.command(OLIVER, "risks")
    assert "Your open alerts" in own.words
    assert own.words.count("Drop") == 1
    assert own.buttons == ["Details"]
    everybodys = await world.command(LEAD, "risks")
    assert "All open alerts\n9 open · €250,000 + $200,000 of ARR · page 1 of 2" in everybodys.words
    assert everybodys.words.index("|Drop 8>") < everybodys.words.index("|Drop 7>") < everybodys.words.index("|Drop 1>")
    await world.click(LEAD, everybodys, Action.RISKS_NEXT)
    assert "page 2 of 2" in everybodys.words
    assert "|Drop 0>" in everybodys.words
    assert everybodys.buttons == ["Details", "Previous"]
    await world.click(LEAD, everybodys, Action.RISKS_PREVIOUS)
    assert "page 1 of 2" in everybodys.words
    assert len(world.told(LEAD)) == 1
    assert "Nothing open on your accounts." in (await world.command(WEI, "risks")).words


@on_sqlite
async def test_whoever_took_an_alert_finds_it_under_risks(world: World) -> None:
    await world.click(WEI, await world.card("Acme"), Action.ALERT_TAKE)
    assert f"Taken by <@{WEI.id}>" in (await world.command(WEI, "risks")).words


async def why(world: World, account: str) -> str:
    return (await world.command(JANA, f"why {account}")).words


def every_verdict(company: Company) -> None:
    company.account("Acme", arr=900_000)
    company.account("Borealis", arr=800_000)
    company.account("Dear", arr=5_000, owner_email=JANA.email)
    company.account("Evergreen", steady)
    company.account("Left", stage="churned")


@on_sqlite
async def test_why_says_each_verdict(open_world: OpenWorld) -> None:
    world = await open_world(accounts=every_verdict, settings={"limits": {"cards_a_day": 2, "posts_per_second": 50}})
    card = await world.card("Acme")
    assert "*Usage drop*: an alert is open" in await why(world, "Acme")
    assert "✓  `active_users.ratio &lt; 0.6`  is *0.4146*" in await why(world, "Acme")
    assert "*Usage drop*: waits for tomorrow" in await why(world, "Dear")
    assert "the owner's 2 new cards of the day are used up" in await why(world, "Dear")
    assert "*Usage drop*: does not match" in await why(world, "Evergreen")
    assert "1 of 3 conditions is not met" in await why(world, "Evergreen")
    assert "*Usage drop*: no longer a customer" in await why(world, "Left")
    await world.open_and_submit(JANA, card, Action.ALERT_DISMISS, outcome="known")
    assert "*Usage drop*: quiet after the last alert" in await why(world, "Acme")
    world.clock.move(days=22)
    assert "*Usage drop*: opens at the next sweep" in await why(world, "Acme")
    assert (await world.command(JANA, "why")).text.startswith("Why what?")
    assert (await world.command(JANA, "why Evergreen usage-drop")).words.count("Usage drop") == 1
    wrong = await world.command(JANA, "why Evergreen usage-dorp")
    assert wrong.read == "No playbook is called “usage-dorp”. Did you mean “usage-drop”?"
    assert (await world.command(JANA, "why No Such")).read == "No account has “No Such” in its name or domain."


def rows_of(answer: Card) -> list[list[str]]:
    (table,) = [block for block in answer.message.blocks if block["type"] == "table"]
    return [[_cell(cell) for cell in row] for row in table["rows"]]


def _cell(cell: dict[str, object]) -> str:
    return str(cell["text"]) if cell["type"] == "raw_text" else str(cell["elements"][0]["elements"][0]["user_id"])  # type: ignore[index]


@on_sqlite
async def test_team_shows_who_has_how_much_and_how_fast_it_is_taken(world: World) -> None:
    world.clock.move(hours=2)
    await world.click(JANA, await world.card("Acme"), Action.ALERT_TAKE)
    world.clock.move(hours=3)
    found = rows_of(await world.command(LEAD, "team"))
    assert found[0] == ["CSM", "Open", "Taken", "Time to take", "Oldest"]
    lines = {row[0]: row[1:] for row in found[1:]}
    assert lines[JANA.id] == ["1", "1", "2 h", "5 h"]
    assert lines[OLIVER.id] == ["1", "0", "–", "5 h"]
    assert lines["nora@ours.example (not in Slack)"][0] == "1"
    assert lines["No owner"][0] == "1"


async def test_status_shows_sources_jobs_and_the_outbox(world: World) -> None:
    await world.quiet()
    answer = await world.command(ADMIN, "status")
    assert "✓  crm.accounts · read just now · 5 rows" in answer.words
    assert "usage.active_users up to 17 Nov" in answer.read
    assert "0 waiting · 0 could not be sent" in answer.words
    assert answer.text.endswith("all well")


@on_sqlite
async def test_status_names_a_source_that_failed_and_how_old_it_is(world: World) -> None:
    world.company.usage.rename(world.company.usage.with_suffix(".away"))
    world.clock.move(hours=5)
    report = await world.app.sweep.run()
    assert [problem.split(":")[0] for problem in report.problems] == ["usage.active_users"]
    answer = await world.command(ADMIN, "status")
    assert "✗  usage.active_users up to 17 Nov · read 5 h ago" in answer.read
    assert "1 source in trouble" in answer.text
    assert (await world.alert("Acme")).state == "open"
