"""The deck's words, dates and numbers in the picture's language; languages without words get English."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files

import yaml
from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from bot.reviews.deck.text import shortened

ENGLISH = "en"


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(files("bot.reviews.deck").joinpath("words.yml").read_text("utf-8"))
    return found


def languages() -> set[str]:
    """Those that have every word."""
    return set.intersection(*(set(words) for words in _table().values()))


class Say:
    def __init__(self, language: str) -> None:
        spoken = language.replace("_", "-").partition("-")[0].lower()
        self.language = spoken if spoken in languages() else ENGLISH
        self._locale = Locale.parse(self.language)

    def __call__(self, name: str, **values: object) -> str:
        return _table()[name][self.language].format(**values)

    def knows(self, name: str) -> bool:
        return name in _table()

    def day(self, on: date) -> str:
        """3 December 2026, 3. prosince 2026, 3 декабря 2026 г."""
        return format_date(on, "d MMMM y" if self.language == ENGLISH else "long", locale=self._locale)

    def moment(self, at: datetime) -> str:
        """With the clock: the caller chooses the zone."""
        return f"{self.day(at.date())}, {format_time(at, 'HH:mm' if self.language == ENGLISH else 'short', locale=self._locale)}"

    def short_day(self, on: date) -> str:
        """3 Dec, 3.12., 3 дек."""
        return format_date(on, {"en": "d MMM", "cs": "d.M."}.get(self.language, "d MMM"), locale=self._locale)

    def month(self, on: date) -> str:
        return format_date(on, "LLL y", locale=self._locale)

    def number(self, value: float) -> str:
        """41, 4.2, 0.62: whole from ten on."""
        places = "#,##0" if abs(value) >= 9.95 else "#,##0.#" if abs(value) >= 0.995 else "#,##0.##"
        return format_decimal(value, places, locale=self._locale)

    def change(self, share: float) -> str:
        """+18 %, −7 %."""
        return f"{'+' if share >= 0 else '−'}{format_decimal(abs(share) * 100, '#,##0', locale=self._locale)} %"

    def names(self, names: tuple[str, ...], most: int) -> str:
        shown = ", ".join(shortened(name, 40) for name in names[:most])
        return self("others", names=shown, count=len(names) - most) if len(names) > most else shown
