"""Facts for trying letters out: everything known, and as little as can be."""

from dataclasses import asdict
from datetime import date
from typing import Any

from bot.letters.facts import AccountFacts, ContactFacts, CsmFacts, LetterFacts

TODAY = date(2026, 11, 18)
FULL = LetterFacts(
    contact=ContactFacts("Jana Nováková", "jana@customer.example", "Admin", "Jana"),
    account=AccountFacts("Customer & Co.", "Team", 50, "adoption", date(2024, 11, 18), date(2026, 12, 2), 2),
    today=TODAY,
    csm=CsmFacts("Ann Smith", "ann@ours.example"),
)
BARE = LetterFacts(ContactFacts("", "someone@customer.example"), AccountFacts("Customer"), TODAY)


class _AnySignal(dict[str, Any]):
    """Which signals there are is the settings' matter: every name has a value here."""

    def __missing__(self, name: str) -> int:
        return 1


def sample_values() -> list[dict[str, Any]]:
    return [asdict(facts) | {"signals": _AnySignal()} for facts in (FULL, BARE)]
