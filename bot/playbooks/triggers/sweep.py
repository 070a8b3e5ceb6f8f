"""`sweep` — every sweep, for whom the playbook's condition holds."""

from sqlalchemy import true

from bot.accounts.signals import Signals
from bot.playbooks.triggers.trigger import Firing, Instant, Trigger


class SweepTrigger(Trigger):
    def firing(self, signals: Signals, instant: Instant) -> Firing:
        return Firing(signals.table, true())

    def in_words(self) -> str:
        return "whenever its condition becomes true"
