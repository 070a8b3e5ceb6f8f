"""Codes of languages."""

from babel import Locale, UnknownLocaleError


def known_language(language: str) -> bool:
    """A code in lower case: `en`, `pt-br`."""
    try:
        return language == language.lower() and bool(Locale.parse(language, sep="-"))
    except (UnknownLocaleError, ValueError):
        return False
