"""Sources asked at the same time: what comes is kept, what does not is named; and what the CRM says now beside what was swept."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from bot.charts.chart import chart_of
from bot.connectors.ports import Page
from bot.details.gather import OUR_FAULT, Answers, Gathered, Record, Section, Tickets, Trends, Written, gather
from bot.details.known import without_money
from bot.details.merge import changes, charts_in, filled
from bot.details.sources import CrmSource, values_of
from bot.details.threads import AT_ONCE
from bot.errors import SourceFailed
from bot.messages import catalog as m
from bot.messages.catalog.detail_examples import OPENING
from models import Account

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TICKET = m.Ticket("Export fails", "open", NOW)
WRITTEN = {"outcome": "saved", "note": "They merge", "next_step": None}
ANSWER = m.Answer("NPS", NOW, 3, "Marta", "too slow")
CHART = chart_of("Active users", "a day", [(date(2026, 11, 2), 4.0), (date(2026, 11, 9), 2.0)])


@dataclass
class Told:
    """A source that does as the test says."""

    name: str
    does: Callable[[], Awaitable[tuple[Section, ...]]]

    async def load(self, account_id: str) -> tuple[Section, ...]:
        return await self.does()


def at_once(*sections: Section) -> Callable[[], Awaitable[tuple[Section, ...]]]:
    async def tell() -> tuple[Section, ...]:
        return sections

    return tell


def failing(error: Exception) -> Callable[[], Awaitable[tuple[Section, ...]]]:
    async def fail() -> tuple[Section, ...]:
        raise error

    return fail


async def never() -> tuple[Section, ...]:
    await asyncio.sleep(30)
    return ()


async def test_what_comes_is_kept_and_what_does_not_is_named() -> None:
    sources = [
        Told("Support", at_once(Tickets((TICKET,)))),
        Told("Usage", never),
        Told("CRM", failing(SourceFailed("connection refused"))),
        Told("Surveys", failing(ZeroDivisionError("inside"))),
        Told("Reviews", at_once(Answers((ANSWER,)))),
    ]
    began = time.monotonic()
    found = await gather(sources, "a", 0.05)
    assert time.monotonic() - began < 20  # not 30
    assert list(found.came) == ["Support", "Reviews"]
    assert found.of(Tickets) == (Tickets((TICKET,)),)
    assert found.missing == (
        m.MissingSource("Usage", seconds=0.05),
        m.MissingSource("CRM", why="connection refused"),
        m.MissingSource("Surveys", why=OUR_FAULT),
    )


async def test_all_are_asked_at_the_same_time() -> None:
    together = asyncio.Barrier(3)

    async def meet() -> tuple[Section, ...]:
        await together.wait()
        return ()

    found = await gather([Told(name, meet) for name in "abc"], "a", 1)
    assert not found.missing


async def test_without_a_source_nothing_is_missing() -> None:
    assert await gather([], "a") == Gathered({})


class StuckCrm:
    """Every reading waits until it is let go."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), 0

    def find(self, account_id: str) -> Page | None:
        self.begun += 1
        self.go.wait(5)
        return None


async def test_a_stuck_source_holds_a_few_threads_and_what_waits_is_never_begun() -> None:
    crm = StuckCrm()
    source = CrmSource(crm)  # type: ignore[arg-type]
    found = await asyncio.gather(*(gather([source], "a", 0.1) for _ in range(AT_ONCE * 5)))
    assert {one.missing for one in found} == {(m.MissingSource("CRM", seconds=0.1),)}
    assert crm.begun == AT_ONCE
    crm.go.set()
    assert (await gather([source], "a", 2)).came == {"CRM": (Record(None),)}
    assert crm.begun == AT_ONCE + 1


def account(**columns: object) -> Account:
    values = {
        "id": "a",
        "name": "Acme",
        "arr": 9_000.0,
        "currency": "EUR",
        "plan": "Team",
        "seats": 5,
        "stage": "growth",
        "crm_stage": "growth",
    }
    return Account(**values | {"renewal_on": date(2027, 3, 12), "extra": {"sso": True, "since": "2026-01-31"}} | columns)


