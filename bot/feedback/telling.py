"""What an alert about answers says of itself in lists, in digests and above its forms: no name and no comment, wherever it is read."""

from collections.abc import Sequence
from typing import Any

from bot.surveys.survey import BAND_NAMES, SCALES, Band, Kind
from models import Response

_BANDS = list(Band)


def worst_first(answers: Sequence[Response]) -> list[Response]:
    """By band, then by score; of two alike the newer one."""
    return sorted(answers, key=lambda one: (_BANDS.index(Band(one.band)), one.score, -one.changed_at.timestamp()))


def cause_of(answers: Sequence[Response]) -> dict[str, Any]:
    """The cause of an alert's reason. Its title is of the answer that calls for a person, the worst first; of none, of the worst."""
    ordered = worst_first(answers)
    worst = ordered[0]
    calling = next((one for band in (Band.LOW, Band.HIGH) for one in ordered if one.band == band), worst)
    score, kind = f"{worst.score} of {SCALES[Kind(worst.kind)][-1]}", Kind(calling.kind)
    told = f"They answered {score}" if len(answers) == 1 else f"{len(answers)} answers, the lowest {score}"
    title = f"{kind.upper()}: {BAND_NAMES[kind][Band(calling.band)]}"
    return {"title": title, "about": f"{told}, in the survey {worst.survey}"}
