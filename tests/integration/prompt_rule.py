"""When a prompt is due and when words are heard, read once more in plain Python: what people did against what they were sent.

It knows the story, and what people did; nothing of signals, plays or SQL. An account in cadence is asked once a period: a card may only
come when a review is due, must come when one is, stands until somebody plans or skips it or it is due no longer, and nothing is due while
a meeting is planned or until `ahead` days before the next period ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import holidays

from tests.integration.prompt_story import HOURS, STRANGER, TEAM, Cadence, Customer, House, Story
from tests.integration.prompt_told import ALERTS, DAY, MANAGERS, Card, Told

REST = 3 * DAY
"""How long an account is left alone after a prompt is done (`once_per`)."""
FIRST, SECOND, THIRD = "three days have gone by", "a week after it fell due", "due for a week, and nobody"
QUARTER = timedelta(minutes=15)
_WEEKS: dict[str, dict[int, tuple[tuple[float, float], ...]]] = {
    HOURS[0]: dict.fromkeys(range(5), ((9, 18),)),
    HOURS[1]: dict.fromkeys(range(4), ((9, 12), (13, 17))) | {4: ((9, 14),)},
    HOURS[2]: dict.fromkeys((6, 0, 1, 2, 3), ((8.5, 16.5),)),
    HOURS[3]: dict.fromkeys(range(7), ((0, 24),)),
    HOURS[4]: dict.fromkeys(range(6), ((0, 3.5),)),
}
"""Once more by hand: hours of the day by weekday, Monday being 0."""


@lru_cache(maxsize=64)
def _days_off(country: str, year: int) -> frozenset[date]:
    code, _, part = country.partition("-")
    return frozenset(holidays.country_holidays(code, subdiv=part or None, years=year))


def is_open(house: House, moment: datetime, zone: str) -> bool:
    local = moment.astimezone(ZoneInfo(zone))
    if house.country and local.date() in _days_off(house.country, local.year):
        return False
    hour = local.hour + local.minute / 60
    return any(start <= hour < end for start, end in _WEEKS[house.hours].get(local.weekday(), ()))


def waited(house: House, since: datetime, due: datetime, zone: str) -> bool:
    """Whether it is due as soon as people work, and not before."""
    moment = since
    while moment < due:
        if is_open(house, moment, zone):
            return False
        moment += QUARTER - timedelta(minutes=moment.minute % 15)
    return due >= since and is_open(house, due, zone)


@dataclass(frozen=True)
class Reading:
    """One customer, as their CSM would tell it."""

    story: Story
    number: int
    told: Told

    @property
    def id(self) -> str:
        return f"a{self.number}"

    @property
    def customer(self) -> Customer:
        return self.story.customers[self.number]

    @cached_property
    def cards(self) -> list[Card]:
        return [card for card in self.told.cards if card.account == self.id]

    def _said(self, now: datetime, *about: str) -> str | None:
        moments = self.story.moments
        said = [one.what for one in self.customer.changes if one.on < len(moments) and moments[one.on] <= now]
        return next((what for what in reversed(said) if what in about), None)

    def in_care(self, now: datetime) -> bool:
        return self._said(now, "churned", "gone") is None

    def owner(self, now: datetime) -> str | None:
        owner = self._said(now, *TEAM, STRANGER, "nobody") or self.customer.owner
        return None if owner == "nobody" else owner

    def zone(self, now: datetime) -> str:
        return TEAM.get(self.owner(now) or "", self.story.house.zone)

    def left(self, cadence: Cadence, now: datetime) -> int | None:
        """Days until its review is to be; None: none is waited for."""
        zone = ZoneInfo(self.story.house.zone)
        today = now.astimezone(zone).date()
        clocks = datetime.combine(today, time(12), zone).utcoffset() or timedelta()  # days gone by are counted by today's clocks
        if self._said(now, "small", "big") == "small":
            return None
        last = []
        for meeting in self.told.meetings[self.id]:
            state = meeting.state(now)
            if meeting.type != cadence.type or state in (None, "cancelled", "no_show"):
                continue
            if state == "scheduled" and meeting.starts.astimezone(zone).date() >= today:
                return None
            last.append((meeting.starts + clocks).date())
        if not last and self.customer.age is None:
            return None
        began = self.story.first.astimezone(zone).date() - timedelta(days=self.customer.age or 0)
        trouble = cadence.sooner and self._said(now, "trouble", "well") == "trouble"
        return (cadence.every // 2 if trouble else cadence.every) - (today - max(last, default=began)).days

    def due(self, now: datetime) -> dict[str, int]:
        """Types of review that wait to be planned, with the days left."""
        found = {one.type: self.left(one, now) for one in self.story.house.cadences}
        ahead = {one.type: one.ahead for one in self.story.house.cadences}
        return {type_: left for type_, left in found.items() if left is not None and left <= ahead[type_]} if self.in_care(now) else {}

    def overdue(self, now: datetime) -> int:
        return max(0, -min(self.due(now).values(), default=0))

    # --- what must not be

    def broken(self) -> Iterator[str]:
        for now in self.told.swept:
            yield from self._at(now)
        for card in self.cards:
            yield from self._about(card)
            yield from self._words(card)
        heard = sum(len(self.heard(card)) for card in self.cards)
        said = sum(word.account == self.id for word in self.told.words)
        if said != heard:
            yield f"{said} words were said, {heard} belong to a card"

    def _at(self, now: datetime) -> Iterator[str]:
        due = self.due(now)
        stand = [card for card in self.cards if card.opened <= now and (card.closed is None or card.closed > now)]
        if len(stand) > 1:
            yield f"{now}: {len(stand)} cards at once"
        if stand and not due:
            yield f"{now}: a card asks for what is not due"
        if due and not stand and not self._rests(now) and not self._is_full(now):
            yield f"{now}: {due} due, and nobody is asked"

    def _rests(self, now: datetime) -> bool:
        """A card was done less than three days ago: for the plays that is the first moment at which they move."""
        done = [card.closed for card in self.cards if card.closed and card.closed <= now]
        return bool(done) and now - next(moved for moved in self.told.moved if moved >= done[-1]) < REST

    def _is_full(self, now: datetime) -> bool:
        """The owner has had the day's cards."""
        owner, house = self.owner(now), self.story.house
        others = [Reading(self.story, number, self.told) for number in range(len(self.story.customers))]
        zone = ZoneInfo(house.zone)
        today = [card for one in others if one.owner(now) == owner for card in one.cards
                 if card.opened <= now and card.opened.astimezone(zone).date() == now.astimezone(zone).date()]  # fmt: skip
        return owner is not None and len(today) >= house.cards_a_day

    def _about(self, card: Card) -> Iterator[str]:
        due, opened = self.due(card.opened), card.opened
        if card.asks not in due or due[card.asks] > min(due.values()):
            yield f"{opened}: asks for {card.asks} when {due} are due"
        before = [one for one in self.cards if one.closed and one.closed <= opened and one is not card]
        if before and opened - before[-1].closed < REST and self.overdue(opened) <= self.overdue(before[-1].closed - QUARTER):
            yield f"{opened}: asks again, the last card was closed at {before[-1].closed}"
        if not waited(self.story.house, opened, card.due, self.zone(opened)):
            yield f"{opened}: the card is due at {card.due}, in {self.zone(opened)}"
        if card.channel != ALERTS:
            yield f"{opened}: the card goes to {card.channel}"

    # --- words

    def heard(self, card: Card) -> list[tuple[datetime, str, str | None]]:
        """What is to be said about a card: when, to whom (None: to the managers), in which words."""
        first = self._moment(card, card.opened + 3 * DAY)
        second = first and self._moment(card, first + 4 * DAY)
        found: list[tuple[datetime, str, str | None]] = [(first, FIRST, self.owner(first))] if first else []
        return found + ([(second, SECOND, self.owner(second)), (second, THIRD, MANAGERS)] if second else [])

    def _moment(self, card: Card, since: datetime) -> datetime | None:
        """The first one from then on at which plays move, if the card stands by then."""
        moved = next((moved for moved in self.told.moved if moved >= since), None)
        return moved if moved and (card.closed is None or card.closed > moved) else None

    def _words(self, card: Card) -> Iterator[str]:
        for at, text, whom in self.heard(card):
            said = [word for word in self.told.words if (word.account, word.at) == (self.id, at) and text in word.text]
            way = MANAGERS if whom == MANAGERS else f"U0{whom.upper()}" if whom in TEAM else ALERTS
            if [word.channel for word in said] != [way]:
                yield f"{at}: {way} should hear “{text}”, {[word.channel for word in said]} did"
            zone = TEAM.get(whom or "", self.story.house.zone)
            yield from (f"{at}: {way} hears at {word.due}" for word in said if not waited(self.story.house, at, word.due, zone))


def broken(story: Story, told: Told) -> list[str]:
    """Everything that is not as the rule has it."""
    return [f"a{number} {problem}" for number in range(len(story.customers)) for problem in Reading(story, number, told).broken()]
