"""What a room is called: `acct-northwind-traders-2026-11`. Slack takes lower case, digits and dashes, 80 characters at most."""

import re
from datetime import date
from unicodedata import normalize

LONGEST = 80
_REST = re.compile(r"[^a-z0-9]+")


def _rendered(letters: str, latin: str) -> dict[str, str]:
    return dict(zip(letters, latin.split(), strict=True))


_LATIN = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "n"}
_GREEK = _rendered("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o")
_CYRILLIC = _rendered("абвгдежзийклмнопрстуфхцчшщыэюя", "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch y e yu ya") | {
    "ъ": "",
    "ь": "",
    "і": "i",
    "ї": "i",
    "є": "ie",
    "ґ": "g",
    "ђ": "dj",
    "ј": "j",
    "љ": "lj",
    "њ": "nj",
    "ћ": "c",
    "џ": "dz",
}
_LETTERS = str.maketrans(_LATIN | _GREEK | _CYRILLIC)


def slug(name: str) -> str:
    """Lower-case Latin letters, digits and dashes; Latin, Greek and Cyrillic are rendered. Empty for a name in another script."""
    composed = normalize("NFC", name).lower().translate(_LETTERS)
    bare = "".join(sign for sign in normalize("NFKD", composed) if not "\u0300" <= sign <= "\u036f").translate(_LETTERS)
    return _REST.sub("-", bare).strip("-")


def channel_name(prefix: str, account: str, account_id: str, month: date, number: int = 1) -> str:
    """`number` from 2 on becomes a suffix: the name without it was taken. A name that leaves nothing gives way to the account's id."""
    tail = f"-{month:%Y-%m}" + (f"-{number}" if number > 1 else "")
    middle = slug(account) or slug(account_id) or "account"
    room = LONGEST - len(prefix) - len(tail) - 1
    return f"{prefix}-{middle[:room].strip('-')}{tail}"
