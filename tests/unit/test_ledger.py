"""The contact ledger: who may be written to now, who later, and who never."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from bot.accounts.business_hours import BusinessHours
from bot.durations import Allowance
from bot.playbooks.ledger import Hold, Ledger, Send, Skip
from bot.playbooks.rulebook import House
from models import Account, Base, Contact, Touch

NOW = datetime(2026, 3, 31, 10, tzinfo=UTC)
ONE = timedelta(days=1)
WEEK = timedelta(days=7)
HOUSE = House(
    zone=ZoneInfo("UTC"),
    hours=BusinessHours.parse("Mon-Sun 00:00-24:00", "UTC"),
    managers="#managers",
    admins="#admins",
    manager_emails=("lead@ours.example",),
    per_contact=Allowance(2, WEEK),
    per_account=Allowance(3, WEEK),
)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        opened.execute(insert(Account).values(id="a", name="A", polled_at=NOW))
        yield opened
    engine.dispose()


def person(session: Session, name: str, role: str = "admin", **more: Any) -> None:
    about = {"id": name, "account_id": "a", "name": name.title(), "email": f"{name}@a.example", "role": role, "polled_at": NOW}
    session.execute(insert(Contact).values(about | more))


def touched(session: Session, name: str, *ago: timedelta) -> None:
    for length in ago:
        session.execute(insert(Touch).values(at=NOW - length, account_id="a", contact_id=name, channel="email", what="welcome"))


def ask(session: Session, to: str = "admin", *, contact: str = "", essential: bool = False, pressing: bool = False) -> Send | Hold | Skip:
    return Ledger(session, HOUSE, ["a"], NOW).decide(to, "a", contact, "csm@ours.example", essential, pressing)


def whom(answer: Send | Hold | Skip) -> str | None:
    return answer.contact.id if isinstance(answer, Send) and answer.contact else None


def test_the_first_with_the_role_gets_it(session: Session) -> None:
    person(session, "cy", role="Admin")
    person(session, "bo", role="champion")
    person(session, "di")
    assert whom(ask(session)) == "cy"
    assert whom(ask(session, "champion")) == "bo"
    assert whom(ask(session, "contact", contact="di")) == "di"


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"email": None}, "no_address"),
        ({"opted_out": True}, "opted_out"),
        ({"unsubscribed_at": NOW}, "unsubscribed"),
        ({"bounced_at": NOW}, "bounced"),
    ],
)
def test_who_is_not_written_to_is_passed_over(session: Session, state: dict[str, Any], reason: str) -> None:
    person(session, "cy", **state)
    assert ask(session) == Skip(reason)
    person(session, "di")
    assert whom(ask(session)) == "di"


def test_what_the_contract_needs_reaches_those_who_unsubscribed_and_nobody_who_opted_out(session: Session) -> None:
    person(session, "cy", unsubscribed_at=NOW)
    assert whom(ask(session, essential=True)) == "cy"
    person(session, "di", role="legal", opted_out=True)
    assert ask(session, "legal", essential=True) == Skip("opted_out")


def test_who_has_left_is_nobody(session: Session) -> None:
    person(session, "cy", gone_at=NOW)
    assert ask(session) == Skip("nobody")


def test_our_own_people_have_no_limit(session: Session) -> None:
    person(session, "cy")
    touched(session, "cy", *[ONE] * 9)
    assert ask(session, "csm", pressing=True) == Send("csm@ours.example")
    assert ask(session, "managers", pressing=True) == Send("lead@ours.example")
    assert ask(session, "lead@ours.example", pressing=True) == Send("lead@ours.example")
    assert Ledger(session, HOUSE, ["a"], NOW).decide("csm", "a", "", None, False, False) == Skip("no_owner")


def test_a_full_contact_waits_until_a_place_comes_free(session: Session) -> None:
    person(session, "cy")
    touched(session, "cy", 8 * ONE, 6 * ONE)
    assert whom(ask(session)) == "cy"
    touched(session, "cy", ONE)
    assert ask(session) == Hold(NOW + ONE, "limit")
    assert whom(ask(session, essential=True)) == "cy"


def test_a_full_account_holds_all_its_contacts(session: Session) -> None:
    person(session, "cy")
    for name, ago in (("x", 1), ("y", 2), ("z", 3)):
        person(session, name, role="user")
        touched(session, name, ago * ONE)
    assert ask(session) == Hold(NOW + 4 * ONE, "limit")


def test_what_this_batch_writes_counts_at_once(session: Session) -> None:
    person(session, "cy")
    ledger = Ledger(session, HOUSE, ["a"], NOW)
    for _ in range(2):
        answer = ledger.decide("admin", "a", "", None, False, False)
        assert isinstance(answer, Send)
        assert answer.contact
        ledger.sent("a", answer.contact, NOW)
    assert ledger.decide("admin", "a", "", None, False, False) == Hold(NOW + WEEK, "limit")


def test_pressing_trouble_holds_letters_back_but_for_the_contract(session: Session) -> None:
    person(session, "cy")
    assert ask(session, pressing=True) == Hold(NOW + ONE, "unless")
    assert whom(ask(session, pressing=True, essential=True)) == "cy"


HOURS = st.lists(st.integers(0, 400), max_size=8)


@settings(deadline=None, max_examples=60)
@given(hours=HOURS, count=st.integers(1, 4), days=st.integers(1, 9))
def test_within_any_window_there_are_never_more_than_allowed(hours: list[int], count: int, days: int) -> None:
    """Somebody wants to write at each of these hours, and again whenever the ledger says."""
    sent = simulate(sorted(hours), Allowance(count, timedelta(days=days)))
    for at in sent:
        assert sum(at <= other < at + timedelta(days=days) for other in sent) <= count
    assert len(sent) == len(hours), "held back, never lost"


def simulate(hours: list[int], allowance: Allowance) -> list[datetime]:
    cy = Contact(id="cy", account_id="a", name="Cy", email="cy@a.example", role="admin", opted_out=False)
    house = House(HOUSE.zone, HOUSE.hours, "#m", "#a", per_contact=allowance, per_account=Allowance(1000, WEEK))
    sent: list[datetime] = []
    for hour in hours:
        now = NOW + timedelta(hours=hour)
        while True:
            ledger = Ledger(None, house, [], now)  # type: ignore[arg-type]
            ledger._contacts["a"] = [cy]
            for at in sent:
                ledger.sent("a", cy, at)
            answer = ledger.decide("admin", "a", "", None, False, False)
            if isinstance(answer, Send):
                sent.append(now)
                break
            assert isinstance(answer, Hold)
            assert answer.until > now
            now = answer.until
    return sent
