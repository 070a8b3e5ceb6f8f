"""`{enters: SEGMENT}` — an account comes into a segment, for the first time or again."""

from collections.abc import Iterable

from sqlalchemy import and_, literal

from bot.accounts.signals import Signals
from bot.playbooks.triggers.trigger import Context, Firing, Instant, Problem, Trigger, unknown_segment
from bot.playbooks.triggers.written import iso_moment
from models import Account, Membership


class EntersTrigger(Trigger):
    """It goes on meaning an account for as long as it is in: what holds a play back once may let it begin later."""

    enters: str

    def problems(self, context: Context) -> Iterable[Problem]:
        return unknown_segment("enters", self.enters, context)

    def segments(self) -> frozenset[str]:
        return frozenset({self.enters})

    def firing(self, signals: Signals, instant: Instant) -> Firing:
        table = signals.table.join(Membership, and_(Membership.account_id == Account.id, Membership.segment == self.enters))
        return Firing(table, Membership.left_at.is_(None), literal("enter:") + iso_moment(Membership.entered_at.expression))

    def in_words(self) -> str:
        return f"when an account enters {self.enters}"
