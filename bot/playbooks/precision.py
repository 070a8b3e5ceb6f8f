"""How often a playbook's alerts were worth reading, from what people said when they closed them. Pure.

Every closing by a person is a verdict on each reason that still stood then:

    resolved                                   useful: somebody did something
    dismissed: seasonal, wrong data, other     not: it was read in vain
    dismissed: already known, no longer needed none: what the playbook saw was true, it only came to the wrong moment
    recovered or ended by itself               none: nobody judged it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from bot.messages.actions import DismissReason
from bot.messages.catalog import State

WINDOW = 50
"""Older verdicts than the last 50 no longer count: playbooks and customers change."""
ENOUGH = 20
"""With fewer verdicts nothing is decided."""
Z = 1.959963984540054
"""The normal distribution's quantile that leaves 2.5 % on either side."""
NO_VERDICT = (DismissReason.KNOWN, DismissReason.NOT_NEEDED, DismissReason.SKIPPED)


def verdict_of(state: str, outcome: str | None) -> bool | None:
    """Whether an alert was useful, from how it was closed. None: it tells nothing."""
    if state == State.RESOLVED:
        return True
    return False if state == State.DISMISSED and outcome not in NO_VERDICT else None


@dataclass(frozen=True)
class Precision:
    """Of so many verdicts, so many said useful."""

    useful: int = 0
    verdicts: int = 0

    @classmethod
    def of(cls, newest_first: Sequence[bool]) -> "Precision":
        """Over the last `WINDOW` verdicts."""
        last = newest_first[:WINDOW]
        return cls(sum(last), len(last))

    @property
    def share(self) -> float:
        return self.useful / self.verdicts if self.verdicts else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.useful, self.verdicts)

    def is_below(self, least: float) -> bool:
        """Under `least`, and with enough verdicts to say so."""
        return self.verdicts >= ENOUGH and self.share < least


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """The 95 % score interval of a share, both ends between 0 and 1; (0, 1) when nothing was tried.

    With p = hits / tries, n = tries and z the quantile:

        (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209–212. Unlike the plain
    p ± z √(p(1 − p)/n) it holds for few tries and for shares near 0 or 1, and never leaves 0…1.
    """
    if tries == 0:
        return 0.0, 1.0
    share, spread = hits / tries, Z * Z / tries
    middle = share + spread / 2
    reach = Z * sqrt(share * (1 - share) / tries + spread / (4 * tries))
    low, high = (middle - reach) / (1 + spread), (middle + reach) / (1 + spread)
    return max(0.0, min(low, share)), min(1.0, max(high, share))
