"""The CRM rows of the sample company."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bot.sandbox.company.names import PLACES, mailbox, people_of
from bot.sandbox.company.story import Story

ROLES = ("admin", "champion", "billing", "user")
OPTED_OUT = 0.1
YOUNG = {"trial", "activation"}
SEAT = 600  # what a converted trial pays a year for each
PAPERWORK = timedelta(days=10)  # for so long after a renewal the CRM still shows its day

AccountRow = tuple[str | int | None, ...]
ContactRow = tuple[str, str, str, str, str, str, bool]
RecordRow = tuple[str, str | None, str | None, str | None]
WRITTEN = (
    (None, None, None),
    (None, None, None),
    ("at risk", "Their admin changed teams; nobody has taken over yet", "Find a new admin"),
    ("improved", "Training held, usage came back", None),
)


def signed(story: Story, today: date, day: date) -> bool:
    """Whether it is in the CRM on that day."""
    return story.started is None or today - timedelta(days=story.started) <= day


def account_row(story: Story, today: date, seed: str, day: date | None = None) -> AccountRow:
    """In the order of the table's columns. The story is told for `today`; the row is as the CRM has it on `day`, that day or later."""
    day = day or today
    place = PLACES[story.place]
    started, renewal = _term(story, today, Random(f"{seed} term {story.id}"))
    stage, churned = _stage(story, today, day)
    while renewal + PAPERWORK < day and stage != "churned":
        renewal = _years_later(renewal, 1)
    first_value = _first_value(story, today, started, Random(f"{seed} value {story.id}"))
    trial_ends = today + timedelta(days=story.renewal or 0) if story.stage == "trial" else None
    bought = story.stage == "trial" and stage not in {"trial", "churned"}
    arr, plan = (story.seats * SEAT, "team") if bought else (story.arr, story.plan)
    return (
        story.id, story.name, story.domain, story.owner_email, arr, story.currency, plan, story.seats,
        stage, started.isoformat(), renewal.isoformat(), _iso(churned), place.timezone,
        place.locale, f"https://crm.example/accounts/{story.id}", story.segment, story.industry,
        _iso(first_value if first_value and first_value <= day else None), _iso(trial_ends),
    )  # fmt: skip


def record_row(story: Story, seed: str) -> RecordRow:
    """In the order of the table's columns."""
    return story.id, *Random(f"{seed} record {story.id}").choice(WRITTEN)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _stage(story: Story, today: date, day: date) -> tuple[str, date | None]:
    """The stage on that day, and when the account churned."""
    stage, churned = story.stage, None if story.churned is None else today - timedelta(days=story.churned)
    for ahead, then in story.turns:
        turned = today + timedelta(days=ahead)
        if turned <= day:
            stage, churned = then, turned if then == "churned" else None
    return stage, churned


def _first_value(story: Story, today: date, started: date, random: Random) -> date | None:
    """Told by the story for the young; the others found it within a month."""
    if story.first_value is not None:
        return today - timedelta(days=story.first_value)
    return None if story.stage in YOUNG else started + timedelta(days=random.randint(5, 25))


def _term(story: Story, today: date, random: Random) -> tuple[date, date]:
    """First day as a customer and next renewal, which are whole years apart unless the story says otherwise."""
    if story.started is not None:
        started = today - timedelta(days=story.started)
        return started, _years_later(started, 1) if story.renewal is None else today + timedelta(days=story.renewal)
    renewal = today + timedelta(days=story.renewal or 0)
    return _years_later(renewal, -random.randint(2, 6)), renewal


def _years_later(day: date, years: int) -> date:
    """29 February becomes 28 February where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def contact_rows(stories: tuple[Story, ...], seed: str) -> Iterator[ContactRow]:
    """One to four people an account, no name twice in a country's pool before all were used."""
    random = Random(f"{seed} contacts")
    dealt: Counter[str] = Counter()
    for story in stories:
        place = PLACES[story.place]
        names = people_of(place.names, seed)
        for at, role in enumerate(ROLES[: random.randint(1, 4)], 1):
            name = names[dealt[place.names] % len(names)]
            dealt[place.names] += 1
            address = f"{mailbox(name)}@{story.domain}"
            yield f"{story.id}-c{at}", story.id, name, address, role, place.locale, random.random() < OPTED_OUT
