"""Lengths of time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.durations import describe, parse_duration


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("45s", timedelta(seconds=45)),
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("2w", timedelta(14)),
    ],
)
def test_is_read(text: str, meant: timedelta) -> None:
    assert parse_duration(text) == meant


@pytest.mark.parametrize("text", ["", "2", "d", "2 moons", "-2d", "1.5h", "٢d", "999999w", "2d 3h"])
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: "):
        parse_duration(text)


@given(st.integers(0, 10**8))
def test_is_described_as_it_would_be_written(seconds: int) -> None:
    length = timedelta(seconds=seconds)
    written = describe(length)
    if len(written) <= 7:
        assert parse_duration(written) == length
