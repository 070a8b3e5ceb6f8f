"""`manual` — only when a person starts it."""

from bot.accounts.signals import Signals
from bot.playbooks.triggers.trigger import Instant, Trigger


class ManualTrigger(Trigger):
    def firing(self, signals: Signals, instant: Instant) -> None:
        return None

    def in_words(self) -> str:
        return "when a person starts it"
