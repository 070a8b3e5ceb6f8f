"""`/stay survey`: what a CSM reads, what a manager reads, and the picture that follows."""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.surveys.library import load_surveys
from bot.surveys.shelf import keep
from tests.cast import GUEST, JANA, LEAD, OLIVER
from tests.factories import Card, World, until
from tests.integration.answers import answer, answers, asked
from tests.scenario.conftest import OpenWorld, on_sqlite

ONE = timedelta(days=1)
SETTINGS = {"segments": {"big": "arr > 100000", "small": "arr <= 100000"}}
JANAS, OLIVERS = ["segment:big", f"csm:{JANA.email}"], ["segment:small", f"csm:{OLIVER.email}"]


async def asked_world(open_world: OpenWorld, **settings: Any) -> World:
    """Two quarters of answers in two accounts, and somebody who was held back."""
    world = await open_world(worker=False, settings=SETTINGS | settings)
    now, database = world.clock.at, world.app.database
    await database.run(keep, load_surveys(None), now)
    rows = [
        *answers("a1", [10] * 8 + [3] * 4, now - 10 * ONE, 0, groups=JANAS),
        *answers("a2", [9] * 6 + [7] * 5, now - 100 * ONE, 50, groups=OLIVERS),
        answer("a2", 2, now - ONE, 90, comment="Slow <b>today</b> <!channel>", groups=OLIVERS),
        *(asked("a1", f"p{at}", now - 11 * ONE, answered=at < 12) for at in range(24)),
        asked("a2", "held", now - ONE, state="held", held="asked_lately"),
    ]
    await database.run(Session.add_all, rows)
    return world


@on_sqlite
async def test_a_csm_reads_the_figures_and_then_sees_them(open_world: OpenWorld) -> None:
    world = await asked_world(open_world)
    report = await world.command(JANA, "survey nps")
    assert report.text.startswith("Survey nps: NPS +38 (")
    for text in (
        "24 answers",
        "24 asked · 12 answered (50 %) · 12 still open",
        "Held back: 1 asked lately",
        "*By segment*",
        "5 low answers",
    ):
        assert text in report.words
    assert "Slow &lt;b&gt;today&lt;/b&gt; &lt;!channel&gt;" in report.words
    assert "By CSM" not in report.words
    picture = await until(lambda: _pictures(world), "the picture follows")
    assert picture.blocks[0]["alt_text"].startswith("nps by quarter: Q3 2026 +55 (")
    again = await world.command(JANA, "survey nps")
    shown = next(block for block in again.message.blocks if block["type"] == "image")
    assert shown["slack_file"] == picture.blocks[0]["slack_file"], "the second time it stands in the report"
    assert len(world.calls("files.completeUploadExternal")) == 1


def _pictures(world: World) -> Any:
    """The message that has nothing but a picture."""
    return next((one for one in world.sandbox.ephemerals(JANA.id) if [block["type"] for block in one.blocks] == ["image"]), None)


@on_sqlite
async def test_a_manager_also_reads_who_has_which(open_world: OpenWorld) -> None:
    world = await asked_world(open_world)
    words = (await world.command(LEAD, "survey nps")).words
    assert f"<@{JANA.id}>: +33 (" in words
    assert f"<@{OLIVER.id}>: +42 (" in words
    segment = (await world.command(LEAD, "survey NPS big")).words
    assert "Survey nps · big" in segment
    assert "NPS *+33*" in segment
    assert "By segment" not in segment


@on_sqlite
async def test_words_are_kept_from_those_who_do_not_look_after_the_account(open_world: OpenWorld) -> None:
    world = await asked_world(open_world, roles={"managers": [LEAD.email], "admins": [], "money": "owners"})
    assert "Slow" not in (await world.command(JANA, "survey nps")).words
    assert "Slow" in (await world.command(OLIVER, "survey nps")).words
    assert "Slow" in (await world.command(LEAD, "survey nps")).words


@on_sqlite
async def test_every_survey_stands_in_the_list(open_world: OpenWorld) -> None:
    world = await asked_world(open_world)
    listed = (await world.command(JANA, "survey")).words
    assert "`nps`  NPS *+38* (" in listed
    assert "`csat-onboarding`  CSAT no answers yet" in listed
    assert (await world.command(JANA, "survey csat-onboarding")).text == "Survey csat-onboarding: CSAT no answers yet"


@on_sqlite
async def test_what_is_unknown_is_told_with_the_nearest_name(open_world: OpenWorld) -> None:
    world = await asked_world(open_world)
    said = [(await world.command(JANA, text)).text for text in ("survey npz", "survey nps bigg", "survey nps <!channel>", "survey xyzzy")]
    assert said[0] == "There is no survey “npz”. Did you mean “nps”?"
    assert said[1] == "There is no segment “bigg”. Did you mean “big”?"
    assert said[2] == "There is no segment “&lt;!channel&gt;”. Known are: big, small."
    assert said[3].startswith("There is no survey “xyzzy”. Known are: ces-")
    refused: Card = await world.command(GUEST, "survey nps")
    assert "guest" in refused.text


@on_sqlite
async def test_without_a_picture_the_numbers_stay(open_world: OpenWorld) -> None:
    world = await asked_world(open_world)
    world.sandbox.faults.add(method="files.getUploadURLExternal", kind="error", error="missing_scope")
    report = await world.command(JANA, "survey nps")
    assert "Q3 2026: +55 (" in report.words
    await until(lambda: world.calls("files.getUploadURLExternal"), "it was tried")
    assert len(world.told(JANA)) == 1
