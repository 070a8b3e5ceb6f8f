"""What happened to an account's users: a line through points (days ago, share of its good days), the rhythm of a week.

Points with negative days are what is still to come; without any, it goes on as it was yesterday. `ratio` below is what
the last 14 days make of the 56 before.
"""

from dataclasses import dataclass
from itertools import pairwise

Point = tuple[int, float]
MONDAY_FIRST = tuple[float, float, float, float, float, float, float]


@dataclass(frozen=True)
class Shape:
    """`before_start`: there is usage from before the day that the account counts as a customer."""

    points: tuple[Point, ...]
    before_start: bool = False


SHAPES = {
    "steady": Shape(((120, 0.97), (1, 1.0))),
    "growing": Shape(((120, 0.62), (1, 1.1), (-120, 1.4))),
    "booming": Shape(((120, 0.35), (1, 1.4), (-60, 1.7))),
    "rising": Shape(((120, 0.5), (1, 1.2), (-90, 1.4))),
    "ramp": Shape(((60, 0.15), (1, 1.0))),
    "starting": Shape(((14, 0.05), (1, 0.15), (-12, 0.4), (-30, 1.0))),
    "stuck": Shape(((14, 0.1), (1, 0.15), (-60, 0.15))),
    "fading": Shape(((120, 1.1), (1, 0.95))),  # ratio 0.96
    "soft": Shape(((120, 1.0), (50, 1.0), (1, 0.68))),  # 0.78
    "slump": Shape(((120, 1.05), (45, 1.0), (1, 0.56), (-20, 0.5))),  # 0.68
    "nearly": Shape(((120, 0.95), (40, 1.0), (1, 0.56))),  # 0.68
    "sliding": Shape(((120, 0.9), (45, 1.0), (1, 0.25), (-30, 0.15))),  # 0.42
    "slipping": Shape(((120, 1.0), (65, 1.0), (1, 0.3), (-21, 0.35), (-50, 0.8))),  # 0.49
    "cliff": Shape(((120, 0.9), (13, 1.0), (12, 0.3), (1, 0.28))),  # 0.3 to 0.45
    "recovering": Shape(((120, 1.0), (34, 1.0), (28, 0.12), (10, 0.15), (1, 0.6), (-14, 0.95))),  # 0.4
    "recovered": Shape(((120, 1.0), (92, 1.0), (85, 0.3), (60, 0.4), (38, 1.0), (1, 1.0))),
    "silent": Shape(((120, 0.95), (13, 1.0), (12, 0.0), (1, 0.0))),
    "exported": Shape(((120, 0.9), (15, 0.95), (14, 2.7), (11, 2.9), (10, 0.0), (1, 0.0))),  # 0.85, then silence
    "pausing": Shape(((120, 1.0), (15, 1.0), (6, 1.25), (5, 0.0), (1, 0.0), (-4, 0.0), (-5, 0.9))),  # five quiet days, and five more
    "piloted": Shape(((120, 3.3), (46, 3.3), (45, 1.0), (1, 1.05)), before_start=True),
    "left": Shape(((120, 0.9), (75, 0.8), (28, 0.2), (27, 0.0), (1, 0.0))),
}

RHYTHMS: dict[str, MONDAY_FIRST] = {
    "office": (0.98, 1.05, 1.04, 1.0, 0.86, 0.13, 0.09),
    "gulf": (1.0, 1.05, 1.03, 0.88, 0.1, 0.14, 0.97),
    "daily": (0.92, 0.94, 0.96, 1.0, 1.08, 1.12, 1.04),
    "rare": (0.0, 1.0, 0.0, 0.9, 0.0, 0.0, 0.0),
}


def level(shape: Shape, days_ago: int) -> float:
    """The line between the two points around that day; beyond the ends it goes on flat."""
    points = shape.points
    if days_ago >= points[0][0]:
        return points[0][1]
    for (far, before), (near, after) in pairwise(points):
        if days_ago >= near:
            return after + (before - after) * (days_ago - near) / (far - near)
    return points[-1][1]
