"""Facts for trying letters out: everything known, and as little as can be."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.letters.facts import AccountFacts, ContactFacts, CsmFacts, LetterFacts

TODAY = date(2026, 11, 18)
FULL = LetterFacts(
    contact=ContactFacts("Jana Nováková", "jana@customer.example", "Admin", "Jana"),
    account=AccountFacts("Customer & Co.", "Team", 50, "adoption", date(2024, 11, 18), date(2026, 12, 2), 2),
    today=TODAY,
    csm=CsmFacts("Ann Smith", "ann@ours.example"),
)
BARE = LetterFacts(ContactFacts("", "someone@customer.example"), AccountFacts("Customer"), TODAY)

PAGE = "https://staysail.example/s/ImtleSI.c2lnbmF0dXJl"


def _survey(question: str, scale: range, **more: Any) -> dict[str, Any]:
    scores = [{"score": score, "url": f"{PAGE}?score={score}"} for score in scale]
    ends = {"low": "Not at all", "high": "Very much"}
    return {"question": question, **ends, "company": "Ours", "scores": scores, "page": PAGE, "expires": date(2026, 12, 9), **more}


def _review(**more: Any) -> dict[str, Any]:
    starts = datetime(2026, 11, 26, 15, tzinfo=ZoneInfo("Europe/Prague"))
    when = {"starts": starts, "ends": starts + timedelta(minutes=30), "zone": "Europe/Prague"}
    about = {"title": "Customer & Co.: call with Ann Smith", "type": "call", "organizer": "Ann Smith", "sequence": 0}
    rest: dict[str, Any] = {
        "there": None,
        "was": None,
        "place": "",
        "link": "",
        "people": [],
        "agenda": [],
        "note": [],
        "decisions": [],
        "tasks": [],
        "own": False,
        "without": False,
    }
    return {**about, **when, **rest, **more}


EXTRA: Mapping[str, tuple[Any, Any]] = {
    "review": (
        _review(
            there={"starts": datetime(2026, 11, 26, 9, tzinfo=ZoneInfo("America/New_York")), "zone": "America/New_York"},
            was={"starts": datetime(2026, 11, 25, 15, tzinfo=ZoneInfo("Europe/Prague")), "zone": "Europe/Prague"},
            place="https://meet.example/x",
            link="https://meet.example/x",
            people=["Ann Smith", "Jana Nováková"],
            agenda=[["Your answer to our survey", "What comes next"], ["Anything else"]],
            note=[["I am ill."]],
            decisions=[["We import the first two months", "They train their admins"]],
            tasks=[{"what": "Send the list of fields", "who": "Ann", "due": date(2026, 12, 3)}],
        ),
        _review(type="qbr", own=True, without=True, place="Room 5"),
    ),
    "agenda": (
        {
            "type": "call",
            "organizer": "Ann Smith",
            "goals": "Close the books in three days",
            "agreed": {"on": date(2026, 8, 20), "what": "Roll out to the second site"},
            "answers": [{"score": 3, "on": date(2026, 11, 12)}],
            "asks": ["Exports", "Price"],
            "tickets": 2,
            "usage": True,
            "renewal": True,
        },
        {
            "type": "kick_off",
            "organizer": "Ann Smith",
            "goals": "",
            "agreed": None,
            "answers": [],
            "asks": [],
            "tickets": 0,
            "usage": False,
            "renewal": False,
        },
    ),
    "survey": (
        _survey("Would you recommend us to a friend or colleague?", range(11), reminder=False, anonymous=False),
        _survey("Were you satisfied?", range(1, 6), reminder=True, anonymous=True),
    ),
}
"""What only some letters say (`needs` in letter.yml), in two ways."""


class _AnySignal(dict[str, Any]):
    """Which signals there are is the settings' matter: every name has a value here."""

    def __missing__(self, name: str) -> int:
        return 1


def sample_values(needs: Iterable[str] = ()) -> list[dict[str, Any]]:
    extra = list(needs)
    return [asdict(facts) | {"signals": _AnySignal()} | {name: EXTRA[name][at] for name in extra} for at, facts in enumerate((FULL, BARE))]