SAME = {
    "name": "Acme", "arr": 9_000.0, "currency": "EUR", "plan": "Team", "seats": 5, "stage": "growth", "renewal_on": date(2027, 3, 12),
    "sso": True, "since": date(2026, 1, 31),
}  # fmt: skip


def test_a_record_that_says_what_the_sweep_read_has_no_changes() -> None:
    assert changes(account(), SAME) == ()
    assert changes(account(stage="adoption"), SAME) == (), "a playbook set our stage; the CRM says what it said"


def test_a_changed_record_is_told_column_by_column() -> None:
    told = changes(account(), SAME | {"plan": "Enterprise", "renewal_on": None, "sso": False, "new_column": 4.0, "stage": "churned"})
    assert set(told) == {
        m.CrmChange("plan", "Team", "Enterprise"),
        m.CrmChange("renewal_on", date(2027, 3, 12), None),
        m.CrmChange("sso", True, False),
        m.CrmChange("new_column", None, 4.0),
        m.CrmChange("stage", "growth", "churned"),
    }


def gathered(values: dict[str, object] | None) -> Gathered:
    return Gathered(
        {"CRM": (Record(values),), "Usage": (Trends((CHART,)),), "Surveys": (Answers((ANSWER,)),), "Notes": (Written(WRITTEN),)}
    )  # type: ignore[arg-type]


def test_the_facts_are_those_of_the_crm_at_this_moment() -> None:
    found = filled(OPENING, account(), gathered(SAME | {"arr": 12_000.0, "currency": "USD", "plan": "Enterprise", "seats": 9}))
    assert found.facts is not None
    assert (found.facts.arr, found.facts.plan, found.facts.seats) == (m.Money(12_000, "USD"), "Enterprise", 9)
    assert found.live.came == ("CRM", "Usage", "Surveys", "Notes")
    assert found.live.written == (("outcome", "saved"), ("note", "They merge"))
    assert found.live.waiting == ()


def test_a_picture_without_a_file_is_told_in_words() -> None:
    assert charts_in(gathered(SAME)) == (CHART,)
    assert filled(OPENING, account(), gathered(SAME)).live.charts == (m.ChartFact("Active users", CHART.alt, None),)
    assert filled(OPENING, account(), gathered(SAME), ["F1"]).live.charts == (m.ChartFact("Active users", CHART.alt, "F1"),)


def test_an_account_that_the_crm_no_longer_has_keeps_what_was_known() -> None:
    found = filled(OPENING, account(), gathered(None))
    assert found.live.gone
    assert found.facts == OPENING.facts
    assert not filled(OPENING, account(), Gathered({}, (m.MissingSource("CRM", "refused"),))).live.gone


def test_without_sight_there_is_no_money_and_no_comment_however_it_comes() -> None:
    opening = replace(
        OPENING,
        signals=(
            *OPENING.signals,
            m.Signal("arr", 48_000, "CRM"),
            m.Signal("currency", "EUR", "CRM"),
            m.Signal("note", "They merge", "CRM"),
        ),
    )
    found = filled(without_money(opening), account(), gathered(SAME | {"arr": 12_345.0, "currency": "USD"}))
    assert found.withheld
    for hidden in ("48000", "48_000", "12345", "USD", "EUR", "too slow", "They merge", "champion", "floor", "You know them best"):
        assert hidden not in str(found).replace("alt=", ""), hidden
    assert "Marta" in str(found)


def test_a_row_is_read_as_a_sweep_reads_it() -> None:
    page = Page(("id", "name", "arr", "since", "secret"), [("a", " Acme ", "48000.50", "2026-01-31", None)])
    values = values_of(page)
    assert (values["name"], values["arr"], values["since"], values["secret"]) == ("Acme", 48000.5, date(2026, 1, 31), None)
    with pytest.raises(SourceFailed, match="arr: found 'much', wanted a number"):
        values_of(Page(("id", "name", "arr"), [("a", "Acme", "much")]))
    with pytest.raises(SourceFailed, match="gives no column 'name'"):
        values_of(Page(("id",), [("a",)]))
