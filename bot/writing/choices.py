"""Which letters a person may begin with: those that fit the alert first."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from babel import Locale, UnknownLocaleError

from bot.errors import Finding
from bot.letters.library import Letters
from bot.messages import catalog as m
from bot.playbooks.definition import AlertKind, library
from bot.writing.place import Place

BLANK = m.WriteModal.BLANK


@dataclass(frozen=True)
class Choices:
    fitting: tuple[str, ...]
    others: tuple[str, ...]


def choices(letters: Letters, place: Place) -> Choices:
    """A letter fits by a playbook that speaks for the alert, best of all by the first one; else by its card; else by its kind.

    Of two that fit alike, the one that names it earlier comes first.
    """
    marks, written = _marks(place), [name for name in letters.common if letters.languages(name)]
    ranks = {name: rank for name in written if (rank := _rank(letters, name, marks)) is not None}
    fitting = sorted(ranks, key=lambda name: (ranks[name], name))
    return Choices(tuple(fitting), tuple(name for name in written if name not in ranks))


def _marks(place: Place) -> Sequence[str]:
    """What the alert goes by, the most telling first."""
    if place.alert is None:
        return ()
    playbooks = [reason.playbook for reason in place.reasons if reason.ended_at is None] or [place.alert.playbook]
    return [*dict.fromkeys(playbooks), place.alert.card, place.alert.kind]


def _rank(letters: Letters, name: str, marks: Sequence[str]) -> tuple[int, int] | None:
    form = letters.form(name)
    return min(((marks.index(mark), at) for at, mark in enumerate(form.fits) if mark in marks), default=None) if form else None


def shown(letters: Letters, names: Iterable[str]) -> tuple[m.LetterChoice, ...]:
    return tuple(m.LetterChoice(name, form.about if (form := letters.form(name)) else "") for name in names)


def languages_of(letters: Letters, letter: str) -> tuple[m.Language, ...]:
    """Those in which the letter is written; an empty one may be in any language that has a footer."""
    codes = letters.footers if letter == BLANK else letters.languages(letter)
    return tuple(m.Language(code, _english(code)) for code in codes)


def _english(code: str) -> str:
    try:
        return Locale.parse(code, sep="-").english_name or code
    except (UnknownLocaleError, ValueError):
        return code


def language_for(letters: Letters, letter: str, locale: str | None) -> str:
    return letters.footer_language(locale) if letter == BLANK else letters.language(letter, locale)


def misfits(letters: Letters, playbooks: Collection[str]) -> Iterable[Finding]:
    """What letters fit to that there is not: `playbooks` are the enabled ones."""
    known = {*playbooks, *(file.name.removesuffix(".yml") for file in library()), *m.CardName, *AlertKind}
    for name in letters.names:
        form = letters.form(name)
        for mark in form.fits if form else ():
            if mark not in known:
                near = get_close_matches(mark, known, n=1)
                cure = f"nearest: {near[0]}" if near else "allowed: an enabled playbook, a card or a kind of alert"
                yield Finding(f"letter {name}: fits", f"nothing is called `{mark}`", cure, fatal=False)
