"""`/stay away …`, read."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duty.asking import Asked, Deed, mentioned, read, until_when
from bot.errors import Refused
from handlers.slack.payloads import typed

PRAGUE, AUCKLAND = ZoneInfo("Europe/Prague"), ZoneInfo("Pacific/Auckland")
NOW = datetime(2026, 11, 18, 14, tzinfo=UTC)  # a Wednesday; Thursday, 3 o'clock in Auckland


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", Asked(Deed.SHOW)),
        ("@jana", Asked(Deed.SHOW, "@jana")),
        ("back", Asked(Deed.BACK)),
        ("<@U0JANA|jana> back", Asked(Deed.BACK, "<@U0JANA|jana>")),
        ("until 2026-12-01", Asked(Deed.LEAVE, until="2026-12-01")),
        ("Until tomorrow <@U0BEN|ben>", Asked(Deed.LEAVE, until="tomorrow", stand_in="<@U0BEN|ben>")),
        ("@jana until 2w Oliver Grant", Asked(Deed.LEAVE, "@jana", "2w", "Oliver Grant")),
    ],
)
def test_who_until_when_and_who_stands_in(text: str, asked: Asked) -> None:
    assert read(text) == asked


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("2026-12-01", "2026-12-01 00:00"),
        ("tomorrow", "2026-11-19 00:00"),
        ("thursday", "2026-11-19 00:00"),
        ("Wednesday", "2026-11-25 00:00"),  # today's name means the next one
        ("mon", "2026-11-23 00:00"),
        ("1d", "2026-11-19 00:00"),
        ("2w", "2026-12-02 00:00"),
        ("4h", "2026-11-18 19:00"),
        ("2027-03-29", "2027-03-29 00:00"),  # the clocks have gone forward by then
    ],
)
def test_until_when(written: str, until: str) -> None:
    assert until_when(written, NOW, PRAGUE).astimezone(PRAGUE).strftime("%F %H:%M") == until


def test_days_are_those_where_the_person_is() -> None:
    assert until_when("tomorrow", NOW, AUCKLAND).astimezone(AUCKLAND).strftime("%F %H:%M") == "2026-11-20 00:00"


@given(st.text(max_size=20))
def test_whatever_is_written_is_a_moment_to_come_or_refused_in_words(written: str) -> None:
    with suppress(Refused):
        assert until_when(written, NOW, PRAGUE) > NOW


@pytest.mark.parametrize(
    ("written", "slack_id"), [("<@U0JANA|jana>", "U0JANA"), ("<@U0JANA>", "U0JANA"), ("@jana", None), ("<!channel>", None)]
)
def test_mentions(written: str, slack_id: str | None) -> None:
    assert mentioned(written) == slack_id


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("account Alder &amp; Sons", "account Alder & Sons"),
        ("account &lt;b&gt; &amp;lt;", "account <b> &lt;"),
        ("account <http://acme.example|acme.example>", "account acme.example"),
        ("away until 2w <mailto:ben@ours.example|ben@ours.example>", "away until 2w ben@ours.example"),
        ("account <https://crm.example/1>", "account https://crm.example/1"),
        ("away <@U0JANA|jana> back", "away <@U0JANA|jana> back"),
    ],
)
def test_what_somebody_typed_is_read_as_they_typed_it(sent: str, meant: str) -> None:
    assert typed(sent) == meant
