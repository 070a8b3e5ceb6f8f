"""The letters: one folder each, with a folder for each language. A team's own letter takes the place of a shipped one.

<letter>/letter.yml                  about, essential, fits, needs
<letter>/<language>/subject.txt.j2   body.txt.j2   body.html.j2
_layout.html.j2, _by_hand.html.j2, _sign/…, _footer/…  shared parts; a team's own file takes the place of a shipped one
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import Finding
from bot.letters.broken import LetterBroken
from bot.letters.clean import LONGEST_OF_OURS, header, lines, paragraphed, values
from bot.letters.facts import Draft, LetterFacts, Written
from bot.letters.form import SHIPPED, LetterForm, form_in, is_name, shipped_needs
from bot.letters.languages import known_language
from bot.letters.links import UNSUBSCRIBE
from bot.letters.sample import sample_values

if TYPE_CHECKING:
    from bot.letters.wording import Loaded, Templates

FILES = ("subject.txt.j2", "body.txt.j2", "body.html.j2")
ENGLISH = "en"
DOUBLE_STOP = re.compile(r"(?<!\.)\.\.(?=[\s<]|$)")
"""A sentence that ends with `Customer & Co.` or `2026 г.` has one stop."""
NEEDS = "a letter has letter.yml and a folder for each language with " + ", ".join(FILES)


class Letters:
    """`links` are the settings' named links; `language` is that of contacts whose own is unknown or not written.

    What the files say is read once: a changed letter counts for the next pass, which has its own `Letters`.
    """

    def __init__(self, own: Path | None, links: Mapping[str, str] | None = None, language: str = ENGLISH) -> None:
        self._own, self._links, self._language = own, dict(links or {}), language
        self._forms: dict[str, LetterForm | None] = {}
        self._languages: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _templates(self) -> "Templates":
        from bot.letters.wording import Templates  # noqa: PLC0415 (Jinja and Babel are for those who write a letter: few passes do)

        return Templates(self._load)

    @cached_property
    def _folders(self) -> Mapping[str, Path]:
        places = [SHIPPED, *([self._own] if self._own and self._own.is_dir() else [])]
        return {folder.name: folder for place in places for folder in sorted(place.iterdir()) if folder.is_dir() and is_name(folder.name)}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._folders))

    @property
    def common(self) -> tuple[str, ...]:
        """Those that need no more than the usual facts: a person may choose them, and a playbook may send them."""
        return tuple(name for name in self.names if not self.needs(name))

    def needs(self, name: str) -> frozenset[str]:
        """The facts beside the usual ones. A team's own letter has those of the shipped one in whose place it stands."""
        form = None if self._folders[name].parent == SHIPPED else self.form(name)
        return shipped_needs().get(name, frozenset()) | frozenset(form.needs if form else ())

    def languages(self, name: str) -> tuple[str, ...]:
        """The languages in which the letter is there, by their codes."""
        if name not in self._languages:
            folder = self._folders.get(name)
            self._languages[name] = tuple(sorted(place.name for place in folder.iterdir() if place.is_dir())) if folder else ()
        return self._languages[name]

    def form(self, name: str) -> LetterForm | None:
        """What letter.yml says; None when it cannot be read."""
        if name not in self._forms:
            self._forms[name] = form_in(self._folders[name], [])
        return self._forms[name]

    def essential(self, name: str) -> bool:
        form = self.form(name)
        return bool(form and form.essential)

    def write(self, name: str, locale: str | None, facts: LetterFacts) -> Written:
        """The letter in the contact's language, else in the workspace's, else in English. LetterBroken when a template fails."""
        language = self.language(name, locale)
        essential = self.essential(name)
        found = self._facts(facts, language, essential)
        subject, text, html = (self._render(f"{name}/{language}/{file}", found) for file in FILES)
        text = paragraphed(text) + ("" if essential else self._ending(language, found)) + "\n"
        return Written(header(subject), text, html.strip() + "\n", language, essential)

    def draft(self, name: str, locale: str | None, facts: LetterFacts) -> Draft:
        """Subject and text alone, for a person to change. LetterBroken when a template fails."""
        language = self.language(name, locale)
        found = self._facts(facts, language, self.essential(name))
        subject, text = (self._render(f"{name}/{language}/{file}", found) for file in FILES[:2])
        return Draft(header(subject), paragraphed(text), language)

    def finish(self, draft: Draft, facts: LetterFacts) -> Written:
        """What a person wrote, word for word, with the footer of its language, and as HTML in the layout of all letters."""
        found = self._facts(facts, draft.language, essential=False)
        paragraphs = lines(draft.text)
        text = "\n\n".join("\n".join(paragraph) for paragraph in paragraphs)
        body, mark, footer = self._templates.fill("_by_hand.html.j2", found | {"paragraphs": paragraphs}).strip().partition("<footer")
        html = body + mark + DOUBLE_STOP.sub(".", footer) + "\n"
        return Written(header(draft.subject), text + self._ending(draft.language, found) + "\n", html, draft.language, essential=False)

    def language(self, name: str, locale: str | None) -> str:
        """cs-CZ → cs → the workspace's → en → whatever there is."""
        there = self.languages(name)
        if not there:
            raise LetterBroken(f"there is no letter `{name}`: known are {', '.join(self.names)}")
        return self._nearest(there, locale)

    def footer_language(self, locale: str | None) -> str:
        """The same for a text that is no letter's: the languages are those of the footers."""
        return self._nearest(self.footers, locale)

    @cached_property
    def footers(self) -> tuple[str, ...]:
        """The languages in which there is a footer."""
        places = [place / "_footer" for place in (SHIPPED, self._own) if place]
        return tuple(sorted({file.name.removesuffix(".txt.j2") for place in places for file in place.glob("*.txt.j2")}))

    def _nearest(self, there: Sequence[str], locale: str | None) -> str:
        asked = (locale or "").replace("_", "-").lower()
        wanted = (asked, asked.partition("-")[0], self._language, ENGLISH)
        return next((language for language in wanted if language in there), there[0])

    def _facts(self, facts: LetterFacts, language: str, essential: bool) -> dict[str, Any]:
        found: dict[str, Any] = values(facts.extra, LONGEST_OF_OURS) | values(facts.plain())
        return found | {"links": self._links, "essential": essential, "language": language, "unsubscribe": UNSUBSCRIBE}

    def _ending(self, language: str, found: Mapping[str, object]) -> str:
        return "\n\n-- \n" + self._render(f"_footer/{self._footer(language)}.txt.j2", found).strip()

    def check(self) -> list[Finding]:
        """Everything that is wrong with the letters: each is written in each language, with and without what may be missing."""
        if self._own and not self._own.is_dir():
            return [Finding(str(self._own), "there is no such folder", "make it, or correct `letters` in the settings")]
        return [finding for name in self.names for finding in self._check(name)]

    def _check(self, name: str) -> list[Finding]:
        findings: list[Finding] = []
        form_in(self._folders[name], findings)
        if not self.languages(name):
            findings.append(Finding(str(self._folders[name]), "the letter is written in no language", NEEDS))
        for language in self.languages(name):
            findings += self._check_language(name, language)
        return findings

    def _check_language(self, name: str, language: str) -> list[Finding]:
        folder = self._folders[name] / language
        if not known_language(language):
            return [Finding(str(folder), f"`{language}` is no language", "allowed: a code such as en, cs or pt-br in lower case")]
        missing = [Finding(str(folder / file), "the file is missing", NEEDS) for file in FILES if not (folder / file).is_file()]
        return missing or [finding for file in FILES if (finding := self._check_file(name, language, file))]

    def _check_file(self, name: str, language: str, file: str) -> Finding | None:
        essential = self.essential(name)
        for facts in sample_values(self.needs(name)):
            found = facts | {"links": self._links, "essential": essential, "language": language, "unsubscribe": UNSUBSCRIBE}
            try:
                written = self._render(f"{name}/{language}/{file}", found)
            except LetterBroken as error:
                place, _, problem = str(error).partition(": ")
                return Finding(place, problem, "docs/letters.md lists what a letter may say")
            if not written.strip():
                return Finding(f"{self._folders[name] / language / file}:1", "nothing is written", "write something for every case")
            if file == FILES[2] and not essential and UNSUBSCRIBE not in written:
                cure = 'begin the file with {% extends "_layout.html.j2" %}, or add a link to {{ unsubscribe }}'
                return Finding(f"{self._folders[name] / language / file}:1", "there is no link to unsubscribe", cure)
        return None

    def _render(self, template: str, found: Mapping[str, object]) -> str:
        return DOUBLE_STOP.sub(".", self._templates.fill(template, found))

    def _footer(self, language: str) -> str:
        return next(one for one in (language, language.partition("-")[0], ENGLISH) if self._file(f"_footer/{one}.txt.j2"))

    def _load(self, template: str) -> "Loaded":
        file = self._file(template)
        return (file.read_text("utf-8"), str(file), lambda: True) if file else None

    def _file(self, template: str) -> Path | None:
        """A letter's own templates are in its folder only; shared parts may be a team's own, one by one."""
        first, _, rest = template.partition("/")
        if first in self._folders:
            places = [self._folders[first] / rest]
        else:
            places = [place / template for place in (self._own, SHIPPED) if place and first.startswith("_") and ".." not in template]
        return next((file for file in places if file.is_file()), None)
