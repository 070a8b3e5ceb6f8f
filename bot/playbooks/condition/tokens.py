"""From text to the words that are allowed.

Each signal, literal and TODAY becomes an atom and is handed on as the quoted name of its index, so that the parser
meets nothing that the author spelled. What is not allowed is reported here, where its position is known.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from enum import Enum
from typing import Final

from sqlglot import Token, TokenType
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Tokenizer

from bot.accounts.catalogue import Catalogue, Signal
from bot.playbooks.condition import limits
from bot.playbooks.condition.literals import day_of, number_of
from bot.playbooks.condition.mistakes import ALLOWED, Mistakes

SYMBOLS: Final = frozenset(("=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", ",", "(", ")"))
KEYWORDS: Final = frozenset(("AND", "OR", "NOT", "IN", "BETWEEN", "IS", "NULL", "LIKE"))
FUNCTIONS: Final = ("ABS", "COALESCE")
REFUSED_FUNCTION: Final = "REFUSED"
_WORD = re.compile(r"[^\W\d]\w*")
_DAYS = {"d": 1, "w": 7}


class Word(Enum):
    """Atoms that are neither a signal nor a literal."""

    today = "TODAY"
    refused = "already reported"


CONSTANTS: Final[dict[str, Word | bool]] = {"TODAY": Word.today, "TRUE": True, "FALSE": False}


@dataclass(frozen=True)
class Atom:
    """The smallest thing with a value, and where it stands in the text."""

    value: Signal | float | str | bool | date | Word
    start: int
    end: int


@dataclass
class Tokens:
    """What the parser gets, and what the numbers in it mean."""

    tokens: list[Token] = field(default_factory=list)
    atoms: list[Atom] = field(default_factory=list)


def read_tokens(text: str, catalogue: Catalogue, mistakes: Mistakes) -> Tokens | None:
    """Everything that may stay; the rest goes to `mistakes`. None when what follows would make no sense."""
    try:
        found = Tokenizer().tokenize(text)
    except SqlglotError:
        cure = "close it; a quote inside text is written twice"
        mistakes.add(max(text.rfind("'"), 0), "a quote is opened and never closed", cure)
        return None
    return _Reader(text, found, catalogue, mistakes).read()


class _Reader:
    def __init__(self, text: str, found: list[Token], catalogue: Catalogue, mistakes: Mistakes) -> None:
        self.text = text
        self.found = found
        self.catalogue = catalogue
        self.mistakes = mistakes
        self.at = 0
        self.broken = False
        self.result = Tokens()

    def read(self) -> Tokens | None:
        while self.at < len(self.found) and not self.broken:
            token = self.found[self.at]
            if token.comments:
                self._stop(token.end + 1, "a comment is not allowed in a condition", "put it into the YAML, after #")
            self._read_one(token)
        if not self.broken:
            self._check_parentheses()
        return None if self.broken else self.result

    def _stop(self, at: int, problem: str, cure: str) -> None:
        """A mistake that makes the rest unreadable: its followers would only confuse."""
        self.mistakes.add(at, problem, cure)
        self.broken = True

    def _read_one(self, token: Token) -> None:
        word = token.text.upper()
        if token.token_type is TokenType.STRING:
            self._read_text(token)
        elif token.token_type is TokenType.NUMBER:
            self._read_number(token)
        elif token.token_type is TokenType.DATE and self._type_at(1) is TokenType.STRING:
            self._read_date(token, self.found[self.at + 1])
        elif token.token_type is TokenType.IDENTIFIER or (_WORD.fullmatch(token.text) and word not in KEYWORDS):
            self._read_name(token)
        elif word in SYMBOLS or word in KEYWORDS:
            self._keep(token)
        else:
            self._refuse(token)

    def _type_at(self, ahead: int) -> TokenType | None:
        index = self.at + ahead
        return self.found[index].token_type if index < len(self.found) else None

    def _keep(self, token: Token) -> None:
        self.result.tokens.append(token)
        self.at += 1

    def _atom(self, value: Signal | float | str | bool | date | Word, first: Token, length: int = 1) -> None:
        last = self.found[self.at + length - 1]
        name = str(len(self.result.atoms))
        self.result.atoms.append(Atom(value, first.start, last.end + 1))
        self.result.tokens.append(Token(TokenType.IDENTIFIER, name, first.line, first.col, first.start, last.end))
        self.at += length

    def _refuse(self, token: Token) -> None:
        self._stop(token.start, f"`{self._written(token)}` is not allowed here", ALLOWED)
        self._atom(Word.refused, token)

    def _written(self, token: Token) -> str:
        return self.text[token.start : token.end + 1]

    def _read_text(self, token: Token) -> None:
        if "\0" in token.text:
            self.mistakes.add(token.start, "the text holds a NUL character", "remove it")
        self._atom(token.text.replace("\0", ""), token)

    def _read_date(self, word: Token, literal: Token) -> None:
        day = day_of(literal.text, literal.start, self.mistakes)
        self._atom(Word.refused if day is None else day, word, 2)

    def _read_number(self, token: Token) -> None:
        """`30d` and `2w` are numbers of days."""
        number = number_of(token.text, token.start, self.mistakes)
        length, factor = 1, 1
        following = self.found[self.at + 1] if self._type_at(1) else None
        if following and following.start == token.end + 1 and _WORD.fullmatch(following.text):
            length, factor = 2, _DAYS.get(following.text.lower(), 0)
            if not factor:
                unit = f"`{self._written(token)}{self._written(following)}` is not a number"
                self.mistakes.add(token.start, unit, "allowed: numbers such as 14 or 0.6, and days such as 30d or 2w")
        self._atom(Word.refused if number is None else number * factor, token, length)

    def _read_name(self, token: Token) -> None:
        length = 1
        while self._type_at(length) is TokenType.DOT and self._is_word(length + 1):
            length += 2
        name = ".".join(part.text for part in self.found[self.at : self.at + length : 2])
        if length == 1 and self._type_at(1) is TokenType.L_PAREN:
            self._read_function(token)
        elif length == 1 and token.token_type is not TokenType.IDENTIFIER and name.upper() in CONSTANTS:
            self._atom(CONSTANTS[name.upper()], token)
        elif name in self.catalogue and (broken := self.catalogue[name].broken):
            self.mistakes.add(token.start, f"`{name}` cannot be used", f"mend it first: {broken}")
            self._atom(Word.refused, token, length)
        elif name in self.catalogue:
            self._atom(self.catalogue[name], token, length)
        else:
            self._refuse_name(name, token)
            self._atom(Word.refused, token, length)

    def _is_word(self, ahead: int) -> bool:
        quoted = self._type_at(ahead) is TokenType.IDENTIFIER
        return quoted or (self._type_at(ahead) is not None and bool(_WORD.fullmatch(self.found[self.at + ahead].text)))

    def _read_function(self, token: Token) -> None:
        name = token.text.upper()
        if name not in FUNCTIONS or token.token_type is TokenType.IDENTIFIER:
            near = get_close_matches(name, FUNCTIONS, n=1)
            cure = f"allowed: {', '.join(FUNCTIONS)}" + (f"; nearest: {near[0]}" if near else "")
            self.mistakes.add(token.start, f"the function `{token.text}` is not allowed", cure)
            name = REFUSED_FUNCTION
        self._keep(Token(TokenType.VAR, name, token.line, token.col, token.start, token.end))

    def _refuse_name(self, name: str, token: Token) -> None:
        if token.token_type not in (TokenType.VAR, TokenType.IDENTIFIER) and "." not in name:
            self._stop(token.start, f"`{name}` is neither a signal nor an allowed word", ALLOWED)
            return
        nearest = self.catalogue.nearest(name)
        quotes = "; text stands in single quotes" if token.token_type is TokenType.IDENTIFIER else ""
        if nearest:
            self.mistakes.add(token.start, f"unknown signal `{name}`", f"nearest: {nearest}{quotes}")
        else:
            known = f"known signals: {', '.join(self.catalogue.names())}; text stands in single quotes"
            self.mistakes.add(token.start, f"unknown signal `{name}`", known)

    def _check_parentheses(self) -> None:
        opened: list[Token] = []
        for token in self.result.tokens:
            if token.token_type is TokenType.L_PAREN:
                opened.append(token)
                if len(opened) == limits.DEEPEST_PARENTHESES + 1:
                    self._too_deep(token)
            elif token.token_type is TokenType.R_PAREN and not (opened and opened.pop()):
                self._stop(token.start, "`)` closes nothing", "remove it, or open it before")
        for token in opened:
            self._stop(token.start, "`(` is never closed", "add `)`")

    def _too_deep(self, token: Token) -> None:
        most = f"at most {limits.DEEPEST_PARENTHESES} inside one another"
        self._stop(token.start, "too many parentheses inside one another", f"allowed: {most}")
