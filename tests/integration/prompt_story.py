"""A story of a house and its customers, for the test of prompts: what is drawn, and how it reads when something goes wrong."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

HOUR = timedelta(hours=1)
TEAM = {
    "ann": "Europe/Prague",
    "bea": "America/New_York",
    "cat": "Australia/Adelaide",
    "dan": "America/St_Johns",
    "eva": "America/Santiago",
    "fay": "Africa/Cairo",
    "gus": "Australia/Lord_Howe",
    "hal": "Asia/Kathmandu",
    "ida": "Pacific/Chatham",
}
"""Everybody in Slack, and where: whole, half and quarter hours, both hemispheres, clocks that change by half an hour or at midnight."""
STRANGER = "zoe"
"""Owns accounts in the CRM and is not in Slack."""
HOURS = (
    "Mon-Fri 09:00-18:00",
    "Mon-Thu 09:00-12:00, Mon-Thu 13:00-17:00, Fri 09:00-14:00",
    "Sun-Thu 08:30-16:30",
    "Mon-Sun 00:00-24:00",
    "Mon-Sat 00:00-03:30",
)
WHEN = ("arr >= 50000", "big", "stage = 'growth' AND arr >= 50000")
"""Three ways to say the same: as a condition, as a segment, with a stage that everybody here is in."""


@dataclass(frozen=True)
class Cadence:
    type: str
    every: int
    ahead: int
    sooner: bool = False
    """Half of it for customers in trouble."""
    when: str = WHEN[0]


@dataclass(frozen=True)
class House:
    cadences: tuple[Cadence, ...]
    hours: str = HOURS[0]
    zone: str = "Europe/Prague"
    country: str | None = None
    cards_a_day: int = 50


@dataclass(frozen=True)
class Habit:
    """What people do about a prompt: `after` so many days they `ignore`, `skip`, `plan` it from the card, or plan it `elsewhere`. The
    meeting lies `lead` days ahead and is `held`, `missed`, `cancelled` half-way, or `forgotten`: nobody says what became of it."""

    deed: str = "ignore"
    after: int = 0
    lead: int = 1
    then: str = "held"

    def __str__(self) -> str:
        if self.deed in ("ignore", "skip"):
            return self.deed if self.deed == "ignore" else f"skip after {self.after}d"
        return f"{self.deed} after {self.after}d for {self.lead}d later, {self.then}"


@dataclass(frozen=True)
class Change:
    """What the CRM says from the n-th pass on: `trouble`, `well`, `small`, `big`, `churned`, `gone`, or a new owner's name."""

    on: int
    what: str

    def __str__(self) -> str:
        return f"pass {self.on}: {self.what}"


@dataclass(frozen=True)
class Customer:
    """`age`: for how many days they have been a customer; None: nobody knows. Habits come in turn, one for each prompt."""

    owner: str | None = "ann"
    age: int | None = 0
    habits: tuple[Habit, ...] = (Habit(),)
    changes: tuple[Change, ...] = ()

    def __str__(self) -> str:
        age = "of unknown age" if self.age is None else f"for {self.age}d"
        whole = [f"of {self.owner or 'nobody'}, a customer {age}", " / ".join(map(str, self.habits)), *map(str, self.changes)]
        return "; ".join(whole)


@dataclass(frozen=True)
class Story:
    """`prompt`: plays move right after a deed too, as they do every minute, and not only with the next pass."""

    house: House
    customers: tuple[Customer, ...]
    first: datetime = datetime(2026, 3, 2, 7, tzinfo=UTC)
    stride: int = 24
    passes: int = 40
    prompt: bool = False

    def __str__(self) -> str:
        house = self.house
        lines = [f"{self.passes} passes every {self.stride}h from {self.first:%a %d %b %Y %H:%M}Z{', and after every deed' * self.prompt}"]
        lines += [f"open {house.hours}, {house.zone}, holidays {house.country}, {house.cards_a_day} cards a day"]
        lines += [f"{one.type} every {one.every}d, {one.ahead}d ahead{', half in trouble' * one.sooner}" for one in house.cadences]
        return "\n".join([*lines, *(f"a{at} {one}" for at, one in enumerate(self.customers))])

    @property
    def moments(self) -> list[datetime]:
        return [self.first + at * self.stride * HOUR for at in range(self.passes)]


@st.composite
def cadences(draw: st.DrawFn) -> tuple[Cadence, ...]:
    found = []
    for type_ in draw(st.sampled_from([("qbr",), ("qbr", "ebr"), ("renewal", "qbr", "ebr")])):
        every = draw(st.integers(6, 40))
        sooner = draw(st.booleans())
        ahead = draw(st.integers(1, every // 2 - 1 if sooner else every - 1))
        found.append(Cadence(type_, every, ahead, sooner, draw(st.sampled_from(WHEN))))
    return tuple(found)


HOUSES = st.builds(
    House,
    cadences(),
    st.sampled_from(HOURS),
    st.sampled_from(["Europe/Prague", "America/New_York", "Australia/Sydney", "Asia/Kolkata"]),
    st.sampled_from([None, "CZ", "US-NY", "IL", "AU"]),
    st.sampled_from([50, 50, 50, 1, 2]),
)
HABITS = st.builds(
    Habit,
    st.sampled_from(["ignore", "plan", "skip", "elsewhere"]),
    st.sampled_from([0, 1, 2, 4, 9]),
    st.sampled_from([1, 4, 12, 30]),
    st.sampled_from(["held", "missed", "cancelled", "forgotten"]),
)
CHANGES = st.builds(
    Change, st.integers(1, 39), st.sampled_from(["trouble", "well", "small", "big", "bea", STRANGER, "nobody", "churned", "gone"])
)
CUSTOMERS = st.builds(
    Customer,
    st.sampled_from([*TEAM, STRANGER, None]),
    st.one_of(st.integers(0, 60), st.none()),
    st.lists(HABITS, min_size=1, max_size=4).map(tuple),
    st.lists(CHANGES, max_size=2, unique_by=lambda one: one.on).map(lambda some: tuple(sorted(some, key=lambda one: one.on))),
)
FIRST = st.builds(
    lambda month, day, minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=month * 30 + day, minutes=15 * minutes),
    st.sampled_from([1, 2, 7, 8, 9, 11, 14]),
    st.integers(0, 29),
    st.integers(0, 95),
)


def stories(customers: int = 1, passes: tuple[int, ...] = (10, 20, 40, 40)) -> st.SearchStrategy[Story]:
    """Of so many customers at least, and nine at most: many that fall due on one day would be held back until an admin releases them."""
    some = st.lists(CUSTOMERS, min_size=customers, max_size=9).map(tuple)
    strides = st.sampled_from([24, 23, 25, 17, 41, 66])
    return st.builds(Story, HOUSES, some, FIRST, strides, st.sampled_from(passes), st.booleans())
