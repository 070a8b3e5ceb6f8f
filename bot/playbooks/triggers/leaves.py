"""`{leaves: SEGMENT}` — an account is no longer in a segment."""

from collections.abc import Iterable

from sqlalchemy import and_, literal

from bot.accounts.signals import Signals
from bot.playbooks.triggers.trigger import CATCH_UP, Context, Firing, Instant, Problem, Trigger, unknown_segment
from bot.playbooks.triggers.written import iso_moment
from models import Account, Membership
from models.base import Moment


class LeavesTrigger(Trigger):
    """Only those who left since the playbook is there, and not long ago."""

    leaves: str

    def problems(self, context: Context) -> Iterable[Problem]:
        return unknown_segment("leaves", self.leaves, context)

    def segments(self) -> frozenset[str]:
        return frozenset({self.leaves})

    def firing(self, signals: Signals, instant: Instant) -> Firing:
        table = signals.table.join(Membership, and_(Membership.account_id == Account.id, Membership.segment == self.leaves))
        since = max(instant.first_seen_at, instant.now - CATCH_UP)
        left = Membership.left_at.expression
        return Firing(table, left.between(literal(since, Moment), literal(instant.now, Moment)), literal("leave:") + iso_moment(left))

    def in_words(self) -> str:
        return f"when an account leaves {self.leaves}"
