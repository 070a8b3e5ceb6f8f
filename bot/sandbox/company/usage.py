"""Daily usage of one account: its shape, the rhythm of its week, public holidays, noise."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random

import holidays

from bot.sandbox.company.shapes import RHYTHMS, SHAPES, level
from bot.sandbox.company.story import Story

HISTORY = 120
FORTNIGHT = 14
FAR = 5 * FORTNIGHT
HOLIDAY = 0.2
NOISE = 0.06

UsageRow = tuple[str, str, int, int]


def usage_rows(story: Story, today: date, seed: str, until: date | None = None) -> Iterator[UsageRow]:
    """account_id, day, active_users, reports_run: oldest day first, the day before `until` (else: yesterday) last.

    With a later `until` the same rows come first, then those of the days between.
    """
    random = Random(f"{seed} usage {story.id}")
    reports_each = random.uniform(0.4, 2.5)
    for day, share in expected(story, today, until or today):
        users = round(story.users * share * random.gauss(1, NOISE))
        reports = round(users * reports_each * random.uniform(0.7, 1.3))
        if users > 0 or story.rows == "all":
            yield story.id, day.isoformat(), max(users, 0), max(reports, 0)


def expected(story: Story, today: date, until: date) -> list[tuple[date, float]]:
    """Each day's share of a good day, before noise.

    What a holiday costs is caught up within its fortnight (counted from today), so that the story is the same on any day
    of the year. The last fortnight is reckoned whole, so that a day's share does not depend on `until`.
    """
    ahead = (until - today).days
    return [(day, share) for day, share in _shares(story, today, ahead // FAR + 1) if day < until]


@lru_cache(maxsize=256)
def _shares(story: Story, today: date, far: int) -> list[tuple[date, float]]:
    """Beyond the day that is asked for: whoever walks through weeks asks again every day."""
    last = 1 - far * FAR
    ago = range(_first(story), _fortnight(last) * FORTNIGHT, -1)
    plain = {n: _plain(story, today - timedelta(days=n), n) for n in ago}
    dipped = {n: share * (HOLIDAY if _is_holiday(today - timedelta(days=n)) else 1) for n, share in plain.items()}
    caught_up = {block: _caught_up(plain, dipped, block) for block in {_fortnight(n) for n in ago}}
    return [(today - timedelta(days=n), share * caught_up[_fortnight(n)]) for n, share in dipped.items()]


def _first(story: Story) -> int:
    """The first day with usage, in days ago."""
    since_ever = story.started is None or SHAPES[story.shape].before_start
    return HISTORY if since_ever or story.started is None else min(HISTORY, story.started)


def _plain(story: Story, day: date, days_ago: int) -> float:
    gone = story.leaves is not None and -days_ago >= story.leaves
    return 0.0 if gone else level(SHAPES[story.shape], days_ago) * RHYTHMS[story.rhythm][day.weekday()]


def _fortnight(days_ago: int) -> int:
    return (days_ago - 1) // FORTNIGHT


def _caught_up(plain: dict[int, float], dipped: dict[int, float], block: int) -> float:
    days = [n for n in plain if _fortnight(n) == block]
    left = sum(dipped[n] for n in days)
    return sum(plain[n] for n in days) / left if left else 1.0


def _is_holiday(day: date) -> bool:
    return day in _holidays_of(day.year)


@lru_cache(maxsize=8)
def _holidays_of(year: int) -> frozenset[date]:
    """England's stand for everybody's: all fall on weekdays, and any 120 days hold one or more."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))
