"""Floods are held off; people, and the scanners of their mail, never are; memory does not grow."""

from dataclasses import replace

import pytest
from starlette.requests import Request

from handlers.web.flood import Gate, network_of
from handlers.web.surveys import Gates


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def coming(address: str, method: str = "GET") -> Request:
    return Request({"type": "http", "method": method, "headers": [], "client": (address, 4711)})


def gates(seconds: Seconds) -> Gates:
    """Those that count in `run`, with a clock of ours."""
    for gate in (found := vars(Gates())).values():
        gate._seconds = seconds
    return replace(Gates(), **found)


def test_a_burst_passes_then_a_steady_rate(seconds: Seconds) -> None:
    gate = Gate(3, 0.5, seconds=seconds)
    assert [gate.wait("a") for _ in range(5)] == [0, 0, 0, 2, 2]
    assert gate.wait("b") == 0
    seconds.now = 1.5
    assert gate.wait("a") == 0.5
    seconds.now = 2
    assert [gate.wait("a") for _ in range(2)] == [0, 2]
    seconds.now = 8
    assert [gate.wait("a") for _ in range(4)] == [0, 0, 0, 2]


def test_memory_is_bounded_and_what_is_over_is_forgotten(seconds: Seconds) -> None:
    gate = Gate(5, 1, most=100, seconds=seconds)
    for number in range(10_000):
        assert gate.wait(f"key {number}") == 0
        assert len(gate) <= 100
    seconds.now = 60
    gate.wait("last")
    assert len(gate) == 1


def test_whoever_goes_on_is_not_forgotten_while_others_come(seconds: Seconds) -> None:
    gate = Gate(2, 0.001, most=3, seconds=seconds)
    assert [gate.wait(key) for key in ("flood", "a", "b", "flood")] == [0, 0, 0, 0]
    assert gate.wait("c") == 0
    assert gate.wait("flood") > 0


def test_honest_use_is_never_held_off(seconds: Seconds) -> None:
    """A company behind one address: a hundred letters, four scanners that fetch all links, then people who change their minds."""
    found = gates(seconds)
    for letter in range(100):
        for _ in range(4 * 12):
            assert found.wait(coming("192.0.2.1"), f"token {letter}") == 0
        seconds.now += 1  # a mail server takes five letters a second at most, for everybody
    for letter in range(100):
        assert found.wait(coming("192.0.2.1"), f"token {letter}") == 0
        for _ in range(20):  # as many versions as are kept, without a pause for thought
            for method in ("GET", "POST", "GET"):
                assert found.wait(coming("192.0.2.1", method), f"token {letter}") == 0
            seconds.now += 0.5


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["a token", None])
def test_a_flood_is_held_off(seconds: Seconds, method: str, token: str | None) -> None:
    found = gates(seconds)
    waits = [found.wait(coming("192.0.2.1", method), token) for _ in range(1000)]
    assert 0 < waits[-1] <= 60
    assert found.wait(coming("192.0.2.2"), "another token") == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:" + "x" * 500, "unix:" + "x" * 59),
    ],
)
def test_an_address_is_counted_with_its_neighbours(address: str, network: str) -> None:
    assert network_of(address) == network
