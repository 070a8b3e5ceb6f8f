"""How many days are left until the next review: from staysail.yml and what was held, on both databases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.review_card import past_of
from bot.database import Database
from bot.errors import InvalidInput
from bot.settings import load_settings
from models import Account, Participant, Review
from tests.conftest import on_sqlite
from tests.integration.test_known_signals import DAY, LEAST, ONE, Team, account

QBR = "reviews:\n  - {type: QBR, when: arr >= 50000, every: 90d}\n"
BOTH = QBR + "  - {type: ebr, when: stage = 'growth', every: 180d, ahead: 14d}\n"
SOONER = "reviews: [{type: QBR, when: arr >= 50000, every: 90d, sooner_when: seats < 10}]\n"


@pytest.fixture
def team(database: Database, tmp_path: Path) -> Team:
    return Team(database, tmp_path)


def big(id_: str, days: int | None = 60, **values: Any) -> Account:
    started = {} if days is None else {"started_on": DAY - days * ONE}
    return account(id_, **({"arr": 60_000} | started | values))


def review(account_id: str, ago: int, state: str = "held", type_: str = "qbr", hour: int = 10) -> Review:
    at = datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC) - timedelta(days=ago)
    key = f"{account_id}:{type_}:{ago}:{state}"
    people = {"organizer": "U0JANA", "organizer_email": "jana@ours.example", "organizer_name": "Jana", "created_by": "U0JANA"}
    times = {"starts_at": at, "created_at": at, "changed_at": at, "minutes": 30, "zone": "Europe/Prague"}
    return Review(key=key, uid=key, account_id=account_id, type=type_, state=state, **people, **times)


async def test_days_are_counted_from_the_start_until_one_was_held(team: Team) -> None:
    await team.add(
        big("new"), big("old", days=500), big("held", days=500), big("small", arr=1), big("unknown", arr=None), big("dateless", None)
    )
    await team.add(review("held", 80), review("held", 200))
    assert await team.values("review.due_in", QBR) == {"new": 30, "old": -410, "held": 10, "small": None, "unknown": None, "dateless": None}
    overdue = {"new": 0, "old": 410, "held": 0, "small": None, "unknown": None, "dateless": None}
    assert await team.values("review.overdue", QBR) == overdue
    assert await team.holds("review.is_due", QBR) == {"new", "old", "held"}
    assert await team.holds("NOT review.is_due", QBR) == {"small", "unknown", "dateless"}
    assert (await team.values("review.days_since", QBR))["held"] == 80
    assert (await team.values("review.days_since", QBR))["new"] is None


@on_sqlite
async def test_it_is_due_on_the_day_that_is_as_far_ahead_as_settings_say(team: Team) -> None:
    await team.add(big("tomorrow", days=59), big("today", days=60))
    assert await team.holds("review.is_due", QBR) == {"today"}


async def test_what_became_of_a_review_decides_whether_one_is_due(team: Team) -> None:
    for state in ("scheduled", "held", "skipped", "no_show", "cancelled"):
        await team.add(big(state, days=100), review(state, 1, state))
    assert await team.holds("review.is_due", QBR) == {"no_show", "cancelled"}


async def test_the_most_pressing_of_several_cadences_counts(team: Team) -> None:
    await team.add(big("acme", days=400, stage="growth"))
    await team.add(review("acme", 70), review("acme", 170, type_="ebr"))
    assert await team.values("review.due_in", BOTH) == {"acme": 10}
    assert await team.values("review.type", BOTH) == {"acme": "ebr"}
    await team.add(review("acme", -5, "scheduled", "ebr"))
    assert await team.values("review.due_in", BOTH) == {"acme": 20}
    assert await team.values("review.type", BOTH) == {"acme": "qbr"}


@on_sqlite
async def test_what_is_to_be_planned_now_comes_before_what_is_nearer_but_not_to_be_asked_for_yet(team: Team) -> None:
    await team.add(big("acme", days=70, stage="growth"))
    await team.add(review("acme", 165, type_="ebr"))  # falls due in 15 days, and is asked for 14 days ahead
    for name, value in {"review.type": "qbr", "review.due_in": 20, "review.overdue": 0}.items():
        assert await team.values(name, BOTH) == {"acme": value}


@on_sqlite
async def test_a_meeting_that_nobody_has_said_anything_about_counts_once_its_day_is_over(team: Team) -> None:
    await team.add(big("acme", days=300), big("today", days=300))
    await team.add(review("acme", 61, "scheduled"), review("today", 0, "scheduled", hour=5))
    assert await team.holds("review.is_due", QBR) == {"acme"}
    assert await team.values("review.due_in", QBR) == {"acme": 29, "today": None}


@on_sqlite
async def test_another_type_of_review_is_not_the_one_that_is_due(team: Team) -> None:
    await team.add(big("acme", days=100))
    await team.add(review("acme", 1, type_="call"), review("acme", -3, "scheduled", "call"))
    assert await team.holds("review.is_due", QBR) == {"acme"}


@on_sqlite
async def test_trouble_brings_the_day_nearer(team: Team) -> None:
    await team.add(big("fine", days=20, seats=50), big("shaky", days=20, seats=5), big("unknown", days=20))
    assert await team.values("review.due_in", SOONER) == {"fine": 70, "shaky": 25, "unknown": 70}


async def test_a_day_is_one_where_the_workspace_is(team: Team) -> None:
    await team.add(big("acme", days=100))
    await team.add(review("acme", 1, hour=22))  # 23:00 in Prague, before the clocks change; 00:00 after
    assert await team.values("review.days_since", QBR) == {"acme": 0}


@on_sqlite
async def test_without_cadences_nothing_is_due(team: Team) -> None:
    await team.add(big("acme", days=500))
    assert await team.values("review.due_in") == {"acme": None}
    assert await team.holds("review.is_due OR review.overdue > 0") == set()


@on_sqlite
@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{type: QBR, when: art > 1, every: 90d}", "5: reviews[0].when: column 1: unknown signal `art` (nearest: arr)"),
        ("{type: QBR, when: arr > 1, every: 90d, sooner_when: helth < 50}", "5: reviews[0].sooner_when: column 1: unknown signal `helth`"),
    ],
)
async def test_a_wrong_condition_is_told_with_its_line(team: Team, rule: str, said: str) -> None:
    (finding,) = await team.refused(f"reviews:\n  - {rule}\n")
    assert finding.startswith(said)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("{type: QBX, when: arr > 1, every: 90d}", "5: `type`: found `QBX` (allowed: EBR, QBR, renewal; nearest: QBR)"),
        ("{type: QBR, every: 90d}", "5: the key `when` is missing (add `when: …`)"),
        ("{type: QBR, when: arr > 1, every: 90d, evry: 1d}", "5: unknown key `evry` (allowed: ahead, every, sooner_when, type, when;"),
        (
            "{type: QBR, when: arr > 1, every: 1000h}",
            "5: `every`: found less than, or not, whole days (allowed: days or weeks,",
        ),
        ("{type: QBR, when: arr > 1, every: 30d}", "5: `ahead` is not shorter than `every` (make it shorter: reviews would always be due)"),
        (
            "{type: QBR, when: arr > 1, every: 60d, sooner_when: arr < 9}",
            "5: `ahead` is not shorter than half of `every`, which counts while `sooner_when` holds (make it shorter:",
        ),
        ("QBR", "5: `reviews[0]`: found `QBR` (allowed: keys with values)"),
    ],
)
def test_a_wrong_cadence_is_told_with_its_line(tmp_path: Path, rule: str, said: str) -> None:
    file = tmp_path / "staysail.yml"
    file.write_text(f"{LEAST}reviews:\n  - {rule}\n")
    with pytest.raises(InvalidInput) as caught:
        load_settings(file, {})
    (finding,) = caught.value.findings
    assert str(finding).removeprefix(f"{file}:").startswith(said)


@on_sqlite
async def test_whoever_did_not_come_took_no_part_in_the_last_one(team: Team) -> None:
    held = review("acme", 30)
    await team.add(big("acme"), held)
    people = {"Eva": True, "Ota": False, "Una": None}
    there = [
        Participant(review_id=held.id, email=f"{name}@x.example", name=name, contact_id=name, came=came) for name, came in people.items()
    ]
    await team.add(*there)
    past = await team.database.read(past_of, ["acme"])
    last = past["acme"].last(ZoneInfo("Europe/Prague"))
    assert last is not None
    assert last.people == ("Eva", "Una")
