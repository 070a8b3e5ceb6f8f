"""The environment in which letters are written: sandboxed, strict, with dates, numbers and plural forms of the letter's language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from jinja2 import FunctionLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

Loaded = tuple[str, str, Callable[[], bool]] | None


def wording(load: Callable[[str], Loaded]) -> ImmutableSandboxedEnvironment:
    """`load` gives a template's text and file name by its name."""
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"date": _date, "number": _number, "money": _money, "plural": _plural}
    return environment


def known_language(language: str) -> bool:
    try:
        return bool(Locale.parse(language))
    except (UnknownLocaleError, ValueError):
        return False


def _locale(context: Context) -> Locale:
    return Locale.parse(context["language"])


@pass_context
def _date(context: Context, day: date | datetime) -> str:
    """5 December 2026, 5. prosince 2026, 5 декабря 2026 г."""
    locale = _locale(context)
    if locale.language == "en" and not locale.territory:
        return format_date(day, "d MMMM y", locale=locale)
    return format_date(day, "long", locale=locale)


@pass_context
def _number(context: Context, value: float | Decimal) -> str:
    return format_decimal(value, locale=_locale(context))


@pass_context
def _money(context: Context, amount: float | Decimal, currency: str) -> str:
    return format_currency(amount, currency, locale=_locale(context))


@pass_context
def _plural(context: Context, count: float, forms: Mapping[str, Any]) -> str:
    """The form of a word that goes with a count: `{"one": "year", "other": "years"}`; Czech and Russian have `few` and `many` too."""
    return str(forms.get(_locale(context).plural_form(count), forms["other"]))
