"""The CRM rows of the sample company."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bot.sandbox.company.names import PLACES, mailbox, people_of
from bot.sandbox.company.story import Story

ROLES = ("admin", "champion", "sponsor", "user")
OPTED_OUT = 0.1

AccountRow = tuple[str | int | None, ...]
ContactRow = tuple[str, str, str, str, str, str, bool]


def account_row(story: Story, today: date, seed: str) -> AccountRow:
    """In the order of the table's columns."""
    place = PLACES[story.place]
    started, renewal = _term(story, today, Random(f"{seed} term {story.id}"))
    churned = None if story.churned is None else (today - timedelta(days=story.churned)).isoformat()
    return (
        story.id, story.name, story.domain, story.owner_email, story.arr, story.currency, story.plan, story.seats,
        story.stage, started.isoformat(), renewal.isoformat(), churned, place.timezone,
        place.locale, f"https://crm.example/accounts/{story.id}", story.segment, story.industry,
    )  # fmt: skip


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
