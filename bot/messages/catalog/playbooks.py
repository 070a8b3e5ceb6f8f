"""What `/stay` answers about playbooks and their plays, visible to the asker only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.messages.actions import Callback, start_value
from bot.messages.catalog.cards import Missing
from bot.messages.catalog.facts import Account, Person, Precision
from bot.messages.catalog.message import Message, Modal


@dataclass(frozen=True)
class Count:
    """How often a reason applies: an end of plays, or what holds matches back."""

    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PlaybookLine:
    """A playbook in figures. Running plays include the silent ones, `shadow` and `held_out`. Verdicts are those of the last `days`:
    a resolved alert was useful, a dismissed one a false alarm. `demoted_at`: since then its alerts have no cards."""

    name: str
    version: int
    mode: str
    paused: bool = False
    missing: Missing | None = None
    running: int = 0
    shadow: int = 0
    held_out: int = 0
    ended: tuple[Count, ...] = ()
    held: tuple[Count, ...] = ()
    useful: int = 0
    false_alarms: int = 0
    days: int = 90
    precision: Precision | None = None
    demoted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PlaybooksAnswer(Message):
    """One page of playbooks. `page` counts from 1."""

    PAGE_SIZE: ClassVar[int] = 10
    template: ClassVar[str] = "playbooks"
    lines: tuple[PlaybookLine, ...]
    total: int
    page: int = 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.PAGE_SIZE))


@dataclass(frozen=True)
class StepLine:
    """A line of the outline: how deep it stands, how many plays reached it (None: it is no step), and how many stand there now.

    `asked` and `held_back` count people, of a step that asks them something.
    """

    path: str
    depth: int
    text: str
    reached: int | None = None
    here: int = 0
    asked: int = 0
    held_back: int = 0


@dataclass(frozen=True, kw_only=True)
class PlaybookAnswer(Message):
    """One playbook: what sets it off (`when`: its condition), its steps as a funnel, and, for admins, what can be done with it.

    `since`: since when it is in its mode. `canary`: e-mail addresses of the owners for whom it is live. `older`: running plays of
    earlier versions, which are in no count of the steps; `closing`: plays whose steps are done and whose cards are open.
    `holdout`: its share; `held_out_ever`: plays ever drawn into it. `said`: what has just been done to the playbook.
    """

    STEPS: ClassVar[int] = 240
    BUTTONS: ClassVar[str] = "playbook.buttons"
    template: ClassVar[str] = "playbook"
    book: PlaybookLine
    about: str = ""
    trigger: str = ""
    when: str = ""
    since: datetime
    mode_by: Person | None = None
    paused_at: datetime | None = None
    paused_by: Person | None = None
    canary: tuple[str, ...] = ()
    steps: tuple[StepLine, ...] = ()
    older: int = 0
    closing: int = 0
    holdout: float = 0.0
    held_out_ever: int = 0
    admin: bool = False
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class DryRunAnswer(Message):
    """For whom a playbook would start a play now, and what holds the others back. Lists are cut by the caller; the totals are not."""

    SHOWN: ClassVar[int] = 20
    template: ClassVar[str] = "dry-run"
    playbook: str
    version: int
    starting: tuple[Account, ...] = ()
    starting_total: int = 0
    held: tuple[tuple[Account, str], ...] = ()
    held_by: tuple[Count, ...] = ()

    @property
    def held_total(self) -> int:
        return sum(reason.count for reason in self.held_by)


@dataclass(frozen=True)
class PlayLine:
    """A running play. `stands`: the step where it stands, in words; `to_come`: what it still brings. `silent`: `holdout` or `shadow`,
    when it touches nobody. `reminds`: it brings nothing but words to people of ours."""

    play_id: int
    playbook: str
    version: int
    since: datetime
    stands: str = ""
    to_come: tuple[str, ...] = ()
    silent: str = ""
    reminds: bool = False


@dataclass(frozen=True, kw_only=True)
class StartQuestion(Message):
    """Shall a play be started by hand? Nothing happens before the button is pressed."""

    template: ClassVar[str] = "start-question"
    playbook: str
    about: str
    account: Account
    mode: str = "live"

    @property
    def value(self) -> str:
        return start_value(self.playbook, self.account.id)


class Mode(StrEnum):
    """What a playbook may be promoted to."""

    SHADOW = "shadow"
    CANARY = "canary"
    LIVE = "live"


@dataclass(frozen=True, kw_only=True)
class PromoteModal(Modal):
    """The changes since the last version, then the choice. `diff`: a unified diff of the files, empty for a first version."""

    template: ClassVar[str] = "promote"
    callback: ClassVar[Callback] = Callback.PLAYBOOK_PROMOTE
    playbook: str
    version: int
    mode: str
    diff: str = ""
    canary: tuple[str, ...] = ()

    @property
    def metadata(self) -> str:
        return self.playbook

    @property
    def choices(self) -> tuple[str, ...]:
        """Every mode but the present one; a canary may get another list."""
        return tuple(mode.value for mode in Mode if mode.value != self.mode or mode is Mode.CANARY)

    @property
    def next_mode(self) -> str:
        """The one after the present one: draft, shadow, canary, live."""
        after = {"draft": Mode.SHADOW, "shadow": Mode.CANARY, "canary": Mode.LIVE}
        return after.get(self.mode, Mode.SHADOW).value
