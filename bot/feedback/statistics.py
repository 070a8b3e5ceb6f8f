"""What answers amount to, and how sure that is. Pure.

A figure comes from how often each score was given. Its interval is the one that, over many samples, holds the true figure 95 times in
100. It speaks of chance alone, not of who did not answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

from bot.surveys.survey import Band, Kind, band_of

TOO_FEW: Final = 10
"""Answers: fewer say nothing."""
LEVEL: Final = 0.95
Z: Final = NormalDist().inv_cdf(0.5 + LEVEL / 2)
"""1.959964: the standard normal distribution lies within ±Z for `LEVEL`."""
PSEUDO: Final = 0.75
"""Rocks's three quarters of an answer for promoters and for detractors; the passive get twice as much."""

Counts = Mapping[int, int]
"""How many gave each score."""


@dataclass(frozen=True)
class Figure:
    """`value`, `low` and `high` in the kind's own unit: NPS in points from -100 to 100, CSAT as a share from 0 to 1, CES as a mean from 1
    to 7. `count`: answers. `shares`: of each band, from 0 to 1."""

    value: float
    low: float
    high: float
    count: int
    shares: Mapping[Band, float]

    @property
    def says_nothing(self) -> bool:
        return self.count < TOO_FEW


def nps(counts: Counts) -> Figure:
    """Net Promoter Score in points: 100 × (promoters/n - detractors/n), promoters gave 9 or 10, detractors 0 to 6 (Reichheld 2003, “The
    One Number You Need to Grow”, Harvard Business Review 81(12)).

    Interval: adjusted Wald for the difference of two shares of one sample. Three answers are added to them, 3/4 promoters, 3/4 detractors
    and 3/2 passives: n' = n + 3, p = (promoters + 3/4)/n', d = (detractors + 3/4)/n', m = p - d, 100 × (m ± z √((p + d - m²)/n')), cut to
    the scale. Rocks 2016, “Interval Estimation for the Net Promoter Score”, The American Statistician 70(4), 365-372; its constants
    stand in the author's R package NPS (`nps_test`, test "adjusted.wald", pseudo_observations 0.75, 1.5, 0.75) and in Lewis & Sauro
    2021, measuringu.com/nps-confidence-intervals.
    """
    total, bands = _bands(Kind.NPS, counts)
    value = (bands[Band.HIGH] - bands[Band.LOW]) / total
    adjusted = total + 4 * PSEUDO
    promoters, detractors = (bands[Band.HIGH] + PSEUDO) / adjusted, (bands[Band.LOW] + PSEUDO) / adjusted
    middle = promoters - detractors
    error = Z * sqrt((promoters + detractors - middle**2) / adjusted)
    return Figure(100 * value, 100 * max(-1.0, middle - error), 100 * min(1.0, middle + error), total, _shares(bands, total))


def csat(counts: Counts) -> Figure:
    """Customer satisfaction: the share of those who gave 4 or 5 of 5 (“top two boxes”).

    Interval: Wilson's score interval without correction for continuity, (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n). (Wilson 1927,
    “Probable Inference, the Law of Succession, and Statistical Inference”, Journal of the American Statistical Association 22(158),
    209-212; method 3 of Newcombe 1998, Statistics in Medicine 17, 857-872.)
    """
    total, bands = _bands(Kind.CSAT, counts)
    share = bands[Band.HIGH] / total
    low, high = wilson(bands[Band.HIGH], total)
    return Figure(share, low, high, total, _shares(bands, total))


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The interval of a share, both ends from 0 to 1."""
    share, square = hits / total, Z**2
    middle = share + square / (2 * total)
    error = Z * sqrt(share * (1 - share) / total + square / (4 * total**2))
    over = 1 + square / total
    return max(0.0, (middle - error) / over), min(1.0, (middle + error) / over)


def ces(counts: Counts) -> Figure:
    """Customer Effort Score 2.0: the mean of 1 (hard) to 7 (easy), x̄ = Σ x/n; the share that found it easy, 5 to 7, stands in `shares`
    (CEB 2013; Dixon, Toman & DeLisi 2013, “The Effortless Experience”).

    Interval: Student's, x̄ ± t s/√n with s² = Σ (x - x̄)²/(n - 1) and t the quantile of n - 1 degrees of freedom (“Student” 1908, “The
    Probable Error of a Mean”, Biometrika 6, 1-25), cut to the scale. A single answer leaves the whole scale open.
    """
    total, bands = _bands(Kind.CES, counts)
    mean = sum(score * count for score, count in counts.items()) / total
    low, high = 1.0, 7.0
    if total > 1:
        from scipy.special import stdtrit  # noqa: PLC0415 (a fifth of a second, which only those pay who ask)

        variance = sum(count * (score - mean) ** 2 for score, count in counts.items()) / (total - 1)
        error = float(stdtrit(total - 1, 0.5 + LEVEL / 2)) * sqrt(variance / total)
        low, high = max(low, mean - error), min(high, mean + error)
    return Figure(mean, low, high, total, _shares(bands, total))


_FIGURES: Final[Mapping[Kind, Callable[[Counts], Figure]]] = {Kind.NPS: nps, Kind.CSAT: csat, Kind.CES: ces}


def figure_of(kind: Kind, counts: Counts) -> Figure | None:
    """None: nobody answered."""
    return _FIGURES[kind](counts) if any(counts.values()) else None


def median(counts: Counts) -> float | None:
    """The middle of values of which each was counted; of an even number of values the mean of the two in the middle."""
    total = sum(counts.values())
    if not total:
        return None
    places = ((total - 1) // 2, total // 2)
    return sum(_at(sorted(counts.items()), place) for place in places) / 2


def _at(rising: Sequence[tuple[int, int]], place: int) -> int:
    for value, count in rising:
        if place < count:
            return value
        place -= count
    raise IndexError(place)


def _bands(kind: Kind, counts: Counts) -> tuple[int, Mapping[Band, int]]:
    """How many there are, and how many in each band."""
    bands = dict.fromkeys(Band, 0)
    for score, count in counts.items():
        bands[band_of(kind, score)] += count
    return sum(bands.values()), bands


def _shares(bands: Mapping[Band, int], total: int) -> Mapping[Band, float]:
    return {band: count / total for band, count in bands.items()}
