"""Until when an alert must be taken: the first deadline whose priority it reaches."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.accounts.business_hours import BusinessHours
from bot.alerts.deadlines import take_by
from bot.settings.forms import AlertSettings

HOURS = BusinessHours.parse("Mon-Fri 09:00-18:00", "Europe/Prague")
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)
ALERTS = AlertSettings.model_validate(
    {"deadlines": [{"priority": 100_000, "within": "2h"}, {"priority": 20_000, "within": "4h"}, {"within": "1d"}]}
)


@pytest.mark.parametrize(
    ("priority", "length"),
    [(250_000, 2), (100_000, 2), (99_999, 4), (20_000, 4), (19_999, 24), (None, 24)],
)
def test_the_first_that_fits_counts(priority: float | None, length: int) -> None:
    assert take_by(ALERTS, HOURS, priority, NOW, None) == NOW + timedelta(hours=length)


def test_where_none_fits_there_is_no_deadline() -> None:
    only_great = AlertSettings.model_validate({"deadlines": [{"priority": 100_000, "within": "2h"}]})
    assert take_by(only_great, HOURS, 99_999, NOW, None) is None
    assert take_by(only_great, HOURS, None, NOW, None) is None


def test_it_runs_in_the_business_time_of_the_owner() -> None:
    assert take_by(ALERTS, HOURS, 250_000, NOW, "America/New_York") == datetime(2026, 11, 18, 16, tzinfo=UTC)


def test_by_itself_an_alert_has_a_business_day() -> None:
    friday = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert take_by(AlertSettings(), HOURS, None, friday, None) == datetime(2026, 11, 23, 15, tzinfo=UTC)
