"""What a survey is: its scale, the bands of the scale, and its words in each language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

ENGLISH = "en"
COMPANY = "{company}"
"""What stands in a survey's words for our name."""


class Kind(StrEnum):
    """`nps`: would they recommend us, 0 to 10. `csat`: how satisfied, 1 to 5. `ces`: how easy it was, 1 to 7."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"


class Band(StrEnum):
    """Where a score stands, worst first."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


SCALES: Mapping[Kind, range] = {Kind.NPS: range(11), Kind.CSAT: range(1, 6), Kind.CES: range(1, 8)}
_BEGINS = {Kind.NPS: (7, 9), Kind.CSAT: (3, 4), Kind.CES: (4, 5)}
"""Where the middle and the high band begin."""
BAND_NAMES: Mapping[Kind, Mapping[Band, str]] = {
    Kind.NPS: {Band.LOW: "detractor", Band.MIDDLE: "passive", Band.HIGH: "promoter"},
    Kind.CSAT: {Band.LOW: "dissatisfied", Band.MIDDLE: "neutral", Band.HIGH: "satisfied"},
    Kind.CES: {Band.LOW: "difficult", Band.MIDDLE: "neutral", Band.HIGH: "easy"},
}
"""As the field calls them, in files, in events (`nps_detractor`) and in reports."""


def band_of(kind: Kind, score: int) -> Band:
    """NPS: 0–6, 7–8, 9–10 (Reichheld 2003). CSAT: 1–2, 3, 4–5 (top two boxes). CES 2.0: 1–3, 4, 5–7 (CEB 2013)."""
    if score not in SCALES[kind]:
        raise ValueError(f"{score} is not on the scale of {kind.value}")
    middle, high = _BEGINS[kind]
    return Band.LOW if score < middle else Band.MIDDLE if score < high else Band.HIGH


def event_of(kind: Kind, band: Band) -> str:
    """The event of an answer in that band: `nps_detractor`, `csat_satisfied`."""
    return f"{kind.value}_{BAND_NAMES[kind][band]}"


@dataclass(frozen=True)
class Wording:
    """A survey in one language. `low` and `high` are the ends of the scale in words; `follow_up` and `thanks` are by band."""

    language: str
    question: str
    low: str
    high: str
    follow_up: Mapping[Band, str]
    thanks: Mapping[Band, str]

    def naming(self, company: str) -> "Wording":
        """The same with our name in it."""

        def put(text: str) -> str:
            return text.replace(COMPANY, company)

        follow_up, thanks = ({band: put(text) for band, text in said.items()} for said in (self.follow_up, self.thanks))
        return Wording(self.language, put(self.question), put(self.low), put(self.high), follow_up, thanks)


@dataclass(frozen=True)
class Survey:
    """Checked and ready to ask.

    `relational`: it is about the relationship as a whole, not about one thing that happened. `roles`: whom it asks, the first roles first;
    empty: everybody. `at_most`: how many people of an account at once. `remind` None: nobody is reminded. `anonymous`: no answer leads
    to a person. `text` and `digest` (SHA-256) are those of its file, `place` is where its name stands there.
    """

    name: str
    version: int
    about: str
    kind: Kind
    relational: bool
    roles: tuple[str, ...]
    at_most: int
    expires: timedelta
    remind: timedelta | None
    anonymous: bool
    wordings: Mapping[str, Wording]
    text: str = ""
    digest: str = ""
    place: str = ""
    built_in: bool = False

    @property
    def scale(self) -> range:
        return SCALES[self.kind]

    def wording(self, locale: str | None, otherwise: str = ENGLISH) -> Wording:
        """cs-CZ → cs → `otherwise` → en → whatever there is."""
        asked = (locale or "").replace("_", "-").lower()
        wanted = (asked, asked.partition("-")[0], otherwise, ENGLISH, *self.wordings)
        return next(self.wordings[language] for language in wanted if language in self.wordings)
