"""What answers are about: the form that marks them, the managers' card about a theme, and the lists of /stay themes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar, Self

from bot.messages.actions import Callback
from bot.messages.catalog.details import SurveyAnswer
from bot.messages.catalog.facts import Account, Money, Person
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.playbooks import Count


@dataclass(frozen=True)
class ThemedAnswer:
    """An answer with the account that it came from; none: it is anonymous. `withheld`: the reader may not see what they wrote."""

    answer: SurveyAnswer
    account: Account | None = None
    withheld: bool = False


@dataclass(frozen=True)
class Closing:
    """How a theme was dealt with."""

    at: datetime
    by: Person | None
    done: str = ""


@dataclass(frozen=True)
class Affected:
    """An account whose people brought a theme up, how often, and its ARR where the reader may see it."""

    account: Account
    count: int
    arr: Money | None = None


@dataclass(frozen=True, kw_only=True)
class ThemeCard(Message):
    """The managers' card about a theme that grows (`before` None), or has come back after it was closed as `before` says.

    `recent` and `earlier`: marked answers of the last 30 days before `as_of`, and of the 30 before; `months`: by calendar month, oldest
    first. `since`: how many answers came after the closing, of a theme that is back. The lists are cut by the caller, the totals are not;
    `arr` is the accounts' sum by currency. `closed`: it was dealt with since; `followed_at`: there is a newer card. `shared`: people of
    other organisations read it, so it names no money and quotes nobody.
    """

    template: ClassVar[str] = "theme-card"
    ACCOUNTS: ClassVar[int] = 8
    QUOTES: ClassVar[int] = 3
    theme_id: int
    name: str
    told_at: datetime
    as_of: datetime
    recent: int
    earlier: int
    months: tuple[tuple[date, int], ...] = ()
    since: int = 0
    accounts: tuple[Affected, ...] = ()
    accounts_total: int = 0
    arr: tuple[Money, ...] = ()
    segments: tuple[Count, ...] = ()
    quotes: tuple[ThemedAnswer, ...] = ()
    before: Closing | None = None
    closed: Closing | None = None
    followed_at: datetime | None = None
    shared: bool = False

    @property
    def stands(self) -> bool:
        return self.closed is None and self.followed_at is None

    def for_strangers(self) -> Self:
        """What people of other organisations may read: no money, and nobody's words."""
        accounts = tuple(replace(one, arr=None) for one in self.accounts)
        before, closed = (replace(one, done="") if one else None for one in (self.before, self.closed))
        return replace(self, shared=True, accounts=accounts, arr=(), quotes=(), before=before, closed=closed)


@dataclass(frozen=True)
class Back:
    """Where a form was opened, so that it can be shown anew: a list (`themes`, `unmarked`, `answers`) at a page of it.

    `reply_to`: the answer to the asker alone, which can be replaced; `view`: the modal below; `theme`: whose answers it lists.
    """

    where: str = ""
    page: int = 1
    reply_to: str = ""
    view: str = ""
    theme: int = 0


@dataclass(frozen=True)
class ThemeForm:
    """What the form for an answer must remember. `response_id` is the answer that it shows, `alert_id` the card's alert, `turn` rises
    with every other answer that is chosen. `marked`: ids of the themes that were marked; `suggested`: names that were proposed."""

    response_id: str
    alert_id: int | None = None
    turn: int = 0
    marked: tuple[int, ...] = ()
    suggested: tuple[str, ...] = ()
    back: Back = field(default_factory=Back)

    @property
    def metadata(self) -> str:
        """`read` is its inverse."""
        return json.dumps({**vars(self), "back": vars(self.back)}, ensure_ascii=False)

    @classmethod
    def read(cls, metadata: str) -> Self:
        found: dict[str, Any] = json.loads(metadata)
        lists: Mapping[str, tuple[Any, ...]] = {name: tuple(found[name]) for name in ("marked", "suggested")}
        return cls(**{**found, **lists, "back": Back(**found["back"])})


@dataclass(frozen=True)
class ThemeChoice:
    name: str
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class ThemeModal(Modal):
    """What an answer is about. `others`: the card's answers, when it has several. `themes`: those to choose from, `marked` the names of
    those confirmed; `unlisted`: how many do not fit into the list. `looking`: suggestions are being made. `known`: there is anything to
    suggest from."""

    template: ClassVar[str] = "theme"
    callback: ClassVar[Callback] = Callback.SURVEY_THEME
    MOST: ClassVar[int] = 100
    form: ThemeForm
    shown: ThemedAnswer
    others: tuple[SurveyAnswer, ...] = ()
    themes: tuple[ThemeChoice, ...] = ()
    marked: tuple[str, ...] = ()
    unlisted: int = 0
    looking: bool = False

    @property
    def suggested(self) -> tuple[ThemeChoice, ...]:
        return tuple(one for name in self.form.suggested for one in self.themes if one.name == name)

    @property
    def metadata(self) -> str:
        return self.form.metadata


@dataclass(frozen=True, kw_only=True)
class ThemeAnswersModal(Modal):
    """One page of the answers that are about a theme, newest first. `page` counts from 1. `hidden`: anonymous ones that are too few to be
    shown."""

    template: ClassVar[str] = "theme-answers"
    callback: ClassVar[Callback] = Callback.THEME_ANSWERS
    PAGE_SIZE: ClassVar[int] = 8
    theme_id: int
    name: str
    answers: tuple[ThemedAnswer, ...]
    total: int
    page: int = 1
    hidden: int = 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.PAGE_SIZE))


@dataclass(frozen=True, kw_only=True)
class ThemeCloseModal(Modal):
    template: ClassVar[str] = "theme-close"
    callback: ClassVar[Callback] = Callback.THEME_CLOSE
    theme_id: int
    name: str
    recent: int = 0
    back: Back = field(default_factory=Back)

    @property
    def metadata(self) -> str:
        """`read_metadata` is its inverse."""
        return json.dumps({"theme": self.theme_id, "back": vars(self.back)})

    @staticmethod
    def read_metadata(metadata: str) -> tuple[int, Back]:
        found = json.loads(metadata)
        return int(found["theme"]), Back(**found["back"])


@dataclass(frozen=True)
class ThemeLine:
    """A theme in a list. `theme_id` None: settings name it, and nothing is marked with it yet. `last`: the newest answer with words that
    the reader may see."""

    name: str
    theme_id: int | None = None
    recent: int = 0
    earlier: int = 0
    ever: int = 0
    closed: Closing | None = None
    last: ThemedAnswer | None = None


@dataclass(frozen=True, kw_only=True)
class ThemesAnswer(Message):
    """One page of themes: the open ones first, the most frequent before the others. `unmarked`: answers with words and without a theme."""

    template: ClassVar[str] = "themes"
    PAGE_SIZE: ClassVar[int] = 8
    lines: tuple[ThemeLine, ...]
    total: int
    page: int = 1
    unmarked: int = 0
    said: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.PAGE_SIZE))


@dataclass(frozen=True, kw_only=True)
class UnmarkedAnswer(Message):
    """One page of the answers that say something and have no theme yet, newest first."""

    template: ClassVar[str] = "themes-unmarked"
    PAGE_SIZE: ClassVar[int] = 8
    answers: tuple[ThemedAnswer, ...]
    total: int
    page: int = 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.PAGE_SIZE))
