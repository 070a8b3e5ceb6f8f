"""The environment in which letters are written: sandboxed, strict, with dates, numbers and plural forms of the letter's language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import CodeType
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_location
from babel.numbers import format_currency, format_decimal
from jinja2 import BytecodeCache, FunctionLoader, StrictUndefined, TemplateError, TemplateSyntaxError, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.letters.broken import LetterBroken

Loaded = tuple[str, str, Callable[[], bool]] | None
"""A template's text and file name, and whether they still count; None: there is none."""


class _Compiled(BytecodeCache):
    """Every pass and every click has its own environment; a template is compiled once for all of them, and anew when its text changes."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        text, code = self._known.get(bucket.key, ("", None))
        if text == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.checksum, bucket.code


_COMPILED = _Compiled()


class Templates:
    """Letters' templates. `load` gives a template's text and file name by its name."""

    def __init__(self, load: Callable[[str], Loaded]) -> None:
        self._load, self._environment = load, wording(load)

    def fill(self, template: str, found: Mapping[str, object]) -> str:
        try:
            return self._environment.get_template(template).render(found)
        except Exception as error:  # a template can fail in as many ways as Python can; each is told with its place
            raise LetterBroken(f"{self._place(template, error)}: {_words(error)}") from error

    def _place(self, template: str, error: Exception) -> str:
        """The file and the line: a syntax error knows them, others are found by the innermost template in the traceback."""
        if isinstance(error, TemplateSyntaxError) and error.filename:
            return f"{error.filename}:{error.lineno}"
        found = self._load(template)
        at, trace = f"{found[1] if found else template}:1", error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename.endswith(".j2"):
                at = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            trace = trace.tb_next
        return at


def _words(error: Exception) -> str:
    return str(error.message) if isinstance(error, TemplateError) and error.message else f"{type(error).__name__}: {error}"


def wording(load: Callable[[str], Loaded]) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_COMPILED,
    )
    environment.filters |= {"date": _date, "number": _number, "money": _money, "plural": _plural}
    environment.filters |= {"weekday": _weekday, "clock": _clock, "city": _city}
    return environment


def _locale(context: Context) -> Locale:
    return Locale.parse(context["language"], sep="-")


@pass_context
def _date(context: Context, day: date | datetime) -> str:
    """5 December 2026, 5. prosince 2026, 5 декабря 2026 г."""
    locale = _locale(context)
    if locale.language == "en" and not locale.territory:
        return format_date(day, "d MMMM y", locale=locale)
    return format_date(day, "long", locale=locale)


@pass_context
def _weekday(context: Context, day: date | datetime) -> str:
    """Saturday 5 December 2026, sobota 5. prosince 2026."""
    locale = _locale(context)
    british = locale.language == "en" and not locale.territory
    return format_date(day, "EEEE d MMMM y" if british else "full", locale=locale)


@pass_context
def _clock(context: Context, moment: datetime) -> str:
    """15:00, by the moment's own zone."""
    return format_time(moment.time(), "H:mm", locale=_locale(context))


@pass_context
def _city(context: Context, zone: str) -> str:
    """Prague, Praha, Прага: what people call a zone such as Europe/Prague."""
    return get_timezone_location(zone, locale=_locale(context), return_city=True)


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
